"""Moments and days as rows write them."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from policies.facts.hr.amounts import YEARS
from policies.facts.hr.period import period_in

_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SHORT = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{2})")
_HERE = ZoneInfo("Europe/Berlin")


def day_of(value: object) -> date | None:
    """A day as 2026-11-16, 16.11.2026, 16.11.26 or 16. November 2026; None for anything else."""
    if moment := moment_of(value):
        found: date = moment.date()
        return found
    days = period_in(value, None) if isinstance(value, str) else None
    return days[0] if days and days[0] == days[1] else None


def moment_of(value: object) -> Any:  # noqa: ANN401 - a datetime, or nothing
    """Local time, without seconds; None where it is no time, or of a year that nobody works in."""
    if not isinstance(value, str):
        return None
    text = _SHORT.sub(r"\1.\2.20\3", value) if _SHORT.fullmatch(value.strip()) else value
    text = _GERMAN.sub(lambda m: f"{m[3]}-{int(m[2]):02d}-{int(m[1]):02d}", text.strip())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.year not in YEARS:
        return None
    local = found.astimezone(_HERE).replace(tzinfo=None) if found.tzinfo else found
    return local.replace(second=0, microsecond=0)
