"""The three causes in a role that is shipped, over its own books: caused, worked off, finished."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.cli.batch import worked_off
from leitstand.inbox import Act, exceptions_of, handle, open_dossier, texts_of
from leitstand.project import load_project
from leitstand.records import Person
from leitstand.runtime import Leitstand, open_leitstand
from leitstand.store.verify import verify

pytestmark = pytest.mark.slow

INVOICE = "AP-D17"
DE = texts_of("de", None)
GONE = """
CREATE TABLE a AS SELECT * FROM erp_receipt WHERE po = 'BE-26-0101';
CREATE TABLE b AS SELECT * FROM erp_receipt_line WHERE gr IN (SELECT gr FROM a);
DELETE FROM erp_receipt_line WHERE gr IN (SELECT gr FROM a);
DELETE FROM erp_receipt WHERE gr IN (SELECT gr FROM a);
"""
CAUSED: dict[str, tuple[str, str]] = {
    "system unreachable": (
        "ALTER TABLE erp_receipt_line RENAME COLUMN qty TO quantity",
        "ALTER TABLE erp_receipt_line RENAME COLUMN quantity TO qty",
    ),
    "data missing": (
        GONE,
        "INSERT INTO erp_receipt SELECT * FROM a; INSERT INTO erp_receipt_line SELECT * FROM b",
    ),
    "contradictory results": (
        "UPDATE erp_order_line SET price = price / 2 WHERE po = 'BE-26-0101'",
        "UPDATE erp_order_line SET price = price * 2 WHERE po = 'BE-26-0101'",
    ),
}
"""What happens to the books while the office is open: broken, a receipt gone, half the price."""


@dataclass
class Open:
    """The reference office at work, and its books as anybody with the file sees them."""

    leitstand: Leitstand
    books: Path

    def change(self, script: str) -> None:
        """Somebody works on the books."""
        with closing(sqlite3.connect(self.books)) as database:
            database.executescript(script)

    def drafts(self) -> int:
        """Vouchers in the books that were not there before."""
        with closing(sqlite3.connect(self.books)) as database:
            query = "SELECT count(*) FROM erp_voucher WHERE state = 'draft'"
            return int(database.execute(query).fetchone()[0])


@pytest.fixture
async def office(root: Path, tmp_path: Path) -> AsyncIterator[Open]:
    """Open, with one clerk."""
    leitstand = await open_leitstand(load_project(root), state=tmp_path / "state")
    try:
        yield Open(leitstand, tmp_path / "state" / "business.sqlite")
    finally:
        await leitstand.close()


@pytest.mark.parametrize("cause", CAUSED)
async def test_a_cause_is_met_and_worked_off(cause: str, office: Open, root: Path) -> None:
    """It leaves by its cause; tried too early it comes back; mended it is entered, once."""
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    anna = Person(
        id="anna", name="Anna", tenant=office.leitstand.tenant, roles=("clerk",), public_key=public
    )
    office.leitstand.directory.add(anna)
    before, (breaks, mends) = office.drafts(), CAUSED[cause]
    office.change(breaks)
    file = root / "evals/accounting/world/invoices" / f"{INVOICE}.xml"
    [row] = await worked_off(office.leitstand, "accounting", [file])
    assert (row.exit.kind, row.exit.cause) == ("exception", cause)
    (entry,), _ = await exceptions_of(office.leitstand, DE, person="anna")
    assert (entry.case, entry.cause) == (row.case, cause)
    again = Act(kind="retry", case=row.case, reason="nachgesehen")
    early = await handle(office.leitstand, anna, again, DE)
    assert (early.status, office.drafts()) == ("exception", before)
    office.change(mends)
    late = await handle(office.leitstand, anna, again, DE)
    assert (late.status, office.drafts()) == ("done", before + 1)
    assert (await exceptions_of(office.leitstand, DE, person="anna"))[0] == ()
    tools = [e.tool for e in (await open_dossier(office.leitstand, row.case)).effects]
    assert tools.count("dms.store_original") == tools.count("erp.voucher.draft") == 1
    assert (await verify(office.leitstand.store)).faults == []
