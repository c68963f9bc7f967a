"""Employees: the master record, of which a case reads no more than it names."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from leitstand.values import Frozen, Identifier, Kept, Money, Reading, Text, Word

EmployeeField = Literal["employment", "calendar", "leave", "insurance", "pay"]
"""Groups of fields that can be read: each kind of case names those that it needs."""

Days = Annotated[Decimal, Field(ge=0, le=366)]


class Granted(Frozen):
    """Days of leave of a year that were granted since the master record was last entered."""

    year: int
    days: Days


class Employee(Frozen):
    """A master record; groups that were not asked for are empty.

    employment: `entry`, `exit` (first and last day), `probation_end`. calendar: `state` (Land of
    the place of work), `days_per_week`, `workdays` (their names, where the usual ones are not
    meant), `holidays` (kinds of public holiday beside those of the Land: `catholic`). leave:
    `contract_days` a year, `taken` of them in the year `leave_year`, `carry_over` from the year
    before, until `carry_over_expires`; `expiry_notice`: whether the employer has told of the
    expiry; `granted`: what `taken` does not hold yet. insurance: `insurance`. pay: `salary_cents`,
    gross a month.
    """

    id: Identifier
    name: Text
    department: Word = ""
    entry: date | None = None
    exit: date | None = None
    probation_end: date | None = None
    state: Word = ""
    days_per_week: Annotated[int, Field(ge=1, le=7)] | None = None
    workdays: tuple[Word, ...] = ()
    holidays: tuple[Word, ...] = ()
    contract_days: Days | None = None
    taken: Days | None = None
    leave_year: int | None = None
    carry_over: Days = Decimal(0)
    carry_over_expires: date | None = None
    expiry_notice: bool = True
    granted: tuple[Granted, ...] = ()
    insurance: Word = ""
    salary_cents: Money | None = None
    version: int = 1


class GetEmployee(Frozen):
    """Get an employee by number or full name; of the record only the groups in `fields`."""

    employee: Annotated[Text, Field(min_length=1, max_length=200)]
    fields: Annotated[tuple[EmployeeField, ...], Field(max_length=5), Kept()] = ()


class FoundEmployee(Reading[Employee | None]):
    """Reading of an employee; None where nobody is of that number or name."""


class Named(Frozen):
    """An employee, and nothing about him."""

    id: Identifier
    name: Text


class FindEmployees(Frozen):
    """Find the employees whose full names or numbers stand in a text."""

    text: Annotated[Text, Field(max_length=20_000)]


class FoundEmployees(Reading[tuple[Named, ...]]):
    """Reading of the employees that a text names, in the order of their numbers."""
