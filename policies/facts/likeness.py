"""How alike two names or two invoice numbers are, in permille."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from tools.names import fold, other_numbers, words

_LEGAL_FORMS = frozenset(
    [
        "ag", "eg", "ek", "ev", "gbr", "gmbh", "gmbhcokg", "inc", "kft", "kg", "kgaa", "limited",
        "llc", "ltd", "mbh", "ohg", "oy", "partg", "partgmbb", "sa", "sarl", "sas", "se", "sl",
        "spa", "srl", "sro", "ug",
    ]
)  # fmt: skip
"""Words that name a legal form (ISO 20275, folded): one side may have left them out."""

_SPELLED = {
    "gesellschaft mit beschraenkter haftung": "gmbh",
    "gesellschaft mbh": "gmbh",
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
    "partnerschaftsgesellschaft mbb": "partgmbb",
    "partnerschaft mbb": "partgmbb",
    "partg mbb": "partgmbb",
}
"""Legal forms of several words, as one (folded); the longest stands first."""
_JOINED = re.compile(r"(\w)gesellschaft (?:mbh|mit beschraenkter haftung)\b")
"""`Betriebsgesellschaft mbH` is `Betriebs-GmbH`."""
_LONG = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")

_OTHER_FORM = 900
"""The most that two names of two legal forms are alike: they name two companies."""

_OTHER_NUMBER = 890
"""The most that two names of two numbers are alike: two plants, two articles."""

_RUN = re.compile(r"\d+|[^\W\d_]+")


@lru_cache(maxsize=8192)
def name_permille(one: str | None, other: str | None) -> int:
    """Likeness of two names without their legal forms, 0 where one is absent.

    Names of two forms are alike, but never the same; nor are names of two numbers.
    """
    first, second = _words(one or ""), _words(other or "")
    bare = " ".join(_bare(first)), " ".join(_bare(second))
    alike = min(_permille(*bare), _OTHER_NUMBER if other_numbers(*bare) else 1000)
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


def leaves_words_out(text: str | None, name: str) -> bool:
    """Whether a text is a company's name, words left out but its first, none added.

    Beside an identifier that is the company's own this is enough: people write names short.
    """
    said, own = _words(text or ""), _words(name)
    forms = _form(said), _form(own)
    begun = said[:1] == own[:1] or set(said) == set(own)
    short = begun and set(_bare(said)) <= set(_bare(own))
    return short and bool(said) and (not forms[0] or forms[0] == forms[1])


def is_called(one: str | None, other: str | None) -> bool:
    """Whether two names are one, words in another order or left out, two of them left.

    As banks write holders: `Lohse, Petra` for `Schreinerei Petra Lohse`. Two legal forms are two.
    """
    first, second = _words(one or ""), _words(other or "")
    said, own = sorted((set(_bare(first)), set(_bare(second))), key=len)
    forms = _form(first), _form(second)
    two_forms = all(forms) and forms[0] != forms[1]
    return not two_forms and len(said) > 1 and said <= own


def is_article(one: str | None, other: str | None) -> bool:
    """Whether one text of an article has the words of the other and more, none of them a number.

    `Wellendichtring 40x62x8 NBR` is `Wellendichtring 40x62x8`; `... Form 2` is another article.
    """
    said, own = sorted((set(words(one or "")), set(words(other or ""))), key=len)
    more = own - said
    return len(said) > 1 and said <= own and not any(c.isdigit() for word in more for c in word)


def shares_word(one: str | None, other: str | None) -> bool:
    """Whether two names have a word in common that is no legal form and no single letter."""
    first, second = (set(_bare(_words(name or ""))) for name in (one, other))
    return any(len(word) > 1 for word in first & second)


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
    parted = _JOINED.sub(r"\1 gmbh", fold(name))
    return tuple(_LONG.sub(lambda found: _SPELLED[found[0]], parted).split())


def _runs(number: str | None) -> list[str]:
    return _RUN.findall((number or "").upper())


def _form(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in name if w in _LEGAL_FORMS)


def _bare(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in name if w not in _LEGAL_FORMS) or name


def _permille(one: str, other: str) -> int:
    return round(fuzz.ratio(one, other) * 10) if one and other else 0
