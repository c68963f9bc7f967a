"""Words of German and English product names: folded, so that inflections and spellings meet."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

_ENDINGS = ("ern", "nen", "en", "er", "es", "e", "n", "s")
_SHORTEST = 4
"""Letters that a stem keeps at least."""
_TYPO_FROM, _TWO_TYPOS_FROM = 7, 11
"""Letters from which on one mistake, or two, may be in a word."""
_SPELLING = str.maketrans({"ß": "ss", "æ": "a", "œ": "o", "ø": "o"})
_WRITTEN_OUT = re.compile(r"([ao])e|(?<![aeoq])(u)e")
"""ä, ö, ü written with an e; not in `neue`, `bauen`, `quer`."""
_WORD = re.compile(r"[a-z]+|[0-9]+")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Small letters without accents; ä and ae are one, as are ö and oe, ü and ue.

    Two different words may fold alike; both sides of a comparison are folded.
    """
    small = text.casefold().translate(_SPELLING)
    bare = "".join(c for c in unicodedata.normalize("NFD", small) if not unicodedata.combining(c))
    return _WRITTEN_OUT.sub(lambda m: m[1] or m[2], bare)


@lru_cache(maxsize=8192)
def stems(word: str) -> frozenset[str]:
    """A folded word without each ending that German nouns take; the word itself is among them."""
    cut = (word.removesuffix(e) for e in _ENDINGS if word.endswith(e))
    return frozenset({word, *(c for c in cut if len(c) >= _SHORTEST)})


@lru_cache(maxsize=65536)
def same_word(one: str, other: str) -> bool:
    """Whether two folded words are one, apart from inflection and from a slip of the pen."""
    if stems(one) & stems(other):
        return True
    shorter = min(len(one), len(other))
    if shorter < _TYPO_FROM or one[0] != other[0]:
        return False
    slips = 2 if shorter >= _TWO_TYPOS_FROM else 1
    return any(
        OSA.distance(a, b, score_cutoff=slips) <= slips
        for a in stems(one)
        for b in stems(other)
        if min(len(a), len(b)) >= _TYPO_FROM - 1
    )


def keys(text: str) -> frozenset[str]:
    """What a text can be found by: beginnings and ends of its words, and its codes."""
    return frozenset(_keys(fold(text)))


def _keys(folded: str) -> Iterator[str]:
    found = list(_WORD.finditer(folded))
    for match in found:
        for stem in stems(match.group()):
            yield f"a:{stem[:_SHORTEST]}"
            yield f"z:{stem[-_SHORTEST:]}"
    for left, right in pairwise(found):
        if right.start() - left.end() <= 1:  # a code may be written with a sign, a blank or nothing
            yield f"c:{left.group()}{right.group()}"
            if left.group().isalpha() and right.group().isdigit():
                yield f"f:{left.group()}"
