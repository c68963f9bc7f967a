"""Purchase orders."""

import datetime as dt
from decimal import Decimal

from leitstand.values import Frozen, Identifier, Reading, Text, Word


class OrderLine(Frozen):
    """A line of an order: quantity `qty` at the net price `price` for one unit."""

    line: Text
    sku: Text | None = None
    name: Text = ""
    qty: Decimal
    price: Decimal


class PurchaseOrder(Frozen):
    """A purchase order: who ordered what from whom. `supplier` is the id of a supplier."""

    po: Text
    supplier: Identifier
    date: dt.date | None = None
    requester: Text = ""
    status: Word = "open"
    currency: Word = "EUR"
    lines: tuple[OrderLine, ...] = ()
    version: int = 1


class GetOrder(Frozen):
    """Get a purchase order by its number; blanks, dashes and case of the number do not matter."""

    order_no: Text


class FoundOrder(Reading[PurchaseOrder | None]):
    """Reading of an order; None where the ERP knows no such number."""
