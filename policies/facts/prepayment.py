"""G-A27: prepayments: the final invoice takes them off once, and their VAT with them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits, cents
from tools.einvoice.invoice import Invoice
from tools.erp.ledger import PostedInvoice, number_key

__all__ = ["PrepaymentFacts", "prepayment_facts"]

_ZERO = Decimal(0)
_PREPAYMENT = "386"
_PARTS = frozenset({"prepayment", "partial"})


class PrepaymentFacts(BaseModel):
    """How prepayments are taken off (BT-113).

    `prepaid`: none; closes: payable is gross less what was prepaid, as far as the books know of it;
    open: it is not, more is taken off than was paid, or a prepayment in the books is not.
    """

    model_config = ConfigDict(frozen=True)

    prepaid: Literal["none", "closes", "open"]


def prepayment_facts(
    invoice: Invoice, ledger: Iterable[PostedInvoice], limits: Limits
) -> PrepaymentFacts:
    """BT-113 against the totals and against the prepayments of the supplier's `ledger`."""
    earlier = _earlier(invoice, ledger)
    if not invoice.prepaid:
        return PrepaymentFacts(prepaid="open" if earlier else "none")
    closes = _adds_up(invoice, limits) and _known(invoice.prepaid, earlier)
    return PrepaymentFacts(prepaid="closes" if closes else "open")


def _adds_up(invoice: Invoice, limits: Limits) -> bool:
    gross, paid, payable = invoice.gross_total, invoice.prepaid or _ZERO, invoice.payable
    if gross is None or payable is None:
        return False
    third = sum((t.amount or _ZERO for t in invoice.third_party), _ZERO)
    gap = gross - paid + (invoice.rounding or _ZERO) + third - payable
    fits = cents(abs(gap)) <= limits.document_rounding_cents
    return fits and _ZERO < paid <= gross


def _known(prepaid: Decimal, earlier: tuple[PostedInvoice, ...]) -> bool:
    """What the books know to be prepaid is what is taken off; if they know nothing, it stands."""
    return not earlier or sum((r.gross for r in earlier), _ZERO) == prepaid


def _earlier(invoice: Invoice, ledger: Iterable[PostedInvoice]) -> tuple[PostedInvoice, ...]:
    """What this invoice settles: parts and prepayments that it names, prepayments on its order."""
    if invoice.credit_note or invoice.type_code == _PREPAYMENT:
        return ()
    named = {number_key(p.number) for p in invoice.preceding if p.number}
    order = number_key(invoice.order_reference or "")

    def settled(row: PostedInvoice) -> bool:
        on_order = bool(order) and number_key(row.po or "") == order
        in_parts = number_key(row.number) in named and row.kind in _PARTS
        return row.live and (in_parts or (on_order and row.kind == "prepayment"))

    return tuple(row for row in ledger if settled(row))
