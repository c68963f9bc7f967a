"""Cash discounts that terms of payment (BT-20) offer in plain words (`skonto.toml`).

XRechnung codes them (`values.discounts`); other invoices say `2 % Skonto innerhalb von 10 Tagen`.
Percentages and terms are copied from the text and have to pair beyond doubt, else nothing is read.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tools.einvoice.parts import Discount

_LONGEST = 1000
"""Characters of a text that may be terms of payment; more is small print, which is not read."""

_GAP = re.compile(r"\s+")


def worded_discounts(terms: str | None, issued: date | None) -> tuple[Discount, ...]:
    """The discounts that `terms` name; a day they name is counted from the day of issue.

    Empty where they name none, or where what they say could be meant in two ways.
    """
    text, words = _GAP.sub(" ", terms or "").casefold().strip(), _words()
    if len(text) > _LONGEST or not words.named.search(text) or words.unless.search(text):
        return ()
    marks = sorted(_marks(text, issued, words), key=lambda mark: mark.start)
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    first = marks[0].kind if marks else "term"
    regular = all(a.kind == first != b.kind for a, b in pairs)
    left_over = marks[len(pairs) * 2 :]
    if not pairs or not regular or any(mark.kind == "percent" for mark in left_over):
        return ()
    return tuple(_discount(*pair) for pair in pairs) if _sound(pairs, words.most) else ()


@dataclass(frozen=True, slots=True)
class _Words:
    """The patterns of `skonto.toml`, and the highest percentage."""

    named: re.Pattern[str]
    percent: re.Pattern[str]
    days: re.Pattern[str]
    date: re.Pattern[str]
    net: re.Pattern[str]
    net_before: re.Pattern[str]
    unless: re.Pattern[str]
    most: Decimal


@dataclass(frozen=True, slots=True)
class _Mark:
    """A percentage or a term in days, and where it stands."""

    kind: Literal["percent", "term"]
    start: int
    value: Decimal


def _marks(text: str, issued: date | None, words: _Words) -> Iterator[_Mark]:
    for found in words.percent.finditer(text):
        yield _Mark("percent", found.start(), Decimal(found[1].replace(",", ".")))
    terms = sorted(
        (*words.days.finditer(text), *words.date.finditer(text)), key=lambda term: term.start()
    )
    said = 0
    for found in terms:
        after = words.net.match(text, found.end())
        before = words.net_before.search(text[said : found.start()])
        said = after.end() if after else found.end()
        days = _term(found[1], issued)
        if days is not None and not (after or before):
            yield _Mark("term", found.start(), days)


def _term(text: str, issued: date | None) -> Decimal | None:
    """Days of a term; of a day they are counted from the day of issue."""
    if text.isdecimal():
        return Decimal(text)
    day = _day(text)
    return Decimal((day - issued).days) if day and issued else None


def _sound(pairs: list[tuple[_Mark, _Mark]], most: Decimal) -> bool:
    values = [(mark.kind, mark.value) for pair in pairs for mark in pair]
    return all(v >= 0 if kind == "term" else 0 < v <= most for kind, v in values)


def _discount(one: _Mark, other: _Mark) -> Discount:
    percent, term = (one, other) if one.kind == "percent" else (other, one)
    return Discount(days=int(term.value), percent=percent.value)


def _day(text: str) -> date | None:
    parts = [int(part) for part in re.split(r"[.-]", text)]
    try:
        return date(*parts) if "-" in text else date(*reversed(parts))
    except ValueError:
        return None


@cache
def _words() -> _Words:
    """The table; raises OSError, KeyError or re.error: it is part of the program."""
    file = Path(__file__).with_name("skonto.toml")
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    most = Decimal(table.pop("most"))
    return _Words(**{name: re.compile(pattern) for name, pattern in table.items()}, most=most)
