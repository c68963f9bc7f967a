"""Days that a text names beside those of its row: what contradicts itself goes to people."""

from datetime import date

from policies.facts.hr.amounts import day_in
from policies.facts.hr.wording import fold, sentences

UNTIL = r"\b(?:bis|until|till|through|to)\b"
"""What stands before a last day, where a first one is known."""

_START = r"\b(?:vom|von|ab|from)\b"
_END = r"\b(?:bis|until|till|through)\b"


def names_another_end(texts: tuple[str, ...], start: date, end: date) -> bool:
    """Whether a note names a last day, and none that is the row's."""
    days = [day_in(part, start, after=_END) for text in texts for part in sentences(fold(text))]
    named = {day for day in days if day}
    return bool(named) and end not in named


def names_other_days(texts: tuple[str, ...], start: date | None, end: date | None) -> bool:
    """Whether a text names a first and a last day, and not those of the row."""
    if start is None or end is None:
        return False
    parts = [part for text in texts for part in sentences(fold(text))]
    named = [
        (day_in(part, start, after=_START), day_in(part, start, after=UNTIL)) for part in parts
    ]
    return any(all(days) and days != (start, end) for days in named)
