"""A closed case can be erased: nothing of it is left, and the chain proves all that was done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from leitstand.errors import Contradiction, Erased, Missing, Restricted
from leitstand.store import Close
from leitstand.store.anchors import public_of
from leitstand.store.erasure import erase, erasure_of, restrict
from leitstand.store.export import Enclosed, Sender, export
from leitstand.store.rebuild import rebuild
from leitstand.store.schema import cases, keys, marks, pages
from leitstand.store.verify import verify
from leitstand.store.verify_export import check
from tests.postgres import Cluster
from tests.store.forgotten import HASH, SECRET, fill, left_in, wrapped_of
from tests.store.hands import Office, leave
from tests.store.test_anchors import Keeper
from tests.store.test_rebuild import snapshot
from tools.erasure.traces import sweep

SAID = {"asked": "anna", "signed": ["karin"], "basis": "Art. 17 (1) (a) GDPR"}
KEPT = {**SAID, "roles": ["officer"], "until": "2034-12-31", "basis": "§ 147 AO"}


async def ended(office: Office, parent: str) -> str:
    """A case that was handed over and is done."""
    ulid = await office.start(parent=parent)
    journal = await office.work(ulid)
    journal.record("exit", "", leave("done"))
    await journal.commit(close=Close("done"))
    return ulid


@pytest.mark.kernel(33)
async def test_nothing_of_the_case_is_left_in_any_file(filed: Office) -> None:
    """Neither text nor key: not in tables, free pages, the log, nor in what lies beside (R33)."""
    others = [await filed.done() for _ in range(60)]
    ulid = await fill(filed)
    wanted = (SECRET.encode(), await wrapped_of(filed, ulid))
    assert len(list(left_in(filed.folder, *wanted))) > 6
    assert await erase(filed.store, ulid, SAID) == 1
    await sweep(filed.store)
    assert not list(left_in(filed.folder, *wanted))
    assert (filed.folder / "corrections.jsonl").read_bytes() == b'{"id":"other"}'
    assert await filed.store.journals(others)
    with pytest.raises(Erased):
        await filed.store.journal(ulid)


async def test_what_others_need_stays(filed: Office) -> None:
    """A file that another case names, drafts and letters of others, and other cases' signals."""
    gone, kept = await fill(filed), await fill(filed, title="other")
    await erase(filed.store, gone, SAID)
    await sweep(filed.store)
    assert (filed.folder / "spool" / HASH).is_file()
    assert (filed.folder / f"{kept}.json").is_file()
    assert not (filed.folder / f"{gone}.json").exists()
    assert len((await filed.store.journal(kept)).signals) == 1
    await erase(filed.store, kept, SAID)
    await sweep(filed.store)
    assert not (filed.folder / "spool" / HASH).exists()


async def test_nobody_finds_it_by_its_words(office: Office) -> None:
    """Erased or restricted: its search words are gone, those of others are there."""
    gone, kept, other = [await fill(office) for _ in range(3)]
    await erase(office.store, gone, SAID)
    await restrict(office.store, kept, KEPT)
    words = select(marks.c.case_no).where(marks.c.kind == "words")
    found = await office.store.read(
        lambda c: c.execute(select(cases.c.ulid).where(cases.c.case_no.in_(words))).scalars().all()
    )
    assert found == [other]


@pytest.mark.kernel(33)
async def test_the_chain_still_verifies(office: Office) -> None:
    """Before and after, against the anchors too; the erasure is anchored and has a receipt."""
    keeper = Keeper(office)
    ulid = await fill(office)
    await keeper.anchor()
    await erase(office.store, ulid, SAID)
    await keeper.anchor()
    report = await keeper.verify()
    assert report.sound, report.faults
    assert (report.erased, report.cases) == (1, 1)
    record = await erasure_of(office.store, ulid)
    assert record is not None
    assert {name: record[name] for name in SAID} == SAID
    assert record["receipt"].startswith(ulid)
    sender = Sender("anna", keeper.key, keeper.path)
    shown = await export(office.store, ulid, sender, Enclosed())
    assert shown["view"] == "erased"
    assert all(good for good, _ in check(shown, [public_of(keeper.key)]))
    assert SECRET not in str(shown)


