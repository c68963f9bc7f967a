"""Quotes: numbers that are unique, versions that are never written twice, letters that are kept."""

import datetime as dt
from decimal import Decimal

import pytest

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing
from tools.database import Database, Tenancy
from tools.pricing import PricedLine
from tools.quotes import CreateQuote, GetQuote
from tools.quotes.embedded import EmbeddedQuotes

LINE = PricedLine(
    sku="A1", qty=Decimal(2), list_cents=100, discount_pct=Decimal(0), unit_cents=100, net_cents=200
)
ARGS = CreateQuote(
    customer_id="C1", lines=(LINE,), freight_cents=0, net_cents=200, vat_cents=38, gross_cents=238,
    currency="EUR", valid_days=30,
)  # fmt: skip


@pytest.fixture
async def quotes(database: Database, clock: FixedClock) -> EmbeddedQuotes:
    """The quotes of a tenant."""
    made = EmbeddedQuotes(Tenancy(database, "nord", clock))
    await made.prepare()
    return made


async def test_every_quote_has_a_number_of_its_own(quotes: EmbeddedQuotes) -> None:
    """A key makes one quote, however often it is asked; another key another."""
    first = await quotes.create(ARGS, "k1")
    assert await quotes.create(ARGS, "k1") == first == await quotes.quote_of("k1")
    second = await quotes.create(ARGS, "k2")
    assert first.quote_no != second.quote_no
    assert (first.version, first.state) == (1, "draft")
    assert first.valid_until == first.quoted_on + dt.timedelta(days=30)


async def test_a_new_version_leaves_the_old_one(quotes: EmbeddedQuotes) -> None:
    """The number stays, the latest version counts; another customer's quote is refused."""
    first = await quotes.create(ARGS, "k1")
    again = ARGS.model_copy(update={"quote_no": first.quote_no, "valid_days": 10})
    second = await quotes.create(again, "k2")
    assert (second.quote_no, second.version) == (first.quote_no, 2)
    assert (await quotes.get(GetQuote(quote_no=first.quote_no))).value == second
    with pytest.raises(Contradiction):
        await quotes.create(again.model_copy(update={"customer_id": "C2"}), "k3")
    with pytest.raises(Missing):
        await quotes.create(ARGS.model_copy(update={"quote_no": "Q-999999"}), "k4")


async def test_what_was_sent_is_kept_for_six_years(quotes: EmbeddedQuotes) -> None:
    """From the end of the year in which it was sent; a second sending changes nothing."""
    quote = await quotes.create(ARGS, "k1")
    sent = await quotes.mark_sent(quote.quote_no, dt.date(2026, 3, 1))
    assert (sent.state, sent.keep_until) == ("sent", dt.date(2032, 12, 31))
    assert await quotes.mark_sent(quote.quote_no, dt.date(2027, 3, 1)) == sent
    with pytest.raises(Missing):
        await quotes.mark_sent("Q-999999", dt.date(2026, 3, 1))
