"""The reporting office (HinSchG): reports go there sealed, before anybody else has seen them."""

from leitstand.tool import tool
from tools.reporting.office import FindReceipt, FoundReceipt, Receipt, ReportingOffice

__all__ = ["FindReceipt", "FoundReceipt", "Receipt", "ReportingOffice", "find_receipt"]


@tool("reporting.receipt.find")
async def find_receipt(args: FindReceipt, office: ReportingOffice) -> FoundReceipt:
    """Look up when a report came in; nothing of what it says."""
    return await office.receipt(args)
