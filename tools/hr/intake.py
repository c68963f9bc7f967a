"""The HR part of a world: its files, and how they get into the embedded system.

employees.jsonl   master records
absences.jsonl    who is away: employee, start, end, kind                      may be absent
changes.jsonl     changes of pay that stand in the HR system: change, employee, old, new or
                  delta (euros), effective, once, state                        may be absent
vocabulary.json   words of the company for decisions, actions, rules           may be absent
hr.json           settings of the company, as in `policies/hr.toml`            may be absent

Columns and keys that nobody knows are let be.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from leitstand.values import Frozen, Identifier, Text, Word, cents_of
from tools.hr.absence import Absence, AbsenceKind
from tools.hr.change import Change, ChangeState
from tools.hr.employee import Employee
from tools.hr.port import Hr
from tools.part import Enter, Part
from tools.rows import Reader, read_json

_SETTINGS, _VOCABULARY = "hr.json", "vocabulary.json"


class _EmployeeRow(Frozen):
    """A master record as a file has it; `salary` in euros a month."""

    id: Identifier
    name: Text
    department: Word = ""
    entry: date | None = None
    exit: date | None = None
    probation_end: date | None = None
    state: Word = ""
    days_per_week: int | None = Field(None, ge=1, le=7)
    workdays: tuple[Word, ...] = ()
    holidays: tuple[Word, ...] = ()
    contract_days: Decimal | None = Field(None, ge=0, le=366)
    taken: Decimal | None = Field(None, ge=0, le=366)
    leave_year: int | None = None
    carry_over: Decimal = Field(Decimal(0), ge=0, le=366)
    carry_over_expires: date | None = None
    expiry_notice: bool = True
    insurance: Word = ""
    salary: Decimal | None = Field(None, ge=0)

    def employee(self) -> Employee:
        """The record as the port knows it."""
        own = {n: getattr(self, n) for n in type(self).model_fields if n != "salary"}
        return Employee(**own, salary_cents=_cents(self.salary))


class _AbsenceRow(Frozen):
    employee: Identifier
    start: date
    end: date
    kind: AbsenceKind = "other"

    @model_validator(mode="after")
    def _ordered(self) -> "_AbsenceRow":
        if self.end < self.start:
            msg = "the absence ends before it begins"
            raise ValueError(msg)
        return self


class _ChangeRow(Frozen):
    """A change as a file has it; without `delta` it is the difference of `old` and `new`."""

    change: Identifier
    employee: Identifier
    old: Decimal | None = Field(None, ge=0)
    new: Decimal | None = Field(None, ge=0)
    delta: Decimal | None = None
    effective: date | None = None
    once: bool = False
    state: ChangeState

    def entered(self) -> Change:
        """The change as the port knows it."""
        difference = None if self.old is None or self.new is None else self.new - self.old
        return Change(
            change_no=self.change,
            employee_id=self.employee,
            old_cents=_cents(self.old),
            new_cents=_cents(self.new),
            delta_cents=_cents(difference if self.delta is None else self.delta),
            effective_on=self.effective,
            once=self.once,
            state=self.state,
        )


def limits(folder: Path) -> Mapping[str, Any]:
    """The settings of the company, its vocabulary beside. Raises WorldRefused: no JSON object."""
    settings = read_json(folder / _SETTINGS, dict) or {}
    words = read_json(folder / _VOCABULARY, dict)
    return {**settings, **({"vocabulary": words} if words else {})}


def read(reader: Reader) -> Enter:
    """The rows of the part; bad ones are left with the reader."""
    employees = reader.read("employees", _EmployeeRow, lambda e: e.id) or ()
    away = reader.read("absences", _AbsenceRow, lambda a: (a.employee, a.start, a.end)) or ()
    changes = reader.read("changes", _ChangeRow, lambda c: c.change) or ()
    known = {row.id for row in employees}
    for name, rows in (("absences", away), ("changes", changes)):
        reader.problems.extend(
            f"{name}.jsonl: `{row.employee}` is no employee"
            for row in rows
            if row.employee not in known
        )

    async def enter(systems: Mapping[type, Any]) -> tuple[str, ...]:
        absences = [Absence(**row.model_dump()) for row in away]
        entered = [row.entered() for row in changes]
        await systems[Hr].take_in([row.employee() for row in employees], absences, entered)
        return ()

    return enter


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else cents_of(amount)


HR = Part("hr", ("employees.jsonl",), limits, read)
