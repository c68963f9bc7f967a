"""Names of companies and people in a form that can be compared."""

import re
import unicodedata
from functools import lru_cache

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "&": " und ", "+": " und "})
_GAP = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_DOTTED = re.compile(r"\b((?:\w\.){2,})")
LONGEST = 300
"""Characters of a name that are looked at; what is longer is none."""


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """`name` in small letters without accents and marks, words parted by one blank.

    `ä` is `ae`, `&` is `und`, `e.K.` is `ek`. Only the first 300 characters count.
    """
    text = unicodedata.normalize("NFKC", name[:LONGEST]).casefold()
    text = unicodedata.normalize("NFKC", text).translate(_GERMAN)
    text = _DOTTED.sub(lambda found: found[1].replace(".", ""), text)
    plain = unicodedata.normalize("NFKD", text)
    return _GAP.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def words(name: str) -> tuple[str, ...]:
    """The folded words of a name, in order."""
    return tuple(fold(name).split())


def other_numbers(one: str, other: str) -> bool:
    """Whether two folded names hold numbers that speak against each other: `plant 4`, `plant 5`.

    One that leaves numbers out does not.
    """
    first, second = _numbers(one), _numbers(other)
    return not (first <= second or second <= first)


@lru_cache(maxsize=8192)
def _numbers(folded: str) -> frozenset[str]:
    return frozenset(run.lstrip("0") for run in _DIGITS.findall(folded))
