"""The port of the DMS."""

from typing import Protocol

from leitstand.tool import Port
from tools.dms.document import Document, FoundDocument, GetDocument, StoreOriginal

__all__ = ["Dms"]


class Dms(Port, Protocol):
    """An archive of originals. Raises only `CallFailed`."""

    async def get(self, args: GetDocument) -> FoundDocument:
        """What is known of a document."""
        ...

    async def store_original(self, args: StoreOriginal, key: str) -> Document:
        """The stored document; storing the same content again gives the same document."""
        ...

    async def document_of(self, key: str) -> Document | None:
        """The document that was stored under `key`, for reconciling."""
        ...
