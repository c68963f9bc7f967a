"""The embedded reporting office: a folder that only its owner can read, a file a report.

A report is kept before anything is journalled, and no role, model or log ever reads it: the office
opens the file itself. Its name is a number drawn by chance, so that it tells nothing either.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leitstand.errors import Missing
from tools.reporting.office import FindReceipt, FoundReceipt, Receipt

__all__ = ["EmbeddedReportingOffice"]


@dataclass(frozen=True, slots=True)
class EmbeddedReportingOffice:
    """`tools.reporting.ReportingOffice` in a folder."""

    folder: Path

    def take_in(self, report: bytes, received: date) -> Receipt:
        """Keep a report. Raises OSError: it could not be kept, so nobody may let go of it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        receipt = Receipt(receipt_no=f"M-{secrets.token_hex(8)}", received=received)
        path = self.folder / f"{receipt.receipt_no}_{received.isoformat()}.eml"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(report)
            file.flush()
            os.fsync(file.fileno())
        return receipt

    async def receipt(self, args: FindReceipt) -> FoundReceipt:
        """When a report came in. Raises Missing: there is none of that number."""
        found = next(self.folder.glob(f"{args.receipt_no}_*.eml"), None)
        if found is None:
            raise Missing(f"no report `{args.receipt_no}`", where="reporting")
        day = date.fromisoformat(found.stem.rpartition("_")[2])
        receipt = Receipt(receipt_no=args.receipt_no, received=day)
        return FoundReceipt(value=receipt, source=f"reporting:{args.receipt_no}")
