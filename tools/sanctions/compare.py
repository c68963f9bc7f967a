"""Comparing names with a sanctions list: similarity, and names that contain a listed one.

Similarity is the edit distance of the words in alphabetical order, legal forms left out, in
permille of the longer name. It misses a listed name with a long addition ("… Niederlassung
Hamburg"), so containment is the second measure: every word of a listed name stands in the screened
one, at least two of them rare.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from tools.names import words
from tools.sanctions.screening import ListEntry, Match

__all__ = ["Index"]

_NEAR = 50
"""Percent below which a similarity is not worth a look."""
_SHOWN = 10
_RARE = 2
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class _Words:
    empty: frozenset[str]
    common: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Name:
    """A listed name or alias: its entry, its text, the words that count, whether two are rare."""

    entry: str
    text: str
    words: frozenset[str]
    telling: bool


@dataclass(frozen=True, slots=True)
class Index:
    """A list, ready to be screened against."""

    names: tuple[_Name, ...]
    forms: tuple[str, ...]

    @classmethod
    def of(cls, entries: Iterable[ListEntry]) -> "Index":
        """An index over all names and aliases of `entries`."""
        pairs = [(e.id, text) for e in entries for text in (e.name, *e.aliases)]
        return cls(
            tuple(_name(entry, text) for entry, text in pairs),
            tuple(_form(text) for _, text in pairs),
        )

    def screen(self, names: Iterable[str]) -> tuple[Match, ...]:
        """The best match of each entry that resembles one of `names`, best first."""
        best: dict[str, Match] = {}
        for name in names:
            for match in self._matches(name):
                if match.entry not in best or _weight(match) > _weight(best[match.entry]):
                    best[match.entry] = match
        found = sorted(best.values(), key=lambda m: (_weight(m), m.entry), reverse=True)
        return tuple(m for i, m in enumerate(found) if i < _SHOWN or m.contained)

    def _matches(self, name: str) -> Iterable[Match]:
        form = _form(name)
        hits = process.extract(form, self.forms, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=None)
        scores = {position: round(score * 10) for _, score, position in hits} if form else {}
        said = frozenset(words(name))
        for position, listed in enumerate(self.names):
            contained = listed.telling and listed.words <= said
            if contained or position in scores:
                score = scores.get(position) or round(fuzz.ratio(form, self.forms[position]) * 10)
                yield Match(entry=listed.entry, name=listed.text, score=score, contained=contained)


def _weight(match: Match) -> tuple[bool, int]:
    return match.contained, match.score


def _form(name: str) -> str:
    """The words that count, in alphabetical order; all words where none counts."""
    told = words(name)
    return " ".join(sorted(w for w in told if w not in _plain().empty) or sorted(told))


def _name(entry: str, text: str) -> _Name:
    kept = frozenset(words(text)) - _plain().empty
    rare = [w for w in kept - _plain().common if len(w) >= _SHORTEST]
    return _Name(entry, text, kept, len(rare) >= _RARE)


@cache
def _plain() -> _Words:
    text = (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    return _Words(frozenset(lists["empty"]), frozenset(lists["common"]))
