"""Leave: a request with all that the manager needs to decide on it."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Text


class LeaveYear(Frozen):
    """What a request takes of one year; balances are None where the year's account is not known.

    `balance_after` is None, too, where the balance does not suffice.
    """

    year: int
    working_days: Decimal
    entitlement: Decimal | None = None
    balance_before: Decimal | None = None
    balance_after: Decimal | None = None


class ProposeLeave(Frozen):
    """Enter a request for leave, with its days and balances; the manager decides on it.

    `working_days` of all years together, `holidays` the public holidays on days that would be
    working days. `years` is a line a calendar year that the request touches; empty for kinds of
    leave that are not counted against the balance. `requested_on` is the day it came in; None where
    nobody knows.
    """

    employee_id: Annotated[Identifier, Recorded("hr.employee.get", "value.id")]
    kind: Annotated[Text, Field(min_length=1, max_length=80)]
    start: date
    end: date
    requested_on: date | None
    working_days: Decimal
    holidays: Annotated[tuple[date, ...], Field(max_length=60)] = ()
    years: Annotated[tuple[LeaveYear, ...], Field(max_length=4)] = ()
    health_removed: bool = False


class EnteredLeave(Frozen):
    """A request for leave as it was entered."""

    leave_no: Identifier
    employee_id: Identifier
    start: date
    end: date
