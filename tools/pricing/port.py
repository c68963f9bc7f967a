"""The port of pricing."""

from typing import Protocol

from leitstand.tool import Port
from tools.pricing.price import CalculatePrice, FoundPrice


class Pricing(Port, Protocol):
    """What knows the price rules. Raises only `CallFailed`."""

    async def calculate(self, args: CalculatePrice) -> FoundPrice:
        """What lines cost a customer."""
        ...
