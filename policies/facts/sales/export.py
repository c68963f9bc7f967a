"""Where goods go, and what must not leave without compliance (G-S06)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from babel import Locale

from policies.facts.patterns import fold, sentences
from policies.facts.sales.limits import SalesLimits, lexicon
from tools.catalog import Product

_LANGUAGES = ("de", "en")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class ExportFindings:
    """What there is of an export.

    `abroad`: codes of countries outside of the home market that goods shall go to; `embargo`: of
    countries under embargo that are named at all; `controlled`: article numbers of controlled
    goods, or `mail`, where the mail says it.
    """

    abroad: frozenset[str]
    embargo: frozenset[str]
    controlled: frozenset[str]

    @property
    def any(self) -> bool:
        """Whether there is something for compliance to see."""
        return bool(self.abroad or self.embargo or self.controlled)


def export_findings(text: str, products: Iterable[Product], limits: SalesLimits) -> ExportFindings:
    """What a mail and the products that it asks for say of an export."""
    said = [s for s in sentences(fold(text)) if s]
    # whole, as a sentence may seem to end in a name: `St. Petersburg`
    embargo = {c for c in _countries(fold(text)) if c in limits.embargo_countries}
    embargo |= {"embargo" for s in said if _embargo_words().search(s)}
    abroad = {
        code
        for sentence in said
        if _going().search(sentence)
        for code in _countries(sentence)
        if code not in limits.home_countries
    }
    controlled = {p.sku for p in products if p.export_control}
    controlled |= {"mail" for s in said if _controlled().search(s) and not _denied().search(s)}
    return ExportFindings(frozenset(abroad), frozenset(embargo), frozenset(controlled))


def _countries(sentence: str) -> Iterator[str]:
    """Codes of the countries that a folded sentence names."""
    for match in _names_pattern().finditer(sentence):
        yield _names()[match.group()] if match.group() in _names() else _by_pattern(match.group())


def _by_pattern(name: str) -> str:
    for code, patterns in _own_names().items():
        if any(re.fullmatch(p, name) for p in patterns):
            return code
    return ""


@cache
def _names() -> Mapping[str, str]:
    """Names of countries, folded, in German and English."""
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        territories = cast("Mapping[str, str]", Locale(language).territories)
        for code, name in territories.items():
            if _COUNTRY.fullmatch(code) and len(name) > 3:  # noqa: PLR2004 - shorter ones are words
                found[fold(name)] = code
    return found


@cache
def _names_pattern() -> re.Pattern[str]:
    names = [re.escape(n) for n in sorted(_names(), key=len, reverse=True)]
    own = [p for patterns in _own_names().values() for p in patterns]
    return re.compile(rf"\b(?:{'|'.join((*own, *names))})\b")


def _own_names() -> Mapping[str, list[str]]:
    return _export()["names"]


@cache
def _embargo_words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_export()['embargo_words'])})\b")


@cache
def _going() -> re.Pattern[str]:
    return re.compile(_export()["going"])


@cache
def _controlled() -> re.Pattern[str]:
    return re.compile(_export()["controlled"])


@cache
def _denied() -> re.Pattern[str]:
    return re.compile(_export()["not_controlled"])


def _export() -> Mapping[str, Any]:
    return lexicon()["export"]
