"""Leave: entitlement, balance and staffing (BUrlG §§ 3 to 7, 9).

The role proposes what `leave_of` gives, and the guard computes it again from the same readings.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from leitstand.errors import Missing
from policies.facts.hr.calendar import WorkCalendar, calendar_of, days_from
from policies.facts.hr.limits import HrLimits
from tools.hr import Absences, Employee, LeaveYear, ProposeLeave

_MONTHS = 12
_FIRST_HALF = 6


@dataclass(frozen=True)
class Staffing:
    """The day of a request on which the fewest people of the department are there.

    `away` are those absent without the one who asks, of `staff`; `least` must be there.
    """

    away: int
    staff: int
    least: int

    @property
    def short(self) -> bool:
        """Whether too few are left once the one who asks is away, too."""
        return self.staff - self.away - 1 < self.least


@dataclass(frozen=True)
class LeaveRequest:
    """A request with all that it is held against.

    `requested_on` is the day it came in; None where neither it nor its world name one.
    """

    employee: Employee
    away: Absences
    limits: HrLimits
    kind: str
    start: date
    end: date
    requested_on: date | None

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The days on which the employee works. Raises Missing: as `calendar_of`."""
        return calendar_of(self.employee, self.limits)

    @property
    def counted(self) -> bool:
        """Whether the kind of leave is counted against the balance."""
        return counts(self.kind, self.limits)

    @cached_property
    def working_days(self) -> Decimal:
        """Days of leave of all years together."""
        return self.calendar.working_days(self.start, self.end)

    @cached_property
    def years(self) -> tuple[LeaveYear, ...]:
        """What the request takes of each calendar year; nothing for kinds that are not counted."""
        return tuple(self._years()) if self.counted else ()

    @property
    def short(self) -> bool:
        """Whether the balance of a year does not suffice (G-H01)."""
        return any(y.balance_before is not None and y.balance_after is None for y in self.years)

    @property
    def doubled(self) -> bool:
        """Whether the employee has leave on one of the days already."""
        own = self.employee.id
        return any(
            a.employee == own and a.kind == "leave" and a.start <= self.end and a.end >= self.start
            for a in self.away.absences
        )

    @cached_property
    def early(self) -> bool:
        """Whether it asks for more than was earned within the waiting period (G-H02).

        Until it is over, a twelfth a full month up to the end of the leave can be taken. Who does
        not end it within the year has a part of the year's leave, and of that the whole (§ 5).
        What was carried over was earned in the year before.
        """
        entry = self.employee.entry
        if entry is None or not self.counted or self.employee.contract_days is None:
            return False
        over = _months_after(entry, self.limits.leave.waiting_months)
        if self.start >= over or _partial(self.employee, self.start.year, self.limits):
            return False
        begun = max(entry, date(self.start.year, 1, 1))
        months = full_months(begun, self.end) + 1
        earned = _share(self.employee.contract_days, months) + self._carried(self.start, self.end)
        return self._taken(self.start.year) + self.working_days > earned

    @property
    def carried_on(self) -> bool:
        """Whether days of the year before hold though their day is over: no notice (G-H04)."""
        person = self.employee
        expires = person.carry_over_expires
        return bool(
            self.counted
            and person.carry_over
            and not person.expiry_notice
            and expires is not None
            and self.start > expires
            and self.start.year == expires.year
        )

    @cached_property
    def staffing(self) -> Staffing | None:
        """The day with the fewest people; None where nobody says how many must be there."""
        least = self.limits.min_staffing.get(self.away.department)
        if not self.away.department or least is None:
            return None
        days = (d for d in days_from(self.start, self.end) if self.calendar.weight(d))
        away = max((self._away(day) for day in days), default=0)
        return Staffing(away, len(self.away.staff), least)

    def _away(self, day: date) -> int:
        own = self.employee.id
        return len(
            {
                a.employee
                for a in self.away.absences
                if a.employee != own and a.start <= day <= a.end
            }
        )

    def _years(self) -> Iterator[LeaveYear]:
        for year in range(self.start.year, self.end.year + 1):
            first = max(self.start, date(year, 1, 1))
            last = min(self.end, date(year, 12, 31))
            days = self.calendar.working_days(first, last)
            entitlement = entitlement_of(self.employee, year, self.limits)
            if year < self._own_year:
                yield LeaveYear(year=year, working_days=days, entitlement=entitlement)
                continue
            before = entitlement - self._taken(year) + self._carried(first, last)
            after = before - days if days <= before else None
            yield LeaveYear(
                year=year,
                working_days=days,
                entitlement=entitlement,
                balance_before=before,
                balance_after=after,
            )

    @property
    def _own_year(self) -> int:
        """The year of which the record says how much was taken.

        Without a `leave_year` it is the year of the request (the first one asked for, where nobody
        knows when it came in), or an earlier one in which days of the year before were to expire:
        such a record was not brought up to date since.
        """
        expires = self.employee.carry_over_expires
        asked = (self.requested_on or self.start).year
        return self.employee.leave_year or (min(expires.year, asked) if expires else asked)

    def _taken(self, year: int) -> Decimal:
        """Days taken of a year, and granted since. Raises Missing: the record does not say."""
        granted = sum((g.days for g in self.employee.granted if g.year == year), Decimal(0))
        if year != self._own_year:
            return granted
        if self.employee.taken is None:
            raise Missing("the record has no `taken`", where=f"hr:employee/{self.employee.id}")
        return self.employee.taken + granted

    def _carried(self, first: date, last: date) -> Decimal:
        """Days of the year before that can be taken from `first` to `last` (§ 7 (3))."""
        carried, expires = self.employee.carry_over, self.employee.carry_over_expires
        own = self._own_year
        if not carried or not own <= first.year <= (expires.year if expires else own):
            return Decimal(0)
        if expires is None or last <= expires or not self.employee.expiry_notice:
            return carried
        return min(carried, self.calendar.working_days(first, expires))


