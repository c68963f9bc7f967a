"""The embedded HR system: employees, absences and what is proposed for them, in SQLite."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, insert, select, update

from leitstand.errors import Contradiction, Missing
from tools.database import Tenancy, next_no
from tools.hr.absence import (
    Absence,
    Absences,
    FoundAbsences,
    ListAbsences,
    RecordAbsence,
    RecordedAbsence,
)
from tools.hr.change import (
    Change,
    CreateOnboarding,
    EnteredChange,
    FoundChange,
    GetChange,
    Onboarding,
    ProposeChange,
)
from tools.hr.employee import (
    Employee,
    EmployeeField,
    FindEmployees,
    FoundEmployee,
    FoundEmployees,
    GetEmployee,
    Granted,
    Named,
)
from tools.hr.leave import EnteredLeave, LeaveYear, ProposeLeave
from tools.hr.naming import folded, names_in, turned
from tools.hr.tables import ABSENCE, CHANGE, EMPLOYEE, ENTRY, METADATA
from tools.hr.worktime import Notice, NotifyWorktime
from tools.once import Keys, Write

R = TypeVar("R", bound=BaseModel)

_ALWAYS = ("id", "name", "department", "version")
_GROUPS: dict[EmployeeField, tuple[str, ...]] = {
    "employment": ("entry", "exit", "probation_end"),
    "calendar": ("state", "days_per_week", "workdays", "holidays"),
    "leave": (
        "contract_days",
        "taken",
        "leave_year",
        "carry_over",
        "carry_over_expires",
        "expiry_notice",
        "granted",
    ),
    "insurance": ("insurance",),
    "pay": ("salary_cents",),
}

_keys = Keys(METADATA, "hr")


@dataclass(frozen=True, slots=True)
class EmbeddedHr:
    """`tools.hr.Hr` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(METADATA)

    async def take_in(
        self,
        employees: Iterable[Employee],
        absences: Iterable[Absence],
        changes: Iterable[Change] = (),
    ) -> None:
        """Take in master records, absences and changes; equal ones stay as they are."""
        people, away, changed = list(employees), list(absences), list(changes)

        def enter(c: Connection) -> None:
            self._take_in(c, people, away)
            for change in changed:
                self._put_change(c, change)

        await self.site.write(enter)

    async def get_employee(self, args: GetEmployee) -> FoundEmployee:
        """An employee by number or full name. Raises Contradiction: two of that name."""
        found = await self.site.read(lambda c: self._one(c, args.employee))
        shown = _shown(found, args.fields) if found else None
        source = f"hr:employee/{found.id}" if found else "hr:employee"
        return FoundEmployee(value=shown, source=source)

    async def find_employees(self, args: FindEmployees) -> FoundEmployees:
        """Who is named in a text."""
        everybody = await self.site.read(self._everybody)
        named = names_in(args.text, [(e.id, e.name) for e in everybody])
        found = tuple(Named(id=e.id, name=e.name) for e in everybody if e.id in named)
        return FoundEmployees(value=found, source="hr:employee")

    async def list_absences(self, args: ListAbsences) -> FoundAbsences:
        """Who of a department is away. Raises Missing: no such employee."""
        found = await self.site.read(lambda c: self._absences(c, args))
        source = f"hr:department/{found.department or '-'}/absences"
        return FoundAbsences(value=found, source=source)

    async def get_change(self, args: GetChange) -> FoundChange:
        """A change by its number."""
        found = await self.site.read(lambda c: self._changed(c, args.change_no))
        return FoundChange(value=found, source=f"hr:change/{args.change_no}")

    async def propose_leave(self, args: ProposeLeave, key: str) -> EnteredLeave:
        """A request for leave, granted: who calls has let the manager decide.

        Raises Missing: no such employee. Raises Contradiction: leave that was granted meanwhile is
        of the same days, or has used up what the request was held against.
        """

        def enter(c: Connection) -> EnteredLeave:
            self._refuse_stale(c, args)
            self._put_absence(
                c, Absence(employee=args.employee_id, start=args.start, end=args.end, kind="leave")
            )
            number = self._enter(c, "leave", args, args.employee_id)
            own = args.model_dump(include={"employee_id", "start", "end"})
            return EnteredLeave(leave_no=f"L-{number:06d}", **own)

        return await self._once("hr.leave.propose", args, key, EnteredLeave, enter)

    async def record_absence(self, args: RecordAbsence, key: str) -> RecordedAbsence:
        """An inability to work. Raises Missing: no such employee."""

        def enter(c: Connection) -> RecordedAbsence:
            number = self._enter(c, "absence", args, args.employee_id)
            own = args.model_dump(include={"employee_id", "start", "end"})
            self._put_absence(
                c, Absence(employee=args.employee_id, start=args.start, end=args.end, kind="sick")
            )
            return RecordedAbsence(absence_no=f"A-{number:06d}", **own)

        return await self._once("hr.absence.record", args, key, RecordedAbsence, enter)

    async def notify_worktime(self, args: NotifyWorktime, key: str) -> Notice:
        """A notice to the manager. Raises Missing: no such employee."""

        def enter(c: Connection) -> Notice:
            number = self._enter(c, "notice", args, args.employee_id)
            own = args.model_dump(include={"employee_id", "violations"})
            return Notice(notice_no=f"N-{number:06d}", **own)

        return await self._once("hr.worktime.notify", args, key, Notice, enter)

    async def propose_change(self, args: ProposeChange, key: str) -> EnteredChange:
        """A change, approved: who calls has let everybody decide whom the rules ask.

        Raises Missing: no such employee.
        """

        def enter(c: Connection) -> EnteredChange:
            number = self._enter(c, "change", args, args.employee_id)
            own = args.model_dump(include=set(Change.model_fields))
            change = Change(change_no=self._free(c, number), state="approved", **own)
            self._put_change(c, change)
            return EnteredChange(**change.model_dump(include=set(EnteredChange.model_fields)))

        return await self._once("payroll.change.propose", args, key, EnteredChange, enter)

    async def create_onboarding(self, args: CreateOnboarding, key: str) -> Onboarding:
        """The tasks for a new colleague."""

        def enter(c: Connection) -> Onboarding:
            number = self._enter(c, "onboarding", args, None)
            own = args.model_dump(include={"starts_on", "tasks"})
            return Onboarding(onboarding_no=f"O-{number:06d}", **own)

        return await self._once("onboarding.create_tasks", args, key, Onboarding, enter)

    async def leave_of(self, key: str) -> EnteredLeave | None:
        """The request that was entered under `key`."""
        return await self._known(key, EnteredLeave)

    async def absence_of(self, key: str) -> RecordedAbsence | None:
        """The absence that was recorded under `key`."""
        return await self._known(key, RecordedAbsence)

    async def notice_of(self, key: str) -> Notice | None:
        """The notice that was given under `key`."""
        return await self._known(key, Notice)

    async def change_of(self, key: str) -> EnteredChange | None:
        """The change that was proposed under `key`."""
        return await self._known(key, EnteredChange)

    async def onboarding_of(self, key: str) -> Onboarding | None:
        """The tasks that were created under `key`."""
        return await self._known(key, Onboarding)

    async def _once(
        self,
        tool: str,
        args: BaseModel,
        key: str,
        result: type[R],
        work: Callable[[Connection], R],
    ) -> R:
        write = Write(self.site.tenant, tool, key, args)
        return await self.site.write(lambda c: _keys.once(c, write, result, lambda: work(c)))

    async def _known(self, key: str, result: type[R]) -> R | None:
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, result))

    def _everybody(self, connection: Connection) -> list[Employee]:
        t = EMPLOYEE
        query = select(t.c.record).where(t.c.tenant == self.site.tenant).order_by(t.c.id)
        return [_of(record) for record in connection.execute(query).scalars()]

    def _by_id(self, connection: Connection, employee_id: str) -> Employee | None:
        record = self._record_of(connection, employee_id)
        return None if record is None else self._with_granted(connection, record)

    def _record_of(self, connection: Connection, employee_id: str) -> dict[str, Any] | None:
        t = EMPLOYEE
        query = select(t.c.record).where(t.c.tenant == self.site.tenant, t.c.id == employee_id)
        return connection.execute(query).scalar_one_or_none()

    def _with_granted(self, connection: Connection, record: dict[str, Any]) -> Employee:
        granted = tuple(
            Granted(year=year.year, days=year.working_days)
            for leave in self._leaves(connection, record)
            for year in leave.years
        )
        return _of(record).model_copy(update={"granted": granted})

    def _leaves(self, connection: Connection, record: dict[str, Any]) -> list[ProposeLeave]:
        """Leave that was granted after a record was entered (`since`: the last entry then)."""
        t = ENTRY
        own = (t.c.tenant == self.site.tenant, t.c.kind == "leave", t.c.id > record.get("since", 0))
        found = connection.execute(select(t.c.args).where(*own).order_by(t.c.id)).scalars()
        leaves = (ProposeLeave.model_validate(args, strict=False) for args in found)
        return [leave for leave in leaves if leave.employee_id == record["id"]]

    def _refuse_stale(self, connection: Connection, args: ProposeLeave) -> None:
        """Refuse what was held against days, or a balance, that other leave has taken since."""
        t = ABSENCE
        own = (t.c.tenant == self.site.tenant, t.c.employee == args.employee_id)
        days = (t.c.kind == "leave", t.c.start <= args.end, t.c.end >= args.start)
        if connection.execute(select(t.c.id).where(*own, *days)).first() is not None:
            raise Contradiction("leave is granted for some of these days", where="hr")
        record = self._record_of(connection, args.employee_id) or {"id": ""}
        for leave in self._leaves(connection, record):
            for year, earlier in itertools.product(args.years, leave.years):
                if year.year == earlier.year and _is_stale(year, earlier, _of(record).carry_over):
                    raise Contradiction(f"the balance of {year.year} has changed", where="hr")

    def _one(self, connection: Connection, employee: str) -> Employee | None:
        if found := self._by_id(connection, employee):
            return found
        asked = {folded(employee), turned(folded(employee))}
        everybody = self._everybody(connection)
        alike = [e for e in everybody if asked & {folded(e.name), folded(e.id)}]
        if len(alike) > 1:
            numbers = ", ".join(e.id for e in alike)
            raise Contradiction(f"several employees are called so: {numbers}", where="hr")
        return self._by_id(connection, alike[0].id) if alike else None

    def _absences(self, connection: Connection, args: ListAbsences) -> Absences:
        own = self._by_id(connection, args.employee_id)
        if own is None:
            raise Missing(f"HR knows no employee `{args.employee_id}`", where="hr")
        staff = tuple(
            e.id
            for e in self._everybody(connection)
            if e.id == own.id
            or (
                own.department
                and e.department == own.department
                and (e.entry or args.start) <= args.end
                and (e.exit or args.end) >= args.start
            )
        )
        t = ABSENCE
        query = select(t).where(
            t.c.tenant == self.site.tenant,
            t.c.employee.in_(staff),
            t.c.start <= args.end,
            t.c.end >= args.start,
        )
        rows = connection.execute(query.order_by(t.c.start, t.c.id)).mappings()
        names = ("employee", "start", "end", "kind")
        away = tuple(Absence(**{n: row[n] for n in names}) for row in rows)
        return Absences(department=own.department, staff=staff, absences=away)

    def _take_in(self, connection: Connection, people: list[Employee], away: list[Absence]) -> None:
        t = EMPLOYEE
        for person in people:
            known = self._by_id(connection, person.id)
            since = {"since": next_no(connection, self.site.tenant, ENTRY.c.id) - 1}
            if known is None:
                row = {"tenant": self.site.tenant, "id": person.id}
                connection.execute(insert(t).values(**row, record=_record(person) | since))
            elif known.model_copy(update={"version": 1, "granted": ()}) != person:
                changed = person.model_copy(update={"version": known.version + 1})
                own = (t.c.tenant == self.site.tenant, t.c.id == known.id)
                connection.execute(update(t).where(*own).values(record=_record(changed) | since))
        for absence in away:
            self._put_absence(connection, absence)

    def _changed(self, connection: Connection, change_no: str) -> Change | None:
        t = CHANGE
        query = select(t.c.record).where(t.c.tenant == self.site.tenant, t.c.change_no == change_no)
        record = connection.execute(query).scalar_one_or_none()
        return None if record is None else Change.model_validate(record, strict=False)

    def _free(self, connection: Connection, number: int) -> str:
        """The next number of a change that none from elsewhere has."""
        while self._changed(connection, found := f"C-{number:06d}") is not None:
            number += 1
        return found

    def _put_change(self, connection: Connection, change: Change) -> None:
        t, own = CHANGE, {"tenant": self.site.tenant, "change_no": change.change_no}
        if self._changed(connection, change.change_no) is None:
            connection.execute(insert(t).values(record=_record(change), **own))
            return
        same = (t.c.tenant == self.site.tenant, t.c.change_no == change.change_no)
        connection.execute(update(t).where(*same).values(record=_record(change)))

    def _put_absence(self, connection: Connection, absence: Absence) -> None:
        t = ABSENCE
        own = {"tenant": self.site.tenant, **absence.model_dump()}
        there = select(t.c.id).where(*(t.c[name] == value for name, value in own.items()))
        if connection.execute(there).first() is None:
            number = next_no(connection, self.site.tenant, t.c.id)
            connection.execute(insert(t).values(id=number, entered=self.site.entered, **own))

    def _enter(
        self, connection: Connection, kind: str, args: BaseModel, employee_id: str | None
    ) -> int:
        if employee_id is not None and self._by_id(connection, employee_id) is None:
            raise Missing(f"HR knows no employee `{employee_id}`", where="hr")
        number = next_no(connection, self.site.tenant, ENTRY.c.id)
        own = {"tenant": self.site.tenant, "id": number, "entered": self.site.entered}
        connection.execute(insert(ENTRY).values(kind=kind, args=_record(args), **own))
        return number


def _shown(employee: Employee, fields: Iterable[EmployeeField]) -> Employee:
    """What of a record may be seen: need to know."""
    names = {*_ALWAYS, *(name for group in fields for name in _GROUPS[group])}
    return Employee(**{name: getattr(employee, name) for name in names})


def _record(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


def _is_stale(year: LeaveYear, earlier: LeaveYear, carried: Decimal) -> bool:
    """Whether a request stood against more than was left after an earlier one was granted."""
    before, left = year.balance_before, earlier.balance_after
    return before is not None and left is not None and before > left + carried


def _of(record: dict[str, Any]) -> Employee:
    own = {name: value for name, value in record.items() if name != "since"}
    return Employee.model_validate(own, strict=False)
