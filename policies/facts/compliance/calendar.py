"""Periods as §§ 187, 188 BGB count them."""

from calendar import monthrange
from datetime import date


def later(day: date, months: int) -> date:
    """The day so many months later; where that month lacks it, its last one (§ 188 (3) BGB)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def year_end(day: date) -> date:
    """The last day of its year (§ 147 (4) AO)."""
    return date(day.year, 12, 31)
