"""Quotes: what is offered to whom, for how much, until when."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Kept, Money, Reading
from tools.pricing.price import PricedLine

QuoteState = Literal["draft", "sent"]


class CreateQuote(Frozen):
    """Draft a quote, in cents of `currency`; `net_cents` holds the freight.

    Without `customer_id` it is for somebody who is no customer yet. With `quote_no` it is the next
    version of that quote. `valid_days` count from the day of the draft.
    """

    customer_id: Annotated[Identifier | None, Recorded("crm.customer.get", "value.id")] = None
    quote_no: Annotated[Identifier | None, Recorded("quote.get", "value.quote_no")] = None
    lines: Annotated[tuple[PricedLine, ...], Field(min_length=1, max_length=200)]
    freight_cents: Annotated[Money, Field(ge=0)]
    net_cents: Annotated[Money, Field(ge=0)]
    vat_cents: Annotated[Money, Field(ge=0)]
    gross_cents: Annotated[Money, Field(ge=0)]
    currency: Annotated[str, Field(strict=True, pattern=r"^[A-Z]{3}$"), Kept()]
    valid_days: Annotated[int, Field(ge=1, le=3650)]


class Quote(Frozen):
    """A quote as it was drafted; a number has versions, of which the highest counts.

    `keep_until` is the last day on which a sent version must be kept (§ 257 (1) no. 3, (4) HGB: six
    years from the end of the year).
    """

    quote_no: Identifier
    version: int
    customer_id: Identifier | None
    lines: tuple[PricedLine, ...]
    freight_cents: Money
    net_cents: Money
    vat_cents: Money
    gross_cents: Money
    currency: Annotated[str, Kept()]
    quoted_on: date
    valid_until: date
    state: QuoteState = "draft"
    sent_on: date | None = None
    keep_until: date | None = None


class GetQuote(Frozen):
    """Get the latest version of a quote."""

    quote_no: Identifier


class FoundQuote(Reading[Quote | None]):
    """Reading of a quote; None where there is none of this number."""
