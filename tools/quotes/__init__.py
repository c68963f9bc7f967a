"""Quotes: drafts with a number and a version of their own; people send them."""

from leitstand.tool import tool
from tools.quotes.port import Quotes
from tools.quotes.quote import CreateQuote, FoundQuote, GetQuote, Quote

__all__ = ["CreateQuote", "FoundQuote", "GetQuote", "Quote", "Quotes", "create_quote", "get_quote"]


async def _quote(key: str, quotes: Quotes) -> Quote | None:
    return await quotes.quote_of(key)


@tool("quote.get", watch=True)
async def get_quote(args: GetQuote, quotes: Quotes) -> FoundQuote:
    """Get the latest version of a quote."""
    return await quotes.get(args)


# No business key: a customer may ask for the same twice, and get two quotes.
@tool("quote.create_draft", writes="quote", idempotent=True, reconcile=_quote)
async def create_quote(args: CreateQuote, quotes: Quotes, key: str) -> Quote:
    """Draft a quote under a number of its own, or a new version of one; nothing is sent."""
    return await quotes.create(args, key)
