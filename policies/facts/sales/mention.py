"""A mention: a place in a mail that names products."""

from dataclasses import dataclass

from policies.facts.sales.names import Name
from policies.facts.sales.tokens import tokens_of
from tools.catalog.words import same_word

_SEVERAL = ("e", "en", "n", "er", "ern")
"""Endings of several."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens `first` up to `last` name one of `names`; none: something the catalogue lacks.

    `close` as in `policies.facts.sales.names.closeness`, 5 for a code; `narrowed`: a measure, code
    or variant has told products apart; `raw` as it stands in the mail; `shared`: it borrows the end
    of the next word (`Antriebs- und Tragrollen`); `borrowed`: it takes up the goods before and says
    only what is other of these (`Wechselrichter 8 kW und 10 kW`).
    """

    first: int
    last: int
    names: tuple[Name, ...]
    close: int
    raw: str
    narrowed: bool = False
    shared: bool = False
    borrowed: bool = False

    @property
    def skus(self) -> frozenset[str]:
        """The article numbers that may be meant."""
        return frozenset(n.sku for n in self.names)


def is_head(mention: Mention) -> bool:
    """Whether it says what a product is, and not only of what make it is or for what."""
    said = [token.text for token in tokens_of(mention.raw) if token.kind == "word"]
    later = [tokens_of(" ".join(n.product.name.split()[1:])) for n in mention.names]
    return not said or any(
        not any(same_word(word, token.text) for token in tokens)
        for word in said
        for tokens in later
    )


def is_plural(word: str, known: set[str]) -> bool:
    """Whether a word is one of a name's with the ending of several: `Drehtüren Foyer 3`."""
    return word not in known and any(f"{one}{end}" == word for one in known for end in _SEVERAL)
