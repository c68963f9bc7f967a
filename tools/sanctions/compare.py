"""Comparing names with a sanctions list: similarity, and names that contain a listed one.

Similarity is what the words of two names have in common, in permille: each word of the one is laid
beside the word of the other that it resembles most (optimal string alignment, so a slip of two
letters is one), legal forms left out; what stands in other scripts is put into Latin letters
before. Words that many names hold weigh little: "Hansen Shipping" is not "New Age Shipping". Words
that were split or joined are met by the names without their gaps. All this misses a listed name
with a long addition ("… Niederlassung Hamburg"), so containment is the second measure: every word
of a listed name stands in the screened one, at least two of them rare.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from tools.names import words
from tools.sanctions.letters import latin
from tools.sanctions.screening import ListEntry, Match

_SHOWN = 10
_RARE = 2
_SHORTEST = 3
_PERSON = "person"


@dataclass(frozen=True, slots=True)
class _Words:
    """Words that count for nothing, those that say little or less, and what each kind weighs."""

    empty: frozenset[str]
    common: frozenset[str]
    places: frozenset[str]
    same: Mapping[str, frozenset[str]]
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Name:
    """A listed name or alias: its entry, its text, the words that count, whether two are rare.

    `weight` of its words together; `joined`: without gaps; `last` and `first` name of a person.
    """

    entry: str
    text: str
    words: tuple[str, ...]
    weight: int
    joined: str
    telling: bool
    last: frozenset[str]
    first: str


@dataclass(frozen=True, slots=True)
class Index:
    """A list, ready to be screened against.

    `known` is how much each of its words weighs, `standing` in which names a word stands.
    """

    names: tuple[_Name, ...]
    known: Mapping[str, int]
    standing: Mapping[str, tuple[int, ...]]
    joined: tuple[str, ...]

    @classmethod
    def of(cls, entries: Iterable[ListEntry]) -> "Index":
        """An index over all names and aliases of `entries`."""
        pairs = [(e, text) for e in entries for text in (e.name, *e.aliases)]
        kept = [_kept(text) for _, text in pairs]
        known = _weighed(pairs, kept)
        standing: dict[str, list[int]] = defaultdict(list)
        for position, found in enumerate(kept):
            for word in dict.fromkeys(found):
                standing[word].append(position)
        return cls(
            tuple(_name(*p, w, known) for p, w in zip(pairs, kept, strict=True)),
            known,
            {word: tuple(places) for word, places in standing.items()},
            tuple("".join(found) for found in kept),
        )

    def screen(self, names: Iterable[str]) -> tuple[Match, ...]:
        """The best match of each entry that resembles one of `names`, best first."""
        best: dict[str, Match] = {}
        for name in names:
            for match in self._matches(name):
                if match.entry not in best or _weight(match) > _weight(best[match.entry]):
                    best[match.entry] = match
        found = sorted(best.values(), key=lambda m: (not m.contained, -m.score, m.entry))
        return tuple(m for i, m in enumerate(found) if i < _SHOWN or m.contained)

    def _matches(self, name: str) -> Iterator[Match]:
        said = _kept(name)
        alike = {word: self._alike(word) for word in dict.fromkeys(said)}
        weight = sum(self._heavy(word, alike) for word in said)
        joined = self._joined("".join(said))
        initials = tuple(latin(word) for word in words(name) if len(word) == 1)
        full = tuple(word for word in said if len(word) > 1)
        near = {p for found in alike.values() for word in found for p in self._places(word)}
        for position in sorted(near | joined.keys()):
            listed = self.names[position]
            contained = listed.telling and set(listed.words) <= set(said)
            score = max(
                self._score(listed, said, alike, weight),
                joined.get(position, 0),
                self._part(listed, full, alike, initials),
            )
            if contained or score >= _plain().weights["shown"]:
                yield Match(entry=listed.entry, name=listed.text, score=score, contained=contained)

    def _alike(self, word: str) -> dict[str, int]:
        """Words of the list that resemble a word, with their similarity in permille."""
        if len(word) < _SHORTEST:
            return {word: 1000} if word in self.standing else {}
        weights, short = _plain().weights, len(word) == _SHORTEST
        found = process.extract(
            word,
            self.standing.keys(),
            scorer=OSA.normalized_similarity,
            processor=None,
            score_cutoff=weights["alike_short" if short else "alike"] / 1000,
            limit=None,
        )
        slip = weights["slip_short"] if short else 1000
        told = {listed: round(score * (1000 if score == 1 else slip)) for listed, score, _ in found}
        same = (listed for listed in _plain().same.get(word, ()) if listed in self.standing)
        return told | dict.fromkeys(same, 1000)

    def _heavy(self, word: str, alike: Mapping[str, Mapping[str, int]]) -> int:
        """A misspelt common word is as light as the common word itself."""
        nearest = max(alike[word].items(), key=lambda pair: pair[1], default=(word, 0))[0]
        return min(_base(word), self.known.get(nearest, _base(nearest)))

    def _places(self, word: str) -> tuple[int, ...]:
        """Names that share a word; of words that say little, only those that hold nothing else."""
        found = self.standing[word]
        if self.known[word] >= _plain().weights["rare"]:
            return found
        return tuple(p for p in found if self.names[p].weight <= self.known[word] * 3)

    def _score(
        self,
        listed: _Name,
        said: Sequence[str],
        alike: Mapping[str, Mapping[str, int]],
        weight: int,
    ) -> int:
        free = list(said)
        common = 0
        for word in sorted(listed.words, key=lambda w: -self.known[w]):
            mate = max(free, key=lambda one: alike[one].get(word, 0), default=None)
            if mate is None or not (likeness := alike[mate].get(word, 0)):
                continue
            free.remove(mate)
            common += self.known[word] * likeness
        total = listed.weight + weight
        return min(1000, 2 * common // total) if total else 0

    def _part(
        self,
        listed: _Name,
        said: Sequence[str],
        alike: Mapping[str, Mapping[str, int]],
        initials: Sequence[str],
    ) -> int:
        """How sure a person is meant who is listed with more names than are said; else 0.

        Last name and first name, or its initial, and nothing that is not listed; at least one word
        that few entries hold.
        """
        if not listed.last or not said:
            return 0
        weights = _plain().weights
        mates = [max(listed.words, key=lambda one: alike[word].get(one, 0)) for word in said]
        likeness = [alike[word].get(mate, 0) for word, mate in zip(said, mates, strict=True)]
        met = set(mates)
        rare = any(self.known[word] > weights["frequent"] for word in met)
        if not rare or not listed.last <= met or min(likeness) < weights["part_alike"]:
            return 0
        if listed.first in met - listed.last:
            return weights["part"] * sum(likeness) // (1000 * len(likeness))
        return weights["initial"] if listed.first[:1] in initials else 0

    def _joined(self, said: str) -> dict[int, int]:
        """Names that are nearly the same without gaps, with their similarity in permille."""
        if len(said) < 2 * _SHORTEST:
            return {}
        least = _plain().weights["joined"] / 10
        found = process.extract(
            said, self.joined, scorer=fuzz.ratio, processor=None, score_cutoff=least, limit=None
        )
        return {position: round(score * 10) for _, score, position in found}


def _weight(match: Match) -> tuple[bool, int]:
    return match.contained, match.score


def _kept(name: str) -> tuple[str, ...]:
    """The words that count; all words where none counts."""
    told = tuple(word for said in words(name) if (word := latin(said)))
    return tuple(w for w in told if w not in _plain().empty) or told


def _name(entry: ListEntry, text: str, found: tuple[str, ...], known: Mapping[str, int]) -> _Name:
    kept = set(found) - _plain().empty
    rare = [w for w in kept - _plain().common - _plain().places if len(w) >= _SHORTEST]
    weight = sum(known[word] for word in found)
    last, first = _named(text) if entry.type == _PERSON else (frozenset[str](), "")
    return _Name(entry.id, text, found, weight, "".join(found), len(rare) >= _RARE, last, first)


def _named(text: str) -> tuple[frozenset[str], str]:
    """Last name and first name of a person: `LAST, First Middle` or `First Middle Last`."""
    last, comma, given = text.partition(",")
    if comma:
        return frozenset(_kept(last)), next(iter(_kept(given)), "")
    whole = _kept(text)
    return frozenset(whole[-1:]), whole[0] if len(whole) > 1 else ""


def _weighed(
    pairs: Sequence[tuple[ListEntry, str]], kept: Sequence[tuple[str, ...]]
) -> dict[str, int]:
    """How much each word weighs: what many entries of the list hold tells them apart less."""
    holders: dict[str, set[str]] = defaultdict(set)
    for (entry, _), found in zip(pairs, kept, strict=True):
        for word in found:
            holders[word].add(entry.id)
    often, weights = Counter({w: len(e) for w, e in holders.items()}), _plain().weights
    return {
        word: min(_base(word), weights["frequent"] if n >= weights["frequent_from"] else 1000)
        for word, n in often.items()
    }


def _base(word: str) -> int:
    weights = _plain().weights
    if word in _plain().places:
        return weights["places"]
    if word in _plain().common or word in _plain().empty:
        return weights["common"]
    return weights["short"] if len(word) < _SHORTEST else 1000


@cache
def _plain() -> _Words:
    text = (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    empty, common, places = (frozenset(map(latin, lists[n])) for n in ("empty", "common", "places"))
    rows = [frozenset(map(latin, row)) for row in lists["same"]]
    same = {word: row for row in rows for word in row}
    return _Words(empty, common, places, same, lists["weights"])
