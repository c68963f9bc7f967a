"""Inability to work: certificate and continued pay (EntgFG §§ 3, 5). Never its reason."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from leitstand.errors import Missing
from policies.facts.hr.calendar import WorkCalendar, calendar_of, days_from
from policies.facts.hr.limits import HrLimits
from tools.hr import Absences, Employee, RecordAbsence


@dataclass(frozen=True)
class SickNote:
    """The days for which somebody is unable to work, with what they are held against."""

    employee: Employee
    away: Absences
    limits: HrLimits
    start: date
    end: date

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The days on which the employee works. Raises Missing: as `calendar_of`."""
        return calendar_of(self.employee, self.limits)

    @property
    def calendar_days(self) -> int:
        """Days from the first to the last, both included."""
        return (self.end - self.start).days + 1

    @property
    def certificate(self) -> bool:
        """Whether it lasts so long that a certificate is due (§ 5 (1))."""
        return self.calendar_days > self.limits.sick.free_days

    @property
    def due(self) -> date | None:
        """The day on which it is due: the next on which the company works (§ 5 (1) sentence 2)."""
        if not self.certificate:
            return None
        day = self.start + timedelta(days=self.limits.sick.free_days)
        return self.calendar.next_company_day(day)

    @property
    def channel(self) -> str | None:
        """How the certificate comes.

        Raises Missing: the record names no insurance, or one of which nobody knows the kind.
        """
        if not self.certificate:
            return None
        first = self.start + timedelta(days=self.limits.sick.query_after_days)
        return self.limits.channel[self._insured].format(first=first.isoformat())

    @property
    def _insured(self) -> str:
        """The kind of insurance: the one that a word of the record names (`AOK Nordost`)."""
        where = f"hr:employee/{self.employee.id}"
        said = " ".join(self.employee.insurance.casefold().split())
        if not said:
            raise Missing("the record has no `insurance`", where=where)
        named = {k for k, words in self.limits.insurances.items() if _names(said, words)}
        if len(named) == 1:
            return named.pop()
        raise Missing(
            f"nobody knows whether `{self.employee.insurance}` is a statutory insurance",
            where=where,
            mend="name it in `insurances` of hr.json, or write GKV or PKV",
        )

    @property
    def pay_from(self) -> date:
        """The first day with pay: after four weeks of employment (§ 3 (3)).

        Raises Missing: the record does not say when they began.
        """
        if self.employee.entry is None:
            raise Missing("the record has no `entry`", where=f"hr:employee/{self.employee.id}")
        earliest = self.employee.entry + timedelta(days=self.limits.sick.waiting_days)
        return max(self.start, earliest)

    @property
    def waiting(self) -> bool:
        """Whether it began in the first four weeks of employment (G-H09)."""
        return self.pay_from > self.start

    @property
    def paid_until(self) -> date | None:
        """The last day with pay: six weeks at most, counted from the first (§ 3 (1))."""
        if self.pay_from > self.end:
            return None
        return min(self.end, self.pay_from + timedelta(days=self.limits.sick.pay_days - 1))

    @property
    def exceeds(self) -> bool:
        """Whether it lasts longer than it is paid for (G-H07)."""
        return self.paid_until is not None and self.paid_until < self.end

    @property
    def leave_days(self) -> int:
        """Days of granted leave in it for which a certificate is due: they come back (§ 9)."""
        if not self.certificate:
            return 0
        own = [a for a in self.away.absences if a.employee == self.employee.id]
        leave = [a for a in own if a.kind == "leave"]
        days = (d for d in days_from(self.start, self.end) if self.calendar.weight(d))
        return sum(any(a.start <= day <= a.end for a in leave) for day in days)


def absence_of(note: SickNote, *, health_removed: bool) -> RecordAbsence:
    """What is recorded of a note. Raises Missing: the record does not say enough."""
    paid = note.paid_until
    return RecordAbsence(
        employee_id=note.employee.id,
        start=note.start,
        end=note.end,
        calendar_days=note.calendar_days,
        au_required=note.certificate,
        au_latest=note.due,
        channel=note.channel,
        continued_pay=paid is not None,
        continued_pay_from=note.pay_from if paid else None,
        continued_pay_until=paid,
        exceeds_six_weeks=note.exceeds,
        leave_days=note.leave_days,
        health_removed=health_removed,
    )


def _names(said: str, words: frozenset[str]) -> bool:
    """Whether one of the words stands in what is said, whole."""
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in words)
