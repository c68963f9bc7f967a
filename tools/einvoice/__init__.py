"""E-invoices: from the bytes of a file to a typed invoice and a verdict with its reasons."""

from leitstand.tool import tool
from tools.einvoice.document import FoundInvoice, ReadDocument
from tools.einvoice.invoice import Invoice
from tools.einvoice.local import LocalEInvoices, Originals
from tools.einvoice.page import page
from tools.einvoice.port import EInvoices
from tools.einvoice.reader import Reader, ReadInvoice
from tools.einvoice.verdict import FiredRule, Validation

__all__ = [
    "EInvoices",
    "FiredRule",
    "FoundInvoice",
    "Invoice",
    "LocalEInvoices",
    "Originals",
    "ReadDocument",
    "ReadInvoice",
    "Reader",
    "Validation",
    "page",
    "read_document",
]


@tool("einvoice.read", authority="document", timeout=90.0)
async def read_document(args: ReadDocument, invoices: EInvoices) -> FoundInvoice:
    """Read a stored document as an e-invoice and check it against the official rules."""
    return await invoices.read(args)
