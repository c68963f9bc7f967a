"""Entries of working time as rows have them: moments, or times of a day, and the breaks."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

from agents.moments import day_of, moment_of
from policies.facts.headings import renamed, said

Row = Mapping[str, Any]
Given = dict[str, Any]

_LONGEST_BREAK = 24 * 60
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?(?: ?uhr)?", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})(?::00)?(?: ?h)?")
_MINUTES = re.compile(r"(\d+)(?:[.,]0+)? ?(?:min\w*\.?|')", re.IGNORECASE)
_NAMES = ("start", "end", "break_min")


def entries_of(raw: object) -> tuple[list[Given], list[str]]:
    """The entries that a row lists, and which of their parts cannot be used."""
    rows = cast("list[object]", raw) if isinstance(raw, list) else []
    found: list[Given] = []
    unusable: list[str] = [] if rows else ["entries"]
    for number, one in enumerate(rows):
        made = list(_stints(cast("Row", one) if isinstance(one, dict) else {}))
        unusable += [f"entries.{number}.{n}" for e in made for n in _NAMES if e[n] is None]
        found += made
    return (found if not unusable else []), unusable


def is_entry(row: Row) -> bool:
    """Whether a row is an entry itself: a day with two times and a break."""
    entry = renamed(row, "hr_entry")
    times = all(isinstance(entry.get(n), str) and _TIME.fullmatch(entry[n]) for n in _NAMES[:2])
    return times and said(entry.get("break_min")) and day_of(entry.get("date")) is not None


def _stints(raw: Row) -> Iterator[Given]:
    """The entry; where its breaks are told by their times, the work between them."""
    row = renamed(raw, "hr_entry")
    start, end = _moment(row, "start"), _moment(row, "end")
    if start and end and end <= start and not _full(row["end"]):
        end += timedelta(days=1)  # times of a day alone: it ends on the next one
    breaks = row.get("break_min")
    if not (start and end and isinstance(breaks, list)):
        yield {"start": start, "end": end, "break_min": _minutes(breaks)}
        return
    rests = [_rest(one, row, start) for one in cast("list[object]", breaks)]
    known = [(a, b) for a, b in rests if a and b]
    edges = [start, *(moment for rest in sorted(known) for moment in rest), end]
    sound = len(known) == len(rests) and all(a <= b for a, b in pairwise(edges))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        yield {"start": a, "end": b, "break_min": 0 if sound else None}


def _rest(raw: object, entry: Row, first: datetime) -> tuple[Any, Any]:
    row = renamed(cast("Row", raw), "hr_entry") if isinstance(raw, dict) else {}
    ends = [
        _moment({"date": entry.get("date") or f"{first:%Y-%m-%d}", **row}, n) for n in _NAMES[:2]
    ]
    late = [e + timedelta(days=1) if e and e < first else e for e in ends]
    return late[0], late[1]


def _moment(row: Row, name: str) -> Any:  # noqa: ANN401 - a datetime, or nothing
    """A moment that is told in full, or a time of the entry's day."""
    value = row.get(name)
    if _full(value):
        return moment_of(value)
    day = day_of(row.get("date"))
    time = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if day is None or time is None:
        return None
    return moment_of(f"{day.isoformat()}T{int(time[1]):02d}:{time[2]}")


def _full(value: object) -> bool:
    return moment_of(value) is not None


def _minutes(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    text = str(value).strip()
    if span := _SPAN.fullmatch(text):
        text = str(int(span[1]) * 60 + int(span[2]))
    elif told := _MINUTES.fullmatch(text):
        text = told[1]
    try:
        minutes = Decimal(text)
    except ArithmeticError:
        return None
    if not minutes.is_finite() or not 0 <= minutes <= _LONGEST_BREAK:
        return None
    return int(minutes) if minutes == minutes.to_integral_value() else None
