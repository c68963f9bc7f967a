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


@dataclass(frozen=True, slots=True)
class EmbeddedReportingOffice:
    """`tools.reporting.ReportingOffice` in a folder."""

    folder: Path

    def take_in(self, report: bytes, received: date, *, key: str = "") -> Receipt:
        """Keep a report. Raises OSError: it could not be kept, so nobody may let go of it.

        `key` names what came in and tells nothing: the same is kept once. The file appears whole or
        not at all.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = f"M-{key[:16] or secrets.token_hex(8)}"
        if (kept := self._day(number)) is not None:
            return Receipt(receipt_no=number, received=kept)
        part = self.folder / f".{number}.part"
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(report)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self.folder / f"{number}_{received.isoformat()}.eml")
        return Receipt(receipt_no=number, received=received)

    async def receipt(self, args: FindReceipt) -> FoundReceipt:
        """When a report came in. Raises Missing: there is none of that number."""
        day = self._day(args.receipt_no)
        if day is None:
            raise Missing(f"no report `{args.receipt_no}`", where="reporting")
        receipt = Receipt(receipt_no=args.receipt_no, received=day)
        return FoundReceipt(value=receipt, source=f"reporting:{args.receipt_no}")

    def _day(self, number: str) -> date | None:
        """The day on which the report of a number came in."""
        found = next(self.folder.glob(f"{number}_*.eml"), None)
        return date.fromisoformat(found.stem.rpartition("_")[2]) if found else None
