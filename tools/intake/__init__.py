"""Intakes: documents that were received together, and what each has to know of the others."""

from leitstand.tool import tool
from tools.intake.embedded import FolderIntakes, RememberedEInvoices
from tools.intake.port import Intakes
from tools.intake.sibling import FindSiblings, FoundSiblings, InvoicedLine, Sibling, sibling_of

__all__ = [
    "FindSiblings",
    "FolderIntakes",
    "FoundSiblings",
    "Intakes",
    "InvoicedLine",
    "RememberedEInvoices",
    "Sibling",
    "find_siblings",
    "sibling_of",
]


@tool("einvoice.siblings", authority="document", timeout=90.0)
async def find_siblings(args: FindSiblings, intakes: Intakes) -> FoundSiblings:
    """Find the other invoices of the intake that a document came in with."""
    return await intakes.siblings(args)
