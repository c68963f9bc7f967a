"""A window: what of a mail may say how much of goods is wanted, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from policies.facts.sales.limits import lexicon
from policies.facts.sales.mention import Mention
from policies.facts.sales.tokens import Token

WORDS_BETWEEN = 3
"""Words that may stand between a number and what it counts."""
TIMES = frozenset({"x", "×", "*"})
CODE = 5
"""Closeness of a code."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What was found: `value`, or `vague` words; `each`: of every one of what goes before."""

    value: Decimal | None = None
    vague: bool = False
    each: bool = False
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A mention, and the tokens around it that may speak of it: from `first` up to `last`."""

    tokens: Sequence[Token]
    mention: Mention
    first: int
    last: int

    @property
    def before(self) -> Sequence[Token]:
        """Tokens before the mention, the nearest first."""
        return self.tokens[self.first : self.mention.first][::-1]

    @property
    def with_each(self) -> bool:
        """`jeweils mit Steuerung`: as many as of the goods before, which may be several."""
        near, reading = {t.text for t in self.before[:WORDS_BETWEEN]}, lexicon()["reading"]
        return bool(near & set(reading["each"])) and bool(near & set(reading["accessory"]))
