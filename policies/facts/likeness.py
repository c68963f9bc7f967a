"""How alike two names or two invoice numbers are, in permille."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from tools.names import words

__all__ = ["name_permille", "number_permille", "one_series"]

_LEGAL_FORMS = frozenset(
    [
        "ag",
        "co",
        "ek",
        "eg",
        "ev",
        "gbr",
        "gmbh",
        "inc",
        "kg",
        "kgaa",
        "kft",
        "limited",
        "llc",
        "ltd",
        "mbh",
        "ohg",
        "oy",
        "sa",
        "sarl",
        "sas",
        "se",
        "sl",
        "spa",
        "srl",
        "sro",
        "ug",
    ]
)
"""Words that name a legal form (ISO 20275, folded): one side may have left them out."""

_RUN = re.compile(r"\d+|[^\W\d_]+")


@lru_cache(maxsize=8192)
def name_permille(one: str | None, other: str | None) -> int:
    """Likeness of two names, 0 where one is absent. Legal forms count where both name one."""
    first, second = words(one or ""), words(other or "")
    if not (_form(first) and _form(second)):
        first, second = _bare(first), _bare(second)
    return _permille(" ".join(first), " ".join(second)) if first and second else 0


def number_permille(one: str | None, other: str | None) -> int:
    """Likeness of two invoice numbers; case, blanks, separators and leading zeros do not count."""
    first, second = ("".join(r.lstrip("0") for r in _runs(n)) for n in (one, other))
    return _permille(first, second) if first and second else 0


def one_series(one: str | None, other: str | None) -> bool:
    """Whether two numbers are built alike and differ in one counter: two of a series, not twins."""
    first, second = _runs(one), _runs(other)
    pairs = list(zip(first, second, strict=False))
    odd = [(a, b) for a, b in pairs if a != b]
    built_alike = [len(r) for r in first] == [len(r) for r in second]
    return built_alike and len(odd) == 1 and all(a.isdigit() and b.isdigit() for a, b in odd)


def _runs(number: str | None) -> list[str]:
    return _RUN.findall((number or "").upper())


def _form(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in name if w in _LEGAL_FORMS)


def _bare(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in name if w not in _LEGAL_FORMS)


def _permille(one: str, other: str) -> int:
    return round(fuzz.ratio(one, other) * 10)
