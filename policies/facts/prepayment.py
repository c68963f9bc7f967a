"""G-A27: prepayments: the final invoice takes them off once, and their VAT with them."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits, cents
from tools.einvoice.invoice import Invoice
from tools.erp import InvoiceKind
from tools.erp.ledger import PostedInvoice, number_key
from tools.intake import Sibling

KINDS: Mapping[str, InvoiceKind] = {
    "386": "prepayment",
    "326": "partial",
    "875": "partial",
    "876": "partial",
}
"""Invoices for a part of what is supplied, by type code (UNTDID 1001); 875, 876: of building."""

_ZERO = Decimal(0)
_PREPAYMENT = "386"


class _Part(NamedTuple):
    """An earlier invoice, in the books or beside this one; its number and order are folded."""

    number: str
    order: str
    kind: InvoiceKind
    gross: Decimal


class PrepaymentFacts(BaseModel):
    """How prepayments are taken off (BT-113).

    `prepaid`: none; closes: payable is gross less what was prepaid, as far as books and intake know
    of it; open: it is not, more is taken off than was prepaid, or a known prepayment is not.
    """

    model_config = ConfigDict(frozen=True)

    prepaid: Literal["none", "closes", "open"]


def prepayment_facts(
    invoice: Invoice,
    ledger: Iterable[PostedInvoice],
    siblings: Iterable[Sibling],
    limits: Limits,
) -> PrepaymentFacts:
    """BT-113 against the totals and against the supplier's prepayments.

    These are in his `ledger`, or among `siblings`, his others of the intake.
    """
    earlier = _earlier(invoice, _parts(ledger, siblings))
    if not invoice.prepaid:
        return PrepaymentFacts(prepaid="open" if earlier else "none")
    closes = _adds_up(invoice, limits) and _known(invoice.prepaid, earlier)
    return PrepaymentFacts(prepaid="closes" if closes else "open")


def settled_numbers(
    invoice: Invoice, ledger: Iterable[PostedInvoice], siblings: Iterable[Sibling]
) -> frozenset[str]:
    """Folded numbers of the invoices for parts that this one settles (arguments as above)."""
    return frozenset(part.number for part in _earlier(invoice, _parts(ledger, siblings)))


def _adds_up(invoice: Invoice, limits: Limits) -> bool:
    gross, paid, payable = invoice.gross_total, invoice.prepaid or _ZERO, invoice.payable
    if gross is None or payable is None:
        return False
    gap = gross - paid + (invoice.rounding or _ZERO) + invoice.for_third_parties - payable
    fits = cents(abs(gap)) <= limits.document_rounding_cents
    return fits and _ZERO < paid <= gross


def _known(prepaid: Decimal, earlier: tuple[_Part, ...]) -> bool:
    """What is known to be prepaid is what is taken off; if nothing is known, it stands."""
    return not earlier or sum((part.gross for part in earlier), _ZERO) == prepaid


def _parts(ledger: Iterable[PostedInvoice], siblings: Iterable[Sibling]) -> tuple[_Part, ...]:
    """Earlier invoices, each number once: the books go before what was received again."""
    parts = (*_booked(ledger), *_received(siblings))
    return tuple({part.number: part for part in reversed(parts)}.values())


def _booked(ledger: Iterable[PostedInvoice]) -> Iterator[_Part]:
    for row in ledger:
        if row.live and not row.credit:
            yield _Part(number_key(row.number), number_key(row.po or ""), row.kind, row.gross)


def _received(siblings: Iterable[Sibling]) -> Iterator[_Part]:
    for other in siblings:
        if other.gross is not None and not other.credit:
            kind, order = KINDS.get(other.type_code or "", "invoice"), number_key(other.order or "")
            yield _Part(number_key(other.number or ""), order, kind, other.gross)


def _earlier(invoice: Invoice, parts: tuple[_Part, ...]) -> tuple[_Part, ...]:
    """What this invoice settles: parts and prepayments that it names, prepayments on its order.

    Where it takes off just what all parts on its order come to, it settles them unnamed as well;
    where just what those it names come to, it settles them whatever they are called.
    """
    if invoice.credit_note or invoice.type_code == _PREPAYMENT:
        return ()
    names = {number_key(p.number) for p in invoice.preceding if p.number}
    order = number_key(invoice.order_reference or "")
    named = tuple(p for p in parts if p.number in names)
    own = tuple(p for p in parts if _is_part(p) and (p in named or (order and p.order == order)))
    for settled in (own, named):
        if invoice.prepaid and sum((part.gross for part in settled), _ZERO) == invoice.prepaid:
            return settled
    return tuple(part for part in own if part in named or part.kind == "prepayment")


def _is_part(part: _Part) -> bool:
    return part.kind in KINDS.values()
