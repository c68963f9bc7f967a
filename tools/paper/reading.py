"""What was read of an invoice on paper: copied pieces, how sure each is, and what contradicts it.

A value is never made up or computed: it is a piece of a page, with its place. How sure it is comes
of how many independent ways of reading agree, and of what the checks say. It is a proposal.
"""

from collections.abc import Iterable
from typing import Literal

from leitstand.values import Code, Conflict, Frozen, Percent
from tools.paper.patterns import Field

Check = Literal["passed", "none", "failed"]
"""What the checks say of a value; none: there is nothing to check it by."""


class Copied(Frozen):
    """A piece of a page: the page from 1, offsets from 0, the text as it stands.

    `value` is the same in one writing: amounts as 1234.56, days as 2026-11-28, accounts and tax
    numbers in capitals without blanks. `ways` of reading found it.
    """

    page: int
    start: int
    end: int
    text: str
    value: str
    ways: tuple[Code, ...]


class PaperField(Frozen):
    """A field: the piece that was chosen, how sure it is in percent, and the others."""

    name: Field
    copied: Copied
    confidence: Percent
    check: Check
    others: tuple[Copied, ...] = ()

    @property
    def conflict(self) -> Conflict | None:
        """All readings of the field, where they do not agree."""
        if not self.others:
            return None
        every = (self.copied, *self.others)
        return Conflict(
            field=self.name,
            values=tuple(one.value for one in every),
            sources=tuple(f"{'+'.join(c.ways)} p.{c.page}:{c.start}-{c.end}" for c in every),
        )


class Paper(Frozen):
    """The fields that were found on the pages of a plain PDF, in the order of `FIELDS`."""

    fields: tuple[PaperField, ...] = ()

    def field(self, name: Field) -> PaperField | None:
        """A field, if it was found."""
        return next((one for one in self.fields if one.name == name), None)

    def value(self, name: Field) -> str | None:
        """The value of a field, if it was found."""
        found = self.field(name)
        return found.copied.value if found else None

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What the ways of reading do not agree on."""
        found = (one.conflict for one in self.fields)
        return tuple(one for one in found if one is not None)

    def sure(self, names: Iterable[Field], threshold: int) -> bool:
        """Whether each of these fields was found and is as sure as `threshold` percent."""
        fields = [self.field(name) for name in names]
        return all(one is not None and one.confidence >= threshold for one in fields)
