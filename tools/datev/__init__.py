"""DATEV: originals handed to the tax adviser, as one real connection that a tenant may have.

Adapters stand beside: `tools.datev.http` speaks to DATEV, `tools.datev.embedded` keeps a list.
"""

from leitstand.tool import tool
from tools.datev.document import Filed, UploadDocument, UploadedDocument, guid_of
from tools.datev.port import Documents

__all__ = [
    "Documents",
    "Filed",
    "UploadDocument",
    "UploadedDocument",
    "guid_of",
    "upload_document",
]


# The interface has no look-up of a document. A GUID of our own makes the repeat safe instead: DATEV
# refuses it (409) where the first try arrived, so what is unknown is settled by sending again.
@tool(
    "datev.document.upload",
    writes="datev.document",
    key=("sha256",),
    idempotent=True,
)
async def upload_document(args: UploadDocument, documents: Documents, key: str) -> UploadedDocument:
    """Hand a stored original to the tax adviser (Belege online), once."""
    return await documents.upload(args, key)
