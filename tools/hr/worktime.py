"""Working time: entries of a time clock, and what the law says of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Kept

WorktimeRule = Literal["daily", "break_30", "break_45", "rest", "sunday"]
"""ArbZG § 3 more than 10 hours · § 4 less than 30, than 45 minutes of break · § 5 less than 11
hours of rest · § 9 work on a Sunday or public holiday."""


class Entry(Frozen):
    """Work from `start` to `end`, local time, with `break_min` minutes of break in it."""

    start: datetime
    end: datetime
    break_min: Annotated[int, Field(ge=0)]


class Violation(Frozen):
    """A rule that was broken on a day; `value` in hours or minutes, as the rule counts."""

    rule: Annotated[WorktimeRule, Kept()]
    date: date
    value: Decimal | None = None


class NotifyWorktime(Frozen):
    """Tell a manager which rules on working time the entries of an employee break."""

    employee_id: Annotated[Identifier, Recorded("hr.employee.get", "value.id")]
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=500)]
    violations: Annotated[tuple[Violation, ...], Field(min_length=1, max_length=2000)]


class Notice(Frozen):
    """A notice as it was given."""

    notice_no: Identifier
    employee_id: Identifier
    violations: tuple[Violation, ...]
