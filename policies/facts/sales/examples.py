"""Examples: what a mail is most like, of mails that are known. A second reading beside patterns.

Every part of a mail (word, piece of a long word, pair of words) speaks for the kinds of mails in
whose examples it stands; parts that stand in none say nothing.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from policies.facts.patterns import fold
from policies.facts.sales.limits import lexicon

EXAMPLES = Path(__file__).parents[2] / "sales_examples.toml"
"""Mails by kind."""

_WORDS = re.compile(r"[a-z_]+")
_STEM, _PIECE, _LONG, _PAIR = 6, 5, 8, 5
_UNSEEN = 0.1
"""What a part counts for a kind in whose examples it never stands."""
_TOGETHER = 4
"""Parts of one mail overlap: they count as so many that are independent."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The kind of mails that a mail is most like, and its share of all likeness in percent."""

    kind: str
    share: int


@dataclass(frozen=True, slots=True)
class _Known:
    kinds: Mapping[str, int]
    parts: Mapping[str, Counter[str]]


def likest(text: str) -> Likeness | None:
    """The kind of mails that a text is most like; None where it has no part of any."""
    known = _known()
    parts = sorted(_parts(text) & known.parts.keys())
    if not parts:
        return None
    sums = {k: sum(_weight(known, p, k) for p in parts) for k in known.kinds}
    top, apart = max(sums.values()), max(1.0, len(parts) / _TOGETHER)
    likeness = {kind: math.exp((found - top) / apart) for kind, found in sums.items()}
    best = max(likeness, key=likeness.__getitem__)
    return Likeness(best, round(100 * likeness[best] / sum(likeness.values())))


def _weight(known: _Known, part: str, kind: str) -> float:
    return math.log((known.parts[part][kind] + _UNSEEN) / (known.kinds[kind] + 2 * _UNSEEN))


@cache
def _known() -> _Known:
    table: Mapping[str, list[str]] = tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))
    fragment = lexicon()["fragment"]
    parts: dict[str, Counter[str]] = {}
    for kind, mails in table.items():
        for mail in mails:
            said = mail.format(goods=fragment["goods"], machine=fragment["machine"])
            for part in _parts(said):
                parts.setdefault(part, Counter())[kind] += 1
    return _Known({kind: len(mails) for kind, mails in table.items()}, parts)


def _parts(text: str) -> set[str]:
    words = _WORDS.findall(fold(text))
    pairs = (f"{one[:_PAIR]} {two[:_PAIR]}" for one, two in pairwise(words))
    return {*(word[:_STEM] for word in words), *_pieces(words), *pairs}


def _pieces(words: list[str]) -> Iterator[str]:
    """Of long words, which may be compounds, all that stands inside."""
    for word in words:
        if len(word) >= _LONG:
            yield from (f"-{word[at : at + _PIECE]}" for at in range(1, len(word) - _PIECE + 1))
