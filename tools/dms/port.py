"""The port of the DMS."""

from typing import Protocol

from leitstand.tool import Port
from tools.dms.document import Document, FoundDocument, GetDocument, StoreOriginal
from tools.dms.workflow import StartWorkflow, Workflow


class Dms(Port, Protocol):
    """An archive of originals, and workflows on them. Raises only `CallFailed`."""

    async def get(self, args: GetDocument) -> FoundDocument:
        """What is known of a document."""
        ...

    async def store_original(self, args: StoreOriginal, key: str) -> Document:
        """The stored document; storing the same content again gives the same document."""
        ...

    async def document_of(self, key: str) -> Document | None:
        """The document that was stored under `key`, for reconciling."""
        ...

    async def start_workflow(self, args: StartWorkflow, key: str) -> Workflow:
        """The started workflow; the same key gives the one that it started."""
        ...

    async def workflow_of(self, key: str) -> Workflow | None:
        """The workflow that was started under `key`, for reconciling."""
        ...
