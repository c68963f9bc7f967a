"""Colours: goods that are wanted in one which their name does not say."""

from collections.abc import Iterator, Sequence
from functools import cache

from policies.facts.sales.mention import Mention
from policies.facts.sales.noun import words_of
from policies.facts.sales.tokens import Token, sentence_of


def coloured(
    tokens: Sequence[Token], mentions: Sequence[Mention], wanted: frozenset[str]
) -> Iterator[str]:
    """`rote Schürzen`, `Schürzen in Rot`: such goods, and the colour as it stands in the mail."""
    for mention in mentions:
        for at in _told_at(tokens, mention) if mention.skus & wanted else ():
            colour = _colour(tokens[at].text)
            if colour is not None and not _is_called(mention, colour):
                yield f"{mention.raw}, {tokens[at].raw}"


def _told_at(tokens: Sequence[Token], mention: Mention) -> Iterator[int]:
    """Where the colour of goods may stand: beside them, or behind `in` or `Farbe`."""
    if mention.first:
        yield mention.first - 1
    _, last = sentence_of(tokens, mention.last - 1)
    for at in range(mention.last, last):
        if at == mention.last or tokens[at - 1].text in words_of("hued"):
            yield at


@cache
def _colour(word: str) -> str | None:
    """The colour that a folded word is, as a name has it: `rot` of `rote`."""
    bare = (word.removesuffix(ending) for ending in ("", "e", "en", "er", "es", "em"))
    return next((colour for colour in bare if colour in words_of("colours")), None)


def _is_called(mention: Mention, colour: str) -> bool:
    """Whether goods are called by a colour, alone or in a compound."""
    groups = (group for name in mention.names for group in (*name.groups, *name.variant))
    return any(colour in group for group in groups)
