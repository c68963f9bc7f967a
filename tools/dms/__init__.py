"""The DMS: originals, stored once under their content's hash, never changed; workflows on them."""

from leitstand.tool import tool
from tools.dms.document import Document, FoundDocument, GetDocument, Sha256, StoreOriginal
from tools.dms.port import Dms
from tools.dms.spool import Spool
from tools.dms.workflow import StartWorkflow, Workflow, Workflows

__all__ = [
    "Dms",
    "Document",
    "FoundDocument",
    "GetDocument",
    "Sha256",
    "Spool",
    "StartWorkflow",
    "StoreOriginal",
    "Workflow",
    "Workflows",
    "get_document",
    "start_workflow",
    "store_original",
]


async def _document(key: str, dms: Dms) -> Document | None:
    return await dms.document_of(key)


async def _workflow(key: str, dms: Dms) -> Workflow | None:
    return await dms.workflow_of(key)


@tool("dms.document.get")
async def get_document(args: GetDocument, dms: Dms) -> FoundDocument:
    """Get hash, type, size and name of a stored document."""
    return await dms.get(args)


# No business key: content is its own key, and the same invoice may arrive in two cases.
@tool("dms.store_original", writes="dms.document", idempotent=True, reconcile=_document)
async def store_original(args: StoreOriginal, dms: Dms, key: str) -> Document:
    """Store a received original, unaltered, before anything else is done with it."""
    return await dms.store_original(args, key)


# No business key: a document may be given to the same people again, in another case.
@tool("dms.start_workflow", writes="dms.workflow", idempotent=True, reconcile=_workflow)
async def start_workflow(args: StartWorkflow, dms: Dms, key: str) -> Workflow:
    """Start a workflow of the DMS on a stored document, for the people of a role."""
    return await dms.start_workflow(args, key)
