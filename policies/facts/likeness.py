"""How alike two names or two invoice numbers are, in permille."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from tools.names import fold

__all__ = ["is_addressed_to", "name_permille", "number_permille", "one_series"]

_LEGAL_FORMS = frozenset(
    [
        "ag", "ek", "eg", "ev", "gbr", "gmbh", "gmbhcokg", "inc", "kg", "kgaa", "kft", "limited",
        "llc", "ltd", "mbh", "ohg", "oy", "sa", "sarl", "sas", "se", "sl", "spa", "srl", "sro",
        "ug",
    ]
)  # fmt: skip
"""Words that name a legal form (ISO 20275, folded): one side may have left them out."""

_SPELLED = {
    "gesellschaft mit beschraenkter haftung": "gmbh",
    "aktiengesellschaft": "ag",
    "kommanditgesellschaft": "kg",
    "offene handelsgesellschaft": "ohg",
    "gesellschaft buergerlichen rechts": "gbr",
    "unternehmergesellschaft haftungsbeschraenkt": "ug",
    "unternehmergesellschaft": "ug",
    "ug haftungsbeschraenkt": "ug",
    "eingetragener kaufmann": "ek",
    "eingetragene kauffrau": "ek",
    "gmbh und co kg": "gmbhcokg",
    "gmbh und co": "gmbhcokg",
}
"""Legal forms of several words, as one (folded); the longest stands first."""
_LONG = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")

_OTHER_FORM = 900
"""The most that two names of two legal forms are alike: they name two companies."""

_RUN = re.compile(r"\d+|[^\W\d_]+")


@lru_cache(maxsize=8192)
def name_permille(one: str | None, other: str | None) -> int:
    """Likeness of two names without their legal forms, 0 where one is absent.

    Names of two forms are alike, but never the same.
    """
    first, second = _words(one or ""), _words(other or "")
    alike = _permille(" ".join(_bare(first)), " ".join(_bare(second)))
    forms = _form(first), _form(second)
    return min(alike, _OTHER_FORM) if all(forms) and forms[0] != forms[1] else alike


def is_addressed_to(text: str | None, name: str) -> bool:
    """Whether a text begins with a company's full name, legal form included, and adds no form.

    Departments, plants and people may follow it, `Firma` may go before.
    """
    said, own = _words(text or ""), _words(name)
    if said[:1] in (("firma",), ("fa",)):
        said = said[1:]
    return bool(_form(own)) and said[: len(own)] == own and not _form(said[len(own) :])


def number_permille(one: str | None, other: str | None) -> int:
    """Likeness of two invoice numbers; case, blanks, separators and leading zeros do not count."""
    first, second = ("".join(r.lstrip("0") for r in _runs(n)) for n in (one, other))
    return _permille(first, second)


def one_series(one: str | None, other: str | None) -> bool:
    """Whether two numbers are built alike and differ in one counter: two of a series, not twins."""
    first, second = _runs(one), _runs(other)
    pairs = list(zip(first, second, strict=False))
    odd = [(a, b) for a, b in pairs if a != b]
    built_alike = [len(r) for r in first] == [len(r) for r in second]
    return built_alike and len(odd) == 1 and all(a.isdigit() and b.isdigit() for a, b in odd)


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    return tuple(_LONG.sub(lambda found: _SPELLED[found[0]], fold(name)).split())


def _runs(number: str | None) -> list[str]:
    return _RUN.findall((number or "").upper())


def _form(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in name if w in _LEGAL_FORMS)


def _bare(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in name if w not in _LEGAL_FORMS) or name


def _permille(one: str, other: str) -> int:
    return round(fuzz.ratio(one, other) * 10) if one and other else 0
