"""Packing: what goods come in, and whether a number counts these or what they hold."""

from decimal import Decimal
from itertools import pairwise

from policies.facts.sales.limits import lexicon
from policies.facts.sales.mention import Mention
from policies.facts.sales.names import Name
from policies.facts.sales.tokens import number_of, tokens_of
from policies.facts.sales.window import CODE, TIMES, WORDS_BETWEEN, Window


def is_load(word: str, mention: Mention) -> bool:
    """Whether goods come in this, and nobody knows how many: `eine Palette Folie`."""
    reading = lexicon()["reading"]
    held = any(word in reading[n] for n in ("packs", "containers", "loads"))
    return held and not is_packing(word, mention)


def is_packing(word: str, mention: Mention) -> bool:
    """Whether a word says what the goods behind it come in: `40 Boxen Spitzen`, sold by the box."""
    reading = lexicon()["reading"]
    weighed = word in reading["containers"]
    return bool(mention.names) and all(
        any(word in (g, f"{g}e", f"{g}n", f"{g}en", f"{g}s", f"{g}es") for g in name.groups)
        or (weighed and any(measure in reading["bulk"] for _, measure in name.specs))
        or (word in reading["packs"] and _holds_many(name))
        or (
            word in reading["sets"] and any(g.endswith(tuple(reading["sets"])) for g in name.groups)
        )
        for name in mention.names
    )


def is_by_the_piece(window: Window, number: Decimal) -> bool:
    """Whether so many may be pieces of goods that are sold by several: `300 Becher`, 100 in each.

    A word for what they come in says that they are not, as do an article number and the whole name.
    """
    mention, reading = window.mention, lexicon()["reading"]
    held = [_held(name) for name in mention.names]
    if mention.close == CODE or not held or any(n is None or number < n for n in held):
        return False
    run = window.tokens[window.first : min(window.last, mention.last + WORDS_BETWEEN)]
    own = window.tokens[mention.first : mention.last]
    packed = {*reading["packs"], *reading["containers"], *reading["sets"]}
    counted = {number_of(a) for a, b in pairwise(own) if b.text in reading["pieces"]}
    return not any(t.text in packed for t in run) and not counted & set(held)


def _holds_many(name: Name) -> bool:
    """Whether a product is named by how many pieces it holds: `Becher, 100 Stück`."""
    return _held(name) is not None


def _held(name: Name) -> Decimal | None:
    """How many pieces one of a product holds by its name; None where it does not say."""
    tokens, pieces = tokens_of(name.product.name), lexicon()["reading"]["pieces"]
    counts = (
        number_of(a)
        for a, b in pairwise(tokens)
        if a.kind == "number" and b.text in pieces and b.text not in TIMES
    )
    return next((n for n in counts if n is not None and n > 1), None)
