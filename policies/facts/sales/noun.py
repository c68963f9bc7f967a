"""Nouns of a request: how they stand in their sentence, and which of them name no goods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from policies.facts.sales.limits import lexicon


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun or several in a row, from `first` up to `last`, and how it stands in its sentence.

    `lead` is the word that governs it and where it stands, `definite` whether it is known which;
    `absent`: it is there, left out, or what somebody is. `joined`: the word that joins it to what
    is before; `opens`: nothing of its part of the sentence stands before.
    """

    first: int
    last: int
    lead: str = ""
    lead_at: int = -1
    definite: bool = False
    absent: bool = False
    joined: str = ""
    opens: bool = False


def as_before(noun: Noun, before: Noun | None) -> Noun:
    """The noun, governed as the one before: `in Linz, Österreich`, `für Küche und Saal`."""
    joint = noun.lead_at if noun.joined else noun.first - 1 if noun.opens else None
    if before is None or before.last != joint:
        return noun
    return replace(noun, lead=before.lead, lead_at=before.lead_at, absent=before.absent)


def standing(noun: Noun, effect: str, at: int, word: str) -> Noun:
    """The noun by the word before it that says how it is meant."""
    if effect == "lead":
        return replace(noun, lead=word, lead_at=at)
    if effect == "joined":
        return replace(noun, joined=word, lead_at=at)
    return replace(noun, absent=effect == "absent")


@cache
def effect_of(word: str) -> str | None:
    """What a word before a noun says of it; None for an article or an adjective."""
    reading = lexicon()["reading"]
    effects = {
        "absent": (
            *reading["leaving_out"],
            *reading["owning"],
            *words_of("ours"),
            *words_of("being"),
        ),
        "lead": (*reading["accessory"], *words_of("governing")),
        "joined": words_of("adding"),
        "ends": (*words_of("wishing"), *words_of("breaking"), *reading["choosing"]),
        "definite": words_of("definite"),
    }
    return next((effect for effect, words in effects.items() if word in words), None)


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of a list of `[phrases]`, folded."""
    return frozenset(lexicon()["phrases"][kind])


@cache
def counting_words() -> frozenset[str]:
    """What goods may come in or are counted by; and words that ask for them."""
    reading: Mapping[str, Sequence[str]] = lexicon()["reading"]
    kinds = ("packs", "containers", "loads", "sets", "scales", "pieces", "amounts", "asking")
    return frozenset(word for kind in kinds for word in reading[kind])


@cache
def is_matter(word: str) -> bool:
    """Whether a folded word names no goods, or is a compound of one that never does."""
    reading = lexicon()["reading"]
    kinds = ("terms", "no_goods", "asking", "measures", "hours", "days", "months", "years")
    if word in words_of("wide") or any(word in reading[kind] for kind in kinds):
        return True
    return is_never_goods(word)


@cache
def is_never_goods(word: str) -> bool:
    """Whether a folded word names no goods, however many there are."""
    return word in words_of("matters") or word.endswith(tuple(words_of("ends")))
