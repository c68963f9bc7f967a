"""The archive: originals are stored once, whole and unaltered."""

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing
from tools.database import Database, Tenancy
from tools.dms import GetDocument, Spool, StartWorkflow, StoreOriginal
from tools.dms.embedded import EmbeddedDms
from tools.dms.part import DMS
from tools.rows import WorldRefused


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


@pytest.fixture
async def reading(dms: EmbeddedDms) -> StartWorkflow:
    """A stored document that the officers are to read."""
    await dms.take_in({"Lesen": ("officer", "clerk"), "Ablegen": ("clerk",)})
    stored = await dms.store_original(original(dms, b"<a/>"), "k1")
    return StartWorkflow(document_sha256=stored.sha256, workflow="Lesen", role="officer", note="x")


async def count(database: Database) -> int:
    """How many workflows were started."""
    query = text("SELECT count(*) FROM dms_workflow")
    return await database.read(lambda c: c.execute(query).scalar_one())


async def test_a_workflow_is_started_once(
    dms: EmbeddedDms, reading: StartWorkflow, database: Database
) -> None:
    """The same key is the same workflow, however often and at once; another key is another one."""
    assert await dms.workflow_of("w1") is None
    many = await asyncio.gather(*(dms.start_workflow(reading, "w1") for _ in range(4)))
    assert {one.workflow_no for one in many} == {"W-000001"}
    assert many[0] == await dms.workflow_of("w1")
    assert many[0].model_dump(include={"document_sha256", "workflow", "role", "state"}) == {
        **reading.model_dump(exclude={"note"}),
        "state": "started",
    }
    assert await count(database) == 1
    with pytest.raises(Contradiction, match="another write"):
        await dms.start_workflow(reading.model_copy(update={"role": "clerk"}), "w1")
    assert (await dms.start_workflow(reading, "w2")).workflow_no == "W-000002"


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"document_sha256": "0" * 64}, Missing, "the archive holds no document `0000"),
        ({"workflow": "Lessen"}, Missing, "no workflow `Lessen`; there are: `Ablegen`, `Lesen`"),
        ({"workflow": "lesen"}, Missing, "no workflow `lesen`"),
        ({"workflow": "Ablegen"}, Contradiction, "`Ablegen` does not go to `officer`"),
    ],
)
async def test_what_is_not_there_is_not_started(
    change: dict[str, str],
    error: type[Exception],
    said: str,
    dms: EmbeddedDms,
    reading: StartWorkflow,
    database: Database,
) -> None:
    """Document, workflow or recipient: the error names it, and nothing is half done."""
    with pytest.raises(error, match=said):
        await dms.start_workflow(reading.model_copy(update=change), "w1")
    assert await dms.workflow_of("w1") is None
    assert await count(database) == 0
    await dms.start_workflow(reading, "w1")


async def test_workflows_are_those_of_the_tenant_and_of_now(
    dms: EmbeddedDms, reading: StartWorkflow, database: Database
) -> None:
    """One that was taken out cannot be started any more; another tenant's was never there."""
    south = EmbeddedDms(Tenancy(database, "south"), dms.spool)
    await south.take_in({})
    await dms.start_workflow(reading, "w1")
    await dms.take_in({"Ablegen": ("clerk",)})
    with pytest.raises(Missing, match="there are: `Ablegen`"):
        await dms.start_workflow(reading, "w2")
    assert await dms.workflow_of("w1") is not None
    assert await south.workflow_of("w1") is None


@pytest.mark.parametrize(
    "given",
    [
        {"workflows": ["Lesen"]},
        {"workflows": {"Lesen": "clerk"}},
        {"workflows": {" ": ["clerk"]}},
        {"workflow": {}},
        {"workflows": {"Lesen": ["zwei Worte"]}},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(given: object, tmp_path: Path) -> None:
    """With file and key: no workflow is lost in silence."""
    (tmp_path / "dms.json").write_text(json.dumps(given), "utf-8")
    with pytest.raises(WorldRefused, match=r"dms\.json: workflow"):
        DMS.limits(tmp_path)
