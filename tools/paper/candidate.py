"""A candidate: a piece of a page that one way of reading takes for a field's value."""

from dataclasses import dataclass
from typing import Literal

from tools.paper.page import Span
from tools.paper.patterns import Field

Way = Literal["text", "layout", "shape"]
"""How it was found: by the order of the text, by its place on the sheet, by its shape alone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """`value` is what the copied `span` means, in one writing; a smaller `rank` tells more."""

    field: Field
    way: Way
    rank: int
    span: Span
    value: str
    language: str = ""
