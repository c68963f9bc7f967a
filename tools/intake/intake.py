"""An intake as a whole: which of its documents may come from one seller."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from tools.einvoice.reader import ReadInvoice
from tools.intake.sibling import Sibling, sibling_of
from tools.names import fold, other_numbers

_NEAR = 75
"""Percent of likeness from which two names may be one seller's; the rules draw a narrower line."""

_SCORERS = (fuzz.ratio, fuzz.token_set_ratio)


@dataclass(frozen=True, slots=True)
class Intake:
    """The invoices of an intake, found by what they say of their seller.

    Built once for all who ask: an intake of thousands is not gone through for each of them.
    """

    siblings: tuple[Sibling, ...]
    names: tuple[str, ...]
    traits: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, reads: Iterable[ReadInvoice]) -> "Intake":
        """The readable invoices among `reads`."""
        found = [(read, sibling) for read in reads if (sibling := sibling_of(read))]
        traits: dict[str, list[int]] = {}
        for position, (read, _) in enumerate(found):
            for trait in _traits(read):
                traits.setdefault(trait, []).append(position)
        return cls(
            tuple(sibling for _, sibling in found),
            tuple(fold(sibling.seller_name or "") for _, sibling in found),
            {trait: tuple(positions) for trait, positions in traits.items()},
        )

    def beside(self, read: ReadInvoice) -> Iterator[Sibling]:
        """Whatever may be from the seller of `read`, itself included, in the intake's order.

        By VAT ID, tax number or account, or by a name that resembles: more than the rules take
        for one seller, never less.
        """
        near = {p for trait in _traits(read) for p in self.traits.get(trait, ())}
        near |= set(self._alike(read))
        yield from (self.siblings[position] for position in sorted(near))

    def _alike(self, read: ReadInvoice) -> Iterator[int]:
        name = fold((read.invoice.seller.name if read.invoice else None) or "")
        if not name:
            return
        for scorer in _SCORERS:
            hits = process.extract(name, self.names, scorer=scorer, score_cutoff=_NEAR, limit=None)
            yield from (p for other, _, p in hits if not other_numbers(name, other))


def _traits(read: ReadInvoice) -> Iterator[str]:
    invoice = read.invoice
    if invoice is None:
        return
    values = (invoice.seller.vat_id, invoice.seller.tax_number, *invoice.ibans)
    for value in values:
        if plain := "".join(c for c in value or "" if c.isalnum()).upper():
            yield plain
