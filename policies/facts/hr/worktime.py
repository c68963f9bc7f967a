"""Working time: what the entries of an employee say under the ArbZG (§§ 3, 4, 5, 9).

Entries of one day are one day's work, whose gaps are breaks; so are entries that follow each other
closely across midnight. What lies between two days' work is rest. A day's work is of the day on
which it begins; Sundays and public holidays are those that it touches.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import get_args
from zoneinfo import ZoneInfo

from policies.facts.hr.calendar import WorkCalendar, days_from
from policies.facts.hr.limits import HrLimits, WorktimeLimits
from tools.hr import Entry, Violation, WorktimeRule

_HERE = ZoneInfo("Europe/Berlin")
_MINUTE = timedelta(minutes=1)
_ORDER: tuple[WorktimeRule, ...] = get_args(WorktimeRule)


@dataclass(frozen=True)
class _Shift:
    """A day's work: its entries in order."""

    entries: tuple[Entry, ...]

    @property
    def day(self) -> date:
        return self.entries[0].start.date()

    @property
    def end(self) -> datetime:
        return self.entries[-1].end

    @property
    def worked(self) -> int:
        """Minutes of work, breaks left out."""
        return sum(_minutes(e.start, e.end) - e.break_min for e in self.entries)

    def breaks(self, part: int) -> int:
        """Minutes of break; gaps shorter than `part` are none."""
        pairs = zip(self.entries, self.entries[1:], strict=False)
        gaps = (_minutes(one.end, other.start) for one, other in pairs)
        return sum(e.break_min for e in self.entries) + sum(g for g in gaps if g >= part)


def conflict_in(entries: Iterable[Entry]) -> str | None:
    """Why entries cannot be true, in German: no duration, more break than work, overlapping."""
    ordered = sorted(entries, key=lambda e: (e.start, e.end))
    for entry in ordered:
        if entry.end <= entry.start:
            return f"Eintrag ab {entry.start:%Y-%m-%d %H:%M} endet nicht nach seinem Beginn"
        if entry.break_min >= _minutes(entry.start, entry.end):
            return f"Eintrag ab {entry.start:%Y-%m-%d %H:%M} hat mehr Pause als Dauer"
        if entry.end - entry.start > timedelta(days=1):
            return f"Eintrag ab {entry.start:%Y-%m-%d %H:%M} dauert länger als einen Tag"
    for one, other in itertools.pairwise(ordered):
        if other.start < one.end:
            return f"Einträge überschneiden sich ab {other.start:%Y-%m-%d %H:%M}"
    return None


def violations_of(
    entries: Iterable[Entry], calendar: WorkCalendar, limits: HrLimits
) -> tuple[Violation, ...]:
    """The rules that entries break, by day and then in the order of the law."""
    rules = limits.worktime
    shifts = tuple(_shifts(sorted(entries, key=lambda e: e.start), rules))
    found = [v for shift in shifts for v in _of_shift(shift, rules)]
    found += _rests(shifts, rules)
    found += _sundays(shifts, calendar) if rules.sundays else ()
    return tuple(sorted(found, key=lambda v: (v.date, _ORDER.index(v.rule))))


def words_of(rule: WorktimeRule, limits: HrLimits) -> str:
    """What the company calls a rule: the word of its vocabulary, else the usual one."""
    pattern, usual = limits.worktime_words[rule]
    offered = limits.vocabulary.get("working_time_rules", ())
    return next((word for word in offered if re.search(pattern, word)), usual)


def _shifts(entries: list[Entry], rules: WorktimeLimits) -> Iterator[_Shift]:
    current: list[Entry] = []
    for entry in entries:
        if current and not _follows(current[-1], entry, rules):
            yield _Shift(tuple(current))
            current = []
        current.append(entry)
    if current:
        yield _Shift(tuple(current))


def _follows(one: Entry, other: Entry, rules: WorktimeLimits) -> bool:
    """Whether two entries are of one day's work."""
    gap = _minutes(one.end, other.start)
    same_day = other.start.date() == one.start.date()
    return gap < rules.rest_min and (same_day or gap <= rules.one_shift_gap_max)


def _of_shift(shift: _Shift, rules: WorktimeLimits) -> Iterator[Violation]:
    worked, breaks = shift.worked, shift.breaks(rules.break_part_min)
    if worked > rules.daily_max:
        yield Violation(rule="daily", date=shift.day, value=_hours(worked))
    if worked > rules.break_45_over:
        if breaks < 45:  # noqa: PLR2004 - § 4
            yield Violation(rule="break_45", date=shift.day, value=Decimal(breaks))
    elif worked > rules.break_30_over and breaks < 30:  # noqa: PLR2004 - § 4
        yield Violation(rule="break_30", date=shift.day, value=Decimal(breaks))


def _rests(shifts: tuple[_Shift, ...], rules: WorktimeLimits) -> Iterator[Violation]:
    for one, other in itertools.pairwise(shifts):
        rest = _minutes(one.end, other.entries[0].start)
        if rest < rules.rest_min:
            yield Violation(rule="rest", date=other.day, value=_hours(rest))


def _sundays(shifts: tuple[_Shift, ...], calendar: WorkCalendar) -> Iterator[Violation]:
    touched = {
        day
        for shift in shifts
        for e in shift.entries
        for day in days_from(e.start.date(), (e.end - _MINUTE).date())
    }
    for day in touched:
        if calendar.rests(day):
            yield Violation(rule="sunday", date=day)


def _minutes(start: datetime, end: datetime) -> int:
    """Minutes that went by, also in a night in which the clock is changed."""
    begun, over = (moment.replace(tzinfo=_HERE).timestamp() for moment in (start, end))
    return int(over - begun) // 60


def _hours(minutes: int) -> Decimal:
    """Hours with two decimals."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))
