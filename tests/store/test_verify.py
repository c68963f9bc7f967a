"""`journal verify` finds and names every kind of tampering, done here with real SQL."""

import sqlite3
from collections.abc import Mapping

import pytest

from leitstand.digest import canonical
from leitstand.errors import Erased, StoreFailed
from leitstand.store import BLOB, Close
from leitstand.store.anchors import anchor, public_of, signing_key
from leitstand.store.erasure import erase
from leitstand.store.fault import Harm
from leitstand.store.page import Page, chain, headers_of
from leitstand.store.verify import Report, verify
from tests.store.hands import Office, answer


def tamper(office: Office, *statements: str, given: Mapping[str, str] | None = None) -> None:
    """Change the database behind the store's back."""
    with sqlite3.connect(office.folder / "journal.db") as conn:
        for statement in statements:
            assert conn.execute(statement, given or {}).rowcount > 0
    conn.close()


def named(report: Report) -> list[tuple[str, str, int]]:
    """Kind, place and event of each fault."""
    return [(f.kind, f.where, f.seq) for f in report.faults]


async def test_an_untouched_store_is_sound(office: Office) -> None:
    """Cases of every status verify, and every event is counted."""
    await office.done()
    await office.parked()
    await office.start()
    report = await verify(office.store)
    assert report.sound
    assert (report.cases, report.events) == (3, 5 + 4 + 1)


# The second case of the store, its journal of five events on three pages: 0, 1-2 and 3-4.
TAMPERING: list[tuple[str, Harm, int, str]] = [
    ("head", "altered", 0, "update cases set head = x'00' where case_no = 2"),
    ("page in the middle", "missing", 1, "delete from pages where page = (2 << 20) + 1"),
    ("first page", "missing", 0, "delete from pages where page = 2 << 20"),
    ("tail", "truncated", 3, "delete from pages where page = (2 << 20) + 3"),
    ("all pages", "missing", -1, "delete from pages where page >> 20 = 2"),
    ("tail, in the row", "altered", 3, "update cases set seq = 3 where case_no = 2"),
    ("body", "altered", 1, "update pages set body = zeroblob(80) where page = (2 << 20) + 1"),
    ("body is text", "altered", 1, "update pages set body = 'x' where page = (2 << 20) + 1"),
    ("key", "missing", -1, "delete from keys where case_no = 2"),
    ("key is text", "altered", -1, "update keys set wrapped = 'x' where case_no = 2"),
    ("number is text", "altered", -1, "update cases set seq = 'x' where case_no = 2"),
    ("requester", "altered", -1, "update cases set requester = 'eve' where case_no = 2"),
    ("tenant", "altered", -1, "update cases set tenant = 'u' where case_no = 2"),
    ("name", "altered", -1, "update cases set ulid = 'X' where case_no = 2"),
    ("status", "altered", -1, "update cases set status = 'waiting' where case_no = 2"),
    (
        "headers unreadable",
        "altered",
        1,
        "update pages set headers = '[[' where page = (2 << 20) + 1",
    ),
    (
        "address",
        "altered",
        0,
        """update pages set headers = replace(cast(headers as text), 'read#1', 'read#2')
        where page = (2 << 20) + 1""",
    ),
    (
        "number",
        "altered",
        1,
        """update pages set headers = replace(cast(headers as text), '[[1,', '[[7,')
        where page = (2 << 20) + 1""",
    ),
    (
        "body of another case",
        "altered",
        1,
        """update pages set body = (select body from pages where page = (1 << 20) + 1)
        where page = (2 << 20) + 1""",
    ),
]


@pytest.mark.parametrize(
    ("kind", "seq", "statement"), [t[1:] for t in TAMPERING], ids=[t[0] for t in TAMPERING]
)
async def test_tampering_is_found_and_named(
    filed: Office, kind: Harm, seq: int, statement: str
) -> None:
    """Each change is found, with the case and the event; the cases beside it stay sound (R7)."""
    await filed.done()
    ulid = await filed.done()
    await filed.done()
    tamper(filed, statement)
    report = await verify(filed.store)
    place = "X" if "ulid" in statement else ulid
    assert (kind, place, seq) in named(report)
    assert {f.where for f in report.faults} == {place}
    assert all(f.advice for f in report.faults)


async def test_a_row_that_is_gone_leaves_pages_without_a_case(filed: Office) -> None:
    """Deleting a case's row alone is found by its pages."""
    await filed.done()
    await filed.done()
    tamper(filed, "delete from cases where case_no = 1")
    assert named(await verify(filed.store)) == [("missing", "case number 1", -1)]


