"""The tool `einvoice.read`: documents from the archive, a reading as answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from leitstand.errors import Missing, Unreachable
from tests.einvoice.samples import ubl
from tools.database import Database, Tenancy
from tools.dms.document import StoreOriginal
from tools.dms.embedded import EmbeddedDms
from tools.dms.spool import Spool
from tools.einvoice import LocalEInvoices, ReadDocument, Reader, read_document
from tools.einvoice.rulesets import DEFAULT as TABLE


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[EmbeddedDms]:
    """An archive with nothing in it."""
    database = Database.at(tmp_path / "dms.db")
    archive = EmbeddedDms(Tenancy(database, "nordwerk"), Spool(tmp_path / "spool"))
    await archive.prepare()
    yield archive
    database.close()


async def stored(archive: EmbeddedDms, data: bytes) -> str:
    """The hash of a document that was put into the archive."""
    sha256 = archive.spool.put(data)
    args = StoreOriginal(sha256=sha256, media_type="application/xml", size=len(data))
    await archive.store_original(args, "key-1")
    return sha256


def test_definition() -> None:
    """It reads, from an untrusted document, and writes nothing."""
    assert read_document.name == "einvoice.read"
    assert read_document.authority == "document"
    assert not read_document.writes


async def test_reading_of_a_stored_document(reader: Reader, archive: EmbeddedDms) -> None:
    """The answer is a reading with the document as its source."""
    sha256 = await stored(archive, ubl())
    port = LocalEInvoices(archive, reader)
    found = await read_document.run(ReadDocument(sha256=sha256), port)
    assert found.source == f"dms:{sha256}"
    assert found.value.sha256 == sha256
    assert found.value.validation.verdict == "valid"
    assert found.value.invoice is not None


async def test_document_that_is_not_stored(reader: Reader, archive: EmbeddedDms) -> None:
    """An unknown hash is missing data, not a crash."""
    with pytest.raises(Missing):
        await LocalEInvoices(archive, reader).read(ReadDocument(sha256="0" * 64))


async def test_document_too_large_is_not_fetched(
    reader: Reader, archive: EmbeddedDms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive's size is enough to refuse a document."""
    sha256 = await stored(archive, ubl())
    small = reader.limits.model_copy(update={"file_bytes": 100})
    async with Reader(limits=small) as strict:
        found = await LocalEInvoices(archive, strict).read(ReadDocument(sha256=sha256))
    assert found.value.validation.verdict == "refused"
    assert strict.rules.processes == ()


async def test_rules_that_are_not_in_place(archive: EmbeddedDms) -> None:
    """Without the pinned rules the tool says that it cannot be reached: the case waits."""
    sha256 = await stored(archive, ubl())
    absent = replace(TABLE.schemas["ubl-invoice"], package="no-such-package")
    table = replace(TABLE, schemas={**TABLE.schemas, "ubl-invoice": absent})
    async with Reader(table=table) as reader:
        with pytest.raises(Unreachable, match="not installed"):
            await LocalEInvoices(archive, reader).read(ReadDocument(sha256=sha256))
