"""Entries of a payroll run: which approved change is paid, from when, and how much it is."""

from datetime import date
from typing import Annotated

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Money, Reading, Word


class EnterChange(Frozen):
    """Enter an approved change into the payroll run of the month of `effective_on`.

    Amounts are gross cents a month: `old_cents` and `new_cents` before and after, `delta_cents` the
    difference. With `once` there is no new pay: `delta_cents` is paid once, in that month.
    """

    change_no: Annotated[Identifier, Recorded("payroll.change.get", "value.change_no")]
    employee_id: Annotated[Identifier, Recorded("payroll.change.get", "value.employee_id")]
    old_cents: Annotated[Money, Field(ge=0)] | None = None
    new_cents: Annotated[Money, Field(ge=0)] | None = None
    delta_cents: Money
    effective_on: date
    once: bool = False


class Entry(Frozen):
    """What was entered: `run` is the month, as 2027-01."""

    entry_no: Identifier
    change_no: Identifier
    employee_id: Identifier
    run: Word
    delta_cents: Money
    once: bool


class FindEntries(Frozen):
    """Find what is in the runs for an employee."""

    employee_id: Annotated[Identifier, Recorded("payroll.change.get", "value.employee_id")]


class Entries(Frozen):
    """All changes that were entered for an employee, the oldest first."""

    employee_id: Identifier
    changes: tuple[EnterChange, ...] = ()


class FoundEntries(Reading[Entries]):
    """Reading of an employee's entries."""
