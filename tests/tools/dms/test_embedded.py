"""The archive: originals are stored once, whole and unaltered."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing
from tools.database import Database, Tenancy
from tools.dms import GetDocument, Spool, StoreOriginal
from tools.dms.embedded import EmbeddedDms


@pytest.fixture
async def dms(database: Database, tmp_path: Path, clock: FixedClock) -> EmbeddedDms:
    """An archive beside a spool."""
    archive = EmbeddedDms(Tenancy(database, "nord", clock), Spool(tmp_path / "spool"))
    await archive.prepare()
    return archive


def original(dms: EmbeddedDms, content: bytes, filename: str = "a.xml") -> StoreOriginal:
    """Arguments for content that lies in the spool."""
    sha256 = dms.spool.put(content)
    return StoreOriginal(sha256=sha256, media_type="text/xml", size=len(content), filename=filename)


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 3 * 1024 * 1024 + 7])
async def test_content_comes_back_byte_for_byte(dms: EmbeddedDms, size: int) -> None:
    """Empty, small and large originals are archived whole, in pieces."""
    content = bytes(n % 251 for n in range(size))
    args = original(dms, content)
    stored = await dms.store_original(args, "k1")
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert await dms.content(stored.sha256) == content
    assert (await dms.get(GetDocument(sha256=stored.sha256))).value == stored
    assert await dms.document_of("k1") == stored


async def test_the_same_content_is_one_document(dms: EmbeddedDms) -> None:
    """Content that came before, under whatever name and key, is the document it was."""
    first = await dms.store_original(original(dms, b"<a/>"), "k1")
    args = original(dms, b"<a/>", "other.xml")
    again = await asyncio.gather(*(dms.store_original(args, f"k{n}") for n in range(2, 6)))
    assert {d.filename for d in again} == {"a.xml"}
    assert again[0] == first


async def test_another_content_under_a_hash_is_impossible(dms: EmbeddedDms) -> None:
    """A spool file that was tampered with, or a wrong size, stores nothing at all."""
    args = original(dms, b"<a/>")
    dms.spool.path(args.sha256).write_bytes(b"<b/>")
    with pytest.raises(Contradiction, match="the spool's content"):
        await dms.store_original(args, "k1")
    good = original(dms, b"<c/>")
    with pytest.raises(Contradiction):
        await dms.store_original(good.model_copy(update={"size": 9}), "k2")
    for sha256 in (args.sha256, good.sha256):
        assert (await dms.get(GetDocument(sha256=sha256))).value is None
        with pytest.raises(Missing):
            await dms.content(sha256)


async def test_what_is_not_in_the_spool_is_missing(dms: EmbeddedDms) -> None:
    """A hash without content is missing data, not an empty document."""
    args = StoreOriginal(sha256="0" * 64, media_type="text/xml", size=0)
    with pytest.raises(Missing, match="spool"):
        await dms.store_original(args, "k1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dms_document SET filename = 'x'",
        "DELETE FROM dms_document",
        "UPDATE dms_piece SET content = ''",
        "DELETE FROM dms_piece",
    ],
)
async def test_the_database_keeps_originals(
    dms: EmbeddedDms, database: Database, statement: str
) -> None:
    """Nobody changes or deletes what was archived, whatever code tries."""
    await dms.store_original(original(dms, b"<a/>"), "k1")
    with pytest.raises(Contradiction, match="write_once"):
        await database.write(lambda c: c.execute(text(statement)))


async def test_tenants_have_archives_of_their_own(dms: EmbeddedDms, database: Database) -> None:
    """A tenant does not learn whether another one has a document."""
    stored = await dms.store_original(original(dms, b"<a/>"), "k1")
    south = EmbeddedDms(Tenancy(database, "south"), dms.spool)
    assert (await south.get(GetDocument(sha256=stored.sha256))).value is None
    assert await south.document_of("k1") is None


@pytest.mark.parametrize("sha256", ["", "A" * 64, "../../etc/passwd", "0" * 63 + "/"])
def test_a_hash_is_no_path(sha256: str) -> None:
    """Nothing but 64 small hexadecimal digits reaches the file system."""
    with pytest.raises(ValidationError):
        StoreOriginal(sha256=sha256, media_type="text/xml", size=0)


def test_the_spool_names_content_by_hash(tmp_path: Path) -> None:
    """Putting content twice leaves one file and no remains."""
    spool = Spool(tmp_path / "spool")
    names = {spool.put(b"x") for _ in range(2)}
    assert [path.name for path in spool.folder.iterdir()] == list(names)
    assert spool.path(names.pop()).read_bytes() == b"x"
