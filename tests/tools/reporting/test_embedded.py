"""The reporting office: reports lie there sealed, and others learn no more than that."""

import datetime as dt
import stat
from pathlib import Path

import pytest

from leitstand.errors import Missing
from tools.reporting import FindReceipt
from tools.reporting.embedded import EmbeddedReportingOffice

DAY = dt.date(2026, 11, 18)


async def test_a_report_lies_where_only_its_owner_reads(tmp_path: Path) -> None:
    """Folder and file are the owner's alone; the receipt tells the day and nothing else."""
    office = EmbeddedReportingOffice(tmp_path / "office")
    receipt = office.take_in(b"Frau Berg meldet ...", DAY)
    [file] = office.folder.iterdir()
    assert file.read_bytes() == b"Frau Berg meldet ..."
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(office.folder.stat().st_mode) == 0o700
    found = await office.receipt(FindReceipt(receipt_no=receipt.receipt_no))
    assert found.value == receipt
    assert "Berg" not in repr(found)


async def test_an_unknown_number_is_missing(tmp_path: Path) -> None:
    """A number that was never given, and one that is a path."""
    office = EmbeddedReportingOffice(tmp_path / "office")
    office.take_in(b"x", DAY)
    for number in ("M-0", "x/y"):
        with pytest.raises(Missing):
            await office.receipt(FindReceipt(receipt_no=number))
