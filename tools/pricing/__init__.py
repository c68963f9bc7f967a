"""Pricing: what lines cost under the company's price rules, to the cent."""

from leitstand.tool import tool
from tools.pricing.calculation import calculate
from tools.pricing.port import Pricing
from tools.pricing.price import (
    CalculatePrice,
    FoundPrice,
    Price,
    PricedLine,
    Wanted,
)
from tools.pricing.rules import PriceRules

__all__ = [
    "CalculatePrice",
    "FoundPrice",
    "Price",
    "PriceRules",
    "PricedLine",
    "Pricing",
    "Wanted",
    "calculate",
    "calculate_price",
]


@tool("pricing.calculate", authority="service")
async def calculate_price(args: CalculatePrice, pricing: Pricing) -> FoundPrice:
    """Calculate what lines cost a customer: discounts, freight, VAT, totals."""
    return await pricing.calculate(args)
