"""Examples: what a mail is most like, of mails that are known. A second reading beside patterns.

A mail is taken apart into words, pairs of them and pieces of four letters, in which compounds are
found again. Each part speaks for the kinds of mails in whose examples it stands, the more the
seldomer it is (naive Bayes over tf-idf; Rennie et al., ICML 2003, section 4); parts of a single
example say nothing.
"""

import math
import re
import tomllib
from array import array
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
_PIECE, _PAIR = 4, 6
_OFTEN = 2
"""Examples in which a part has to stand to say anything."""
_UNSEEN = 0.1
"""What a part counts for a kind in whose examples it never stands."""
_SHARP = 2
"""Parts of one mail overlap: how much of what they say together counts.

Chosen on 764 mails beside the examples, as were the shares of `[likeness]`."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The kind of mails that a mail is most like, and its share of all likeness in percent."""

    kind: str
    share: int


@dataclass(frozen=True, slots=True)
class _Known:
    kinds: tuple[str, ...]
    rarity: Mapping[str, float]
    unheard: float
    """How rare is what stands in none."""
    speaks: Mapping[str, "array[float]"]
    """By part, what it says for each kind."""


def likest(text: str) -> Likeness | None:
    """The kind of mails that a text is most like; None where it has no part of any."""
    known = _known()
    weights = _weighed(_parts(text), known.rarity, known.unheard)
    if not weights:
        return None
    sums = [0.0] * len(known.kinds)
    for part, weight in weights.items():
        sums = [found + weight * said for found, said in zip(sums, known.speaks[part], strict=True)]
    top = max(sums)
    whole = sum(math.exp(_SHARP * (found - top)) for found in sums)
    return Likeness(known.kinds[sums.index(top)], round(100 / whole))


@cache
def _known() -> _Known:
    examples = list(_examples())
    often = Counter(part for _, parts in examples for part in parts)
    unheard = 1 + math.log(1 + len(examples))
    rarity = {p: unheard - math.log(1 + n) for p, n in often.items() if n >= _OFTEN}
    kinds = tuple(dict.fromkeys(kind for kind, _ in examples))
    said = {part: array("d", [_UNSEEN] * len(kinds)) for part in rarity}
    for kind, parts in examples:
        at = kinds.index(kind)
        for part, weight in _weighed(parts, rarity).items():
            said[part][at] += weight
    whole = [math.log(sum(each)) for each in zip(*said.values(), strict=True)]
    for each in said.values():
        each[:] = array("d", map(lambda one, all_: math.log(one) - all_, each, whole))
    return _Known(kinds, rarity, unheard, said)


def _examples() -> Iterator[tuple[str, set[str]]]:
    """The kind of each example, and its parts."""
    table: Mapping[str, list[str]] = tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))
    fragment = lexicon()["fragment"]
    for kind, mails in table.items():
        for mail in mails:
            said = mail.format(goods=fragment["goods"], machine=fragment["machine"])
            yield kind, _parts(said)


def _weighed(
    parts: set[str], rarity: Mapping[str, float], unheard: float = 0.0
) -> Mapping[str, float]:
    """What each part of a mail weighs: less in a long mail, and beside much that is `unheard`."""
    found = {part: rarity[part] for part in sorted(parts) if part in rarity}
    length = math.hypot(*found.values(), unheard * math.sqrt(len(parts) - len(found)))
    return {part: weight / length for part, weight in found.items()}


def _parts(text: str) -> set[str]:
    words = _WORDS.findall(fold(text))
    pairs = (f"{one[:_PAIR]} {two[:_PAIR]}" for one, two in pairwise(words))
    pieces = (piece for word in words for piece in _pieces(f"^{word}$"))
    return {*words, *pairs, *pieces}


def _pieces(word: str) -> Iterator[str]:
    return (f"-{word[at : at + _PIECE]}" for at in range(len(word) - _PIECE + 1))