async def test_large_bodies_count(filed: Office) -> None:
    """A blob that was changed or taken away is found; one that is as it was is not."""
    names: list[str] = []
    for size in (BLOB, BLOB * 2, BLOB * 3):
        journal = await filed.work(await filed.start())
        value = journal.value(canonical("x" * size))
        names.append(value["blob"])
        journal.record("answer", "read#1/:0", answer("dms.get", value))
        await journal.commit(close=Close("held", "defect"))
    assert (await verify(filed.store)).sound
    tamper(
        filed,
        "delete from blobs where name = :first",
        "update blobs set body = zeroblob(99) where name = :second",
        given={"first": names[0], "second": names[1]},
    )
    faults = (await verify(filed.store)).faults
    assert [f.kind for f in faults] == ["missing", "altered"]
    assert [name in f.text for f, name in zip(faults, names, strict=False)] == [True, True]


async def test_a_swapped_blob_is_not_taken_for_the_answer(filed: Office) -> None:
    """A blob of the same case under another's name opens, but is refused by its digest."""
    journal = await filed.work(await filed.start())
    names = [journal.blob(text) for text in (b"one" * 999, b"two" * 999)]
    await journal.commit(close=Close("held", "defect"))
    tamper(
        filed,
        "delete from blobs where name = :first",
        "update blobs set name = :first where name = :second",
        given={"first": names[0], "second": names[1]},
    )
    with pytest.raises(StoreFailed):
        await filed.store.blob(journal.case.no, names[0], journal.key)


async def test_an_erased_case_still_proves_its_chain(filed: Office) -> None:
    """With its key destroyed a case cannot be read, yet every change of its chain is found."""
    ulid = await filed.done()
    await erase(filed.store, ulid, {"signed": ["ben"]})
    with pytest.raises(Erased):
        await filed.store.journal(ulid)
    report = await verify(filed.store)
    assert report.sound
    assert (report.erased, report.events) == (1, 6)
    tamper(filed, "delete from pages where page = (select max(page) from pages)")
    assert named(await verify(filed.store)) == [("truncated", ulid, 5)]


async def test_a_key_that_is_gone_without_erasure_is_missing(filed: Office) -> None:
    """Only a recorded erasure explains that a case cannot be read any more."""
    ulid = await filed.done()
    tamper(filed, "update keys set wrapped = x''")
    assert named(await verify(filed.store)) == [("missing", ulid, -1)]


async def test_a_rewritten_chain_needs_an_anchor(filed: Office) -> None:
    """Who owns the database can make a chain anew: it verifies alone, but not by its anchor."""
    path, key = filed.folder / "anchors.jsonl", signing_key(filed.folder / "anchor.key")
    ulid = await filed.done()
    await anchor(filed.store, key, path)
    rewrite(filed, "read#1", "read#2")
    assert (await verify(filed.store)).faults[-1].text.startswith("anchor: it is signed with a key")
    report = await verify(filed.store, path, {public_of(key)})
    assert named(report) == [("altered", ulid, 0)]


@pytest.mark.kernel(18)
async def test_a_shortened_case_is_truncated(filed: Office) -> None:
    """A tail cut off together with its row's number and head is known from the anchor."""
    path, key = filed.folder / "anchors.jsonl", signing_key(filed.folder / "anchor.key")
    ulid = await filed.parked()
    await anchor(filed.store, key, path)
    tamper(filed, "delete from pages where page > 1 << 20")
    rewrite(filed, "nothing", "nothing")
    report = await verify(filed.store, path, {public_of(key)})
    assert named(report) == [("truncated", ulid, 1)]


@pytest.mark.kernel(18)
async def test_a_case_that_is_gone_is_missing(filed: Office) -> None:
    """A case deleted from every table is known from the anchor, by its name."""
    path, key = filed.folder / "anchors.jsonl", signing_key(filed.folder / "anchor.key")
    ulid = await filed.done()
    await filed.done()
    await anchor(filed.store, key, path)
    tamper(
        filed,
        "delete from cases where case_no = 1",
        "delete from keys where case_no = 1",
        "delete from pages where page < 2 << 20",
    )
    report = await verify(filed.store, path, {public_of(key)})
    assert named(report) == [("missing", ulid, -1)]


def rewrite(office: Office, old: str, new: str) -> None:
    """Replace a text in all headers of the first case and make its chain anew, as in an attack."""
    with sqlite3.connect(office.folder / "journal.db") as conn:
        head, seq = b"", 0
        for at, headers, body in conn.execute("select * from pages order by page").fetchall():
            changed = headers.replace(old.encode(), new.encode())
            conn.execute("update pages set headers = ? where page = ?", (changed, at))
            for event, made in headers_of(Page(at, changed, body), head):
                assert made == chain(head, event.seq, event)
                head, seq = made, event.seq + 1
        conn.execute("update cases set head = ?, seq = ?", (head, seq))
    conn.close()
