"""Treasury: what is due, bundled into a file that people release in the bank."""

from leitstand.tool import tool
from tools.treasury.order import (
    Due,
    DuePayment,
    FindDue,
    FoundDue,
    PaymentOrder,
    PrepareOrder,
    Transfer,
)
from tools.treasury.port import Treasury

__all__ = [
    "Due",
    "DuePayment",
    "FindDue",
    "FoundDue",
    "PaymentOrder",
    "PrepareOrder",
    "Transfer",
    "Treasury",
    "find_due",
    "prepare_order",
]


async def _order(key: str, treasury: Treasury) -> PaymentOrder | None:
    return await treasury.order_of(key)


# A voucher may be reversed or an account changed meanwhile: read again before a signature counts.
@tool("treasury.due.find", watch=True)
async def find_due(args: FindDue, treasury: Treasury) -> FoundDue:
    """Find what the books propose to pay up to a day and no order has yet."""
    return await treasury.find_due(args)


# No business key: there may be several orders a day; each payment is in one of them alone.
@tool("treasury.order.prepare", writes="treasury.order", idempotent=True, reconcile=_order)
async def prepare_order(args: PrepareOrder, treasury: Treasury, key: str) -> PaymentOrder:
    """Prepare a file of SEPA credit transfers for the bank; people release it there."""
    return await treasury.prepare_order(args, key)