async def test_an_erasure_that_was_made_up_is_a_fault(office: Office) -> None:
    """Who destroys a key, or changes what was said of it, is found out."""
    ulid, other = await fill(office), await fill(office)
    await erase(office.store, ulid, SAID)
    forged = pages.update().where(pages.c.body.not_in([b""]), pages.c.page < 2 << 20)
    await office.store.writer.work(lambda c: c.execute(forged.values(body=b'{"signed":["eve"]}')))
    lost = keys.update().where(keys.c.case_no == 2).values(wrapped=b"")
    await office.store.writer.work(lambda c: c.execute(lost))
    faults = {fault.where: fault.kind for fault in (await verify(office.store)).faults}
    assert faults == {ulid: "missing", other: "missing"}


async def test_rebuild_brings_nothing_back(office: Office) -> None:
    """The projections are the same afterwards, of erased and of restricted cases."""
    gone, kept = await fill(office), await fill(office)
    await erase(office.store, gone, SAID)
    await restrict(office.store, kept, KEPT)
    before = await snapshot(office, whole=True)
    assert (await rebuild(office.store))["erased"] == 1
    assert await snapshot(office, whole=True) == before
    assert (await verify(office.store)).sound
    assert SECRET not in str(before)


async def test_a_second_erasure_changes_nothing(office: Office) -> None:
    """Asked for again it is done already; there is one record of it."""
    ulid = await fill(office)
    assert await erase(office.store, ulid, SAID) == 1
    first = await erasure_of(office.store, ulid)
    assert await erase(office.store, ulid, {**SAID, "asked": "eve"}) == 0
    assert await erasure_of(office.store, ulid) == first


async def test_an_open_case_is_not_erased(office: Office) -> None:
    """Not one that runs, that waits for people, or whose child or parent does."""
    with pytest.raises(Missing):
        await erase(office.store, "nobody", SAID)
    waiting, left = await office.parked(), await fill(office, status="exception")
    parent = await fill(office)
    child = await office.start(parent=parent)
    for name in (waiting, left, parent, child):
        with pytest.raises(Contradiction):
            await erase(office.store, name, SAID)
    assert (await verify(office.store)).erased == 0


async def test_children_go_with_their_parent(office: Office) -> None:
    """What a case handed over is erased with it, down to the last (KERNEL no. 28)."""
    parent = await office.done()
    child = await ended(office, parent)
    grandchild = await ended(office, child)
    assert await erase(office.store, parent, SAID) == 3
    for name in (parent, child, grandchild):
        with pytest.raises(Erased):
            await office.store.journal(name)


async def test_a_restricted_case_is_read_in_a_named_role_alone(office: Office) -> None:
    """Neither as a journal nor as an export by others; nothing names it in lists."""
    ulid, key = await fill(office), Keeper(office)
    assert await restrict(office.store, ulid, KEPT) == 1
    for roles in ((), ("clerk",)):
        with pytest.raises(Restricted):
            await office.store.journal(ulid, roles)
        sender = Sender("anna", key.key, key.path, roles)
        with pytest.raises(Restricted):
            await export(office.store, ulid, sender, Enclosed())
    read = await office.store.journal(ulid, ("clerk", "officer"))
    assert (read.case.title, read.case.requester) == ("", "")
    await export(office.store, ulid, Sender("k", key.key, key.path, ("officer",)), Enclosed())
    assert await erase(office.store, ulid, SAID) == 1


@pytest.mark.slow
def test_a_crash_leaves_all_or_nothing(tmp_path: Path) -> None:
    """Killed at every statement and every change of a file: undone, or done at the next start."""
    program = Path(__file__).with_name("killed.py")
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(program), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    undone, finished = map(int, ran.stdout.split()[-2:])
    assert undone > 5
    assert finished > 10


@pytest.mark.slow
async def test_postgresql_keeps_no_key(postgres: Cluster, tmp_path: Path) -> None:
    """After the tables were written anew no file of the server's tables holds the key."""
    office = Office(tmp_path, postgres.database())
    ulid = await fill(office, title="to be forgotten here")
    wanted = (await wrapped_of(office, ulid), b"to be forgotten here")
    await erase(office.store, ulid, SAID)
    await sweep(office.store)
    office.store.close()
    postgres.flush()
    assert not list(left_in(postgres.folder / "data" / "base", *wanted))
    shutil.rmtree(tmp_path)
