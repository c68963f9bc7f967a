"""Price rules of a company (`price_rules.json`): discounts, freight, VAT, validity."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Pct = Annotated[Decimal, Field(ge=0, le=100)]


class _Record(BaseModel):
    """Data of the company: numbers may come as JSON numbers or texts, unknown keys are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class QuantityDiscount(_Record):
    """From `min_qty` on, on each line with an article number that begins so."""

    sku_prefix: str
    min_qty: Decimal
    pct: Pct


class Freight(_Record):
    """A flat sum, in units of the currency; nothing from a net value of the goods on."""

    flat: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    free_from_net: Annotated[Decimal, Field(ge=0)] | None = None


class PriceRules(_Record):
    """What a price is made of; percentages in percent, amounts in units of `currency`."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    vat: Pct
    valid_days: Annotated[int, Field(ge=1, le=3650)]
    quantity_discounts: tuple[QuantityDiscount, ...] = ()
    customer_discounts: Mapping[str, Pct] = {}
    max_discount_without_approval_pct: Pct
    freight: Freight = Freight()
    credit_limit_check: bool = True
