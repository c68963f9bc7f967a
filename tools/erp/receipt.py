"""Goods receipts."""

import datetime as dt
from decimal import Decimal

from leitstand.values import Frozen, Reading, Text


class ReceiptLine(Frozen):
    """What arrived of an order line: `line` is the order's line, `qty` in its unit."""

    line: Text
    qty: Decimal


class GoodsReceipt(Frozen):
    """A delivery that was booked in against an order."""

    gr: Text
    po: Text
    date: dt.date | None = None
    lines: tuple[ReceiptLine, ...] = ()


class ListReceipts(Frozen):
    """List the goods receipts of an order."""

    order_no: Text


class FoundReceipts(Reading[tuple[GoodsReceipt, ...]]):
    """Reading of an order's goods receipts, oldest first; empty where nothing arrived."""
