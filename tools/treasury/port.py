"""The port of treasury: payments that are due, and orders for the bank."""

from typing import Protocol

from leitstand.tool import Port
from tools.treasury.order import FindDue, FoundDue, PaymentOrder, PrepareOrder


class Treasury(Port, Protocol):
    """A place where payments are bundled. Every write takes the idempotency key.

    All methods raise only `CallFailed`.
    """

    async def find_due(self, args: FindDue) -> FoundDue:
        """What the books propose to pay and no order has yet."""
        ...

    async def prepare_order(self, args: PrepareOrder, key: str) -> PaymentOrder:
        """A file for the bank; each of its payments is in this order alone."""
        ...

    async def order_of(self, key: str) -> PaymentOrder | None:
        """The order that was prepared under `key`, for reconciling."""
        ...
