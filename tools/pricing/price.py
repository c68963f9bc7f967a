"""Prices: what was asked, and what it comes to."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Identifier, Kept, Money, Reading

Qty = Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=9, decimal_places=2)]
Pct = Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]


class Wanted(Frozen):
    """A line that somebody wants: how much of what, and the discount asked for on it.

    `list_cents` is the net list price of one unit, `asked_pct` in percent.
    """

    sku: Identifier
    qty: Qty
    list_cents: Annotated[Money, Field(ge=0)]
    asked_pct: Pct = Decimal(0)


class CalculatePrice(Frozen):
    """Calculate what lines cost a customer; without one nothing is granted to anybody by name."""

    customer_id: Identifier | None = None
    lines: Annotated[tuple[Wanted, ...], Field(min_length=1, max_length=200)]


class PricedLine(Frozen):
    """A line with its price: discount in percent, net price of a unit and of the line in cents."""

    sku: Identifier
    qty: Qty
    list_cents: Money
    discount_pct: Annotated[Decimal, Field(ge=0)]
    unit_cents: Money
    net_cents: Money


class Price(Frozen):
    """What lines come to, in cents of `currency`; `net_cents` holds the freight."""

    lines: tuple[PricedLine, ...]
    freight_cents: Money
    net_cents: Money
    vat_cents: Money
    gross_cents: Money
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$"), Kept()]
    valid_days: int


class FoundPrice(Reading[Price]):
    """Reading of a calculated price."""
