"""The port of the catalogue."""

from typing import Protocol

from leitstand.tool import Port
from tools.catalog.product import FindProducts, FoundProducts


class Catalog(Port, Protocol):
    """A catalogue. Raises only `CallFailed`."""

    async def find(self, args: FindProducts) -> FoundProducts:
        """The products that a text may speak of."""
        ...
