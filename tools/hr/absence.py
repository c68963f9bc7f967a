"""Absences: who is away when, and what an inability to work means for certificate and pay."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Reading, Text, Word

AbsenceKind = Literal["leave", "sick", "other"]
"""Why somebody is away, and no more of it."""


class Absence(Frozen):
    """An absence that is granted or recorded, both days included."""

    employee: Identifier
    start: date
    end: date
    kind: AbsenceKind = "other"


class ListAbsences(Frozen):
    """List the absences in the department of an employee that touch the days `start` to `end`."""

    employee_id: Annotated[Identifier, Recorded("hr.employee.get", "value.id")]
    start: date
    end: date


class Absences(Frozen):
    """The absences of a department, and all who belong to it then, the employee among them."""

    department: Word
    staff: tuple[Identifier, ...] = ()
    absences: tuple[Absence, ...] = ()


class FoundAbsences(Reading[Absences]):
    """Reading of a department's absences."""


class RecordAbsence(Frozen):
    """Record an inability to work: its days and what follows, never its reason.

    `calendar_days` both included; `au_latest` the day on which the certificate is due, `channel`
    how it comes, `continued_pay_from` and `_until` the days with pay (EntgFG § 3). `leave_days`:
    days of granted leave in it that are not counted as leave (BUrlG § 9). `health_removed`: the
    notice told more than it should, and that was cut out.
    """

    employee_id: Annotated[Identifier, Recorded("hr.employee.get", "value.id")]
    start: date
    end: date
    calendar_days: Annotated[int, Field(ge=1)]
    au_required: bool
    au_latest: date | None = None
    channel: Annotated[Text, Field(max_length=200)] | None = None
    continued_pay: bool
    continued_pay_from: date | None = None
    continued_pay_until: date | None = None
    exceeds_six_weeks: bool
    leave_days: Annotated[int, Field(ge=0)] = 0
    health_removed: bool = False


class RecordedAbsence(Frozen):
    """An absence as it was recorded."""

    absence_no: Identifier
    employee_id: Identifier
    start: date
    end: date
