"""The port of the quotes."""

from typing import Protocol

from leitstand.tool import Port
from tools.quotes.quote import CreateQuote, FoundQuote, GetQuote, Quote


class Quotes(Port, Protocol):
    """Where quotes are kept. Raises only `CallFailed`."""

    async def get(self, args: GetQuote) -> FoundQuote:
        """The latest version of a quote."""
        ...

    async def create(self, args: CreateQuote, key: str) -> Quote:
        """A new quote, or a new version of one."""
        ...

    async def quote_of(self, key: str) -> Quote | None:
        """The quote that was drafted under `key`, for reconciling."""
        ...
