"""The port of e-invoice reading."""

from typing import Protocol

from leitstand.tool import Port
from tools.einvoice.document import FoundInvoice, ReadDocument


class EInvoices(Port, Protocol):
    """A service that reads stored documents as invoices. Raises only `CallFailed`."""

    async def read(self, args: ReadDocument) -> FoundInvoice:
        """What a document is and says; every document that is stored gets an answer."""
        ...
