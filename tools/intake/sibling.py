"""Siblings: the other documents of an intake, as far as invoices bear on one another."""

import datetime as dt
from decimal import Decimal

from leitstand.values import Code, Frozen, Reading, Text
from tools.dms.document import Sha256
from tools.einvoice.reader import ReadInvoice


class InvoicedLine(Frozen):
    """A line as invoiced: the order line it names (BT-132), its article, text and quantity.

    `price`: of one unit, as stated.
    """

    order_line: str | None = None
    sku: str | None = None
    name: str | None = None
    quantity: Decimal
    price: Decimal | None = None


class Sibling(Frozen):
    """Another document of the intake: who it says it is from, and what it says it is.

    `type_code` is that of UNTDID 1001 (BT-3), `preceding` the numbers of the invoices it refers to.
    """

    sha256: Sha256
    seller_name: str | None = None
    seller_vat: str | None = None
    seller_tax_number: str | None = None
    number: str | None = None
    issue_date: dt.date | None = None
    gross: Decimal | None = None
    currency: Code | None = None
    credit: bool = False
    type_code: str | None = None
    preceding: tuple[str, ...] = ()
    order: str | None = None
    period_start: dt.date | None = None
    lines: tuple[InvoicedLine, ...] = ()


class FindSiblings(Frozen):
    """Find what else of `intake` may come from a document's seller: readable invoices but it."""

    intake: Text
    sha256: Sha256


class FoundSiblings(Reading[tuple[Sibling, ...]]):
    """Reading of an intake, by hash. Its values are what untrusted senders wrote."""


def sibling_of(read: ReadInvoice) -> Sibling | None:
    """A reading as a sibling of others; None where the file is no invoice that could be read."""
    invoice = read.invoice
    if invoice is None or read.validation.bmf_class == "Formatfehler":
        return None
    return Sibling(
        sha256=read.sha256,
        seller_name=invoice.seller.name,
        seller_vat=invoice.seller.vat_id,
        seller_tax_number=invoice.seller.tax_number,
        number=invoice.number,
        issue_date=invoice.issue_date,
        gross=invoice.gross_total,
        currency=invoice.currency,
        credit=invoice.credit_note,
        type_code=invoice.type_code,
        preceding=tuple(p.number for p in invoice.preceding if p.number),
        order=invoice.order_reference,
        period_start=invoice.period[0],
        lines=tuple(
            InvoicedLine(
                order_line=line.order_line,
                sku=line.buyer_sku or line.seller_sku,
                name=line.name,
                quantity=line.quantity,
                price=None if line.price is None else line.price / (line.base_quantity or 1),
            )
            for line in invoice.counted_lines
            if line.quantity is not None
        ),
    )
