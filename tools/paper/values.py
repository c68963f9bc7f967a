"""What a piece of a page means: amounts, days, accounts and numbers in any usual writing.

A piece that can be read in two ways has no meaning here: nothing is guessed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

_MARKS = ".,'’ \u00a0\u202f"
_GAP = "[ \u00a0\u202f]"
_AMOUNT = re.compile(
    rf"(?<![\d.,'’/:-])(?P<sign>[-–−+]{_GAP}?)?"
    rf"(?P<whole>\d{{1,3}}(?:(?P<mark>[.,'’ \u00a0\u202f])\d{{3}})(?:(?P=mark)\d{{3}})*|\d{{1,9}})"
    rf"(?P<point>[.,])(?P<cents>\d{{2}})(?P<after>[-–−](?!\d))?(?![\d%]|[.,'’/:]\d|{_GAP}?%)"
)
_NUMERIC = re.compile(
    r"(?<![\d./-])(?:(?P<iso>\d{4})-(?P<im>\d{1,2})-(?P<id>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<sep>[./-])[ ]?(?P<b>\d{1,2})(?P=sep)[ ]?(?P<y>\d{4}|\d{2}))(?![\d/-]|\.\d)"
)
_WORDED = re.compile(
    r"(?<![\w])(?:(?P<d>\d{1,2})(?:\.|st|nd|rd|th|er)?[ ]+"
    r"(?P<m>[^\W\d_]{3,10})\.?,?[ ]+(?P<y>\d{4})"
    r"|(?P<m2>[^\W\d_]{3,10})\.?[ ]+(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?[ ]+(?P<y2>\d{4}))(?!\w)"
)
_SHORT_YEARS = 100
_CENTURY = 2000


@dataclass(frozen=True, slots=True)
class Day:
    """A day as written, and whether day and month could be swapped."""

    value: date
    ambiguous: bool = False


def amount(text: str) -> Decimal | None:
    """The amount that `text` is, with exactly two decimals; None if it is none."""
    match = _AMOUNT.fullmatch(text.strip())
    return _amount(match) if match else None


def amounts(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """Every amount in a text with its offsets; percentages and dates are none."""
    for match in _AMOUNT.finditer(text):
        value = _amount(match)
        if value is not None:
            yield match.start(), match.end(), value


def days(text: str, months: Mapping[str, int]) -> Iterator[tuple[int, int, Day]]:
    """Every day in a text with its offsets; `months` are names of months in lower case."""
    for match in _NUMERIC.finditer(text):
        found = _numeric(match)
        if found is not None:
            yield match.start(), match.end(), found
    for match in _WORDED.finditer(text):
        month = months.get((match["m"] or match["m2"]).casefold())
        year, of_month = match["y"] or match["y2"], match["d"] or match["d2"]
        found = _date(int(year), month or 0, int(of_month))
        if found is not None:
            yield match.start(), match.end(), Day(found)


def day(text: str, months: Mapping[str, int]) -> Day | None:
    """The day that `text` is; None if it is none."""
    whole = text.strip()
    return next((d for s, e, d in days(whole, months) if (s, e) == (0, len(whole))), None)


def compact(text: str) -> str:
    """A text in capitals without blanks: how accounts and tax numbers are compared."""
    return re.sub(r"\s+", "", text).upper()


def _amount(match: re.Match[str]) -> Decimal | None:
    mark, point = match["mark"], match["point"]
    if mark == point:
        return None
    whole = match["whole"].translate({ord(m): None for m in _MARKS})
    try:
        value = Decimal(f"{whole}.{match['cents']}")
    except InvalidOperation:
        return None
    minus = (match["sign"] or "").strip() in ("-", "–", "−") or bool(match["after"])
    return -value if minus else value


def _numeric(match: re.Match[str]) -> Day | None:
    if match["iso"]:
        found = _date(int(match["iso"]), int(match["im"]), int(match["id"]))
        return Day(found) if found else None
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    year += _CENTURY if year < _SHORT_YEARS else 0
    european, american = _date(year, second, first), _date(year, first, second)
    swapped = match["sep"] != "." and european != american
    if european is not None:
        return Day(european, ambiguous=swapped and american is not None)
    return Day(american) if swapped and american else None


def _date(year: int, month: int, of_month: int) -> date | None:
    try:
        return date(year, month, of_month)
    except ValueError:
        return None
