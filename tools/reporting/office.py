"""The port of the reporting office: that a report came in, and when."""

from datetime import date
from typing import Protocol

from leitstand.tool import Port
from leitstand.values import Frozen, Identifier, Reading


class FindReceipt(Frozen):
    """Find a report by the number of its receipt."""

    receipt_no: Identifier


class Receipt(Frozen):
    """That a report came in: neither who reports nor what (§ 8 HinSchG)."""

    receipt_no: Identifier
    received: date


class FoundReceipt(Reading[Receipt]):
    """Reading of a receipt."""


class ReportingOffice(Port, Protocol):
    """The reporting office. Raises Missing for a number it does not know, else `CallFailed`."""

    async def receipt(self, args: FindReceipt) -> FoundReceipt:
        """When a report came in."""
        ...
