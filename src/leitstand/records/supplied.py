"""A supplied value: what a person filled in where a case had none, or had too many."""

from typing import Any, Final

from leitstand.values import Frozen, Percent

MODELS: Final = frozenset({"ask", "agent"})
"""What answers of models stand under in a journal."""

SUPPLY: Final = "case.supply"
"""Under this name a supplied value stands among the readings of its case."""


class Supplied(Frozen):
    """`value` (JSON) for `field` of the role's state, on the word of `person` (an id)."""

    field: str
    value: Any
    person: str
    source: str
    confidence: Percent = 100
