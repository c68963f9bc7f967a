"""Periods as §§ 187, 188 BGB and Art. 3 of regulation (EEC, Euratom) 1182/71 count them."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from leitstand.holidays import Germany

_SATURDAY = 5


def later(day: date, months: int) -> date:
    """The day so many months later; where that month lacks it, its last one (§ 188 (3) BGB)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def year_end(day: date) -> date:
    """The last day of its year (§ 147 (4) AO)."""
    return date(day.year, 12, 31)


def working(day: date, land: str = "") -> date:
    """`day`, or the next that is no Saturday, Sunday or public holiday (Art. 3 (4) of 1182/71).

    Without the code of a Land the holidays of all Länder count alone: no later than anywhere.
    """
    while day.weekday() >= _SATURDAY or day in _holidays(land, day.year):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def _holidays(land: str, year: int) -> frozenset[date]:
    return frozenset(Germany(subdiv=land or None, years=year))