def counts(kind: str, limits: HrLimits) -> bool:
    """Whether a kind of leave is counted against the balance."""
    return " ".join(kind.casefold().split()) in limits.leave.kinds


def leave_of(request: LeaveRequest, *, health_removed: bool) -> ProposeLeave:
    """The proposal that a request comes to. Raises Missing: the record does not say enough."""
    return ProposeLeave(
        employee_id=request.employee.id,
        kind=request.kind,
        start=request.start,
        end=request.end,
        requested_on=request.requested_on,
        working_days=request.working_days,
        holidays=request.calendar.holidays_inside(request.start, request.end),
        years=request.years,
        health_removed=health_removed,
    )


def entitlement_of(employee: Employee, year: int, limits: HrLimits) -> Decimal:
    """Days of leave of a calendar year.

    In the years of entry and exit a twelfth for each full month, half a day and more rounded up
    (§ 5). Who has the full statutory claim all the same (waiting period over within the year, exit
    in its second half: § 4, § 5 (1) c) has no less than the statutory leave; all of the contract's
    where that says nothing of twelfths.
    Raises Missing: the record has no `contract_days`.
    """
    if employee.contract_days is None:
        raise Missing("the record has no `contract_days`", where=f"hr:employee/{employee.id}")
    first, last = _employed(employee, year)
    if last < first:
        return Decimal(0)
    if first == date(year, 1, 1) and last == date(year, 12, 31):
        return employee.contract_days
    share = _share(employee.contract_days, full_months(first, last))
    if _partial(employee, year, limits):
        return share
    if not limits.leave.twelfths:
        return employee.contract_days
    week = len(employee.workdays) or employee.days_per_week or 0
    statutory = Decimal(limits.leave.statutory_weeks * week)
    return max(share, min(statutory, employee.contract_days))


def full_months(first: date, last: date) -> int:
    """Full months from `first` to `last`, both included, counted from the day of `first`."""
    after = last + timedelta(days=1)
    months = (after.year - first.year) * _MONTHS + after.month - first.month
    return max(0, months - (_months_after(first, months) > after))


def _share(days: Decimal, months: int) -> Decimal:
    share = days * min(months, _MONTHS) / _MONTHS
    return share.quantize(Decimal(1), ROUND_HALF_UP)


def _employed(employee: Employee, year: int) -> tuple[date, date]:
    """First and last day of employment within a year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return max(first, employee.entry or first), min(last, employee.exit or last)


def _partial(employee: Employee, year: int, limits: HrLimits) -> bool:
    """Whether only a part of the year's leave is earned (§ 5 (1) a to c)."""
    entry, leaving = employee.entry, employee.exit
    if entry is not None:
        over = _months_after(entry, limits.leave.waiting_months)
        if over > min(leaving or date.max, date(year, 12, 31)):
            return True
    return leaving is not None and leaving.year == year and leaving.month <= _FIRST_HALF


def _months_after(day: date, months: int) -> date:
    """The same day `months` later; the last of the month where it has no such day."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
