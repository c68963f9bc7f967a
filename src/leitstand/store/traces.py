"""Traces: what of erased cases lies beside the store, found by name and removed.

Beside an SQLite store lie files that arrived, exports, and the books of inbox and channels. What
has to go is named in `traces`; it is removed as often as it takes, then the database is rewritten.
"""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, delete, select

from leitstand.store.page import Page, open_page, unwrap
from leitstand.store.schema import PAGE_SHIFT, cases, keys, pages, traces
from leitstand.store.store import Store

__all__ = ["sweep"]

_HASH = re.compile(r"[0-9a-f]{64}")
_EXPORT = b'"leitstand-export-1"'
_KEPT = ("anchors.jsonl", "people.json", "place.json", "session.json")
_BOOKS = {
    "web.db": {
        "drafts": "delete from drafts where checkpoint = ?",
        "postponed": "delete from postponed where checkpoint = ?",
        "assignments": "delete from assignments where checkpoint = ?",
        "proposals": "delete from proposals where checkpoint = ?",
        "samples": "delete from samples where ulid = ?",
        "deadlines": "delete from deadlines where instr(checkpoint, ?) = 1",
        "notices": "delete from notices where instr(checkpoint, ?) = 1",
    },
    "channels.db": {
        "heard": "update heard set reply = '' where instr(reply, ?)",
        "outbox": "delete from outbox where instr(key, ?) or (instr(letter, ?1) and key like '%/reply')",
        "cards": "delete from cards where checkpoint = ?",
    },
}
"""By file and table: what holds something of a case or checkpoint of this name, or of a card's
code. Letters that lie there to be sent are named by their key."""


async def sweep(store: Store) -> None:
    """Remove what is named and rewrite the database; does nothing where nothing is named.

    Call it after an erasure and whenever a store is opened for writing. Raises StoreFailed: the
    database could not be rewritten, and OSError, sqlite3.Error; it is to be done again then.
    """
    words = await store.read(lambda conn: {*conn.execute(select(traces.c.word)).scalars()})
    if not words:
        return
    hashes = {word for word in words if _HASH.fullmatch(word)}
    if store.folder is not None:
        still = await store.read(lambda conn: _named(conn, store.master, hashes))
        await asyncio.to_thread(_clear, store.folder, words - hashes, hashes - still)
    await store.writer.rewrite()
    await store.writer.work(
        lambda conn: conn.execute(delete(traces).where(traces.c.word.in_(words)))
    )


def _named(conn: Connection, master: bytes, hashes: set[str]) -> set[str]:
    """Those that the input of another case names: their files stay."""
    if not hashes:
        return hashes
    query = (
        select(cases.c.ulid, keys.c.wrapped, pages.c.headers, pages.c.body)
        .join(keys, keys.c.case_no == cases.c.case_no)
        .join(pages, pages.c.page == cases.c.case_no.op("<<")(PAGE_SHIFT))
        .where(cases.c.status != "erased")
    )
    found: set[str] = set()
    for ulid, wrapped, headers, body in conn.execute(query):
        first = next(open_page(Page(0, headers, body), unwrap(master, wrapped, ulid))).body.decode()
        found |= {*_HASH.findall(first)} & hashes
    return found


def _clear(folder: Path, words: set[str], hashes: set[str]) -> None:
    for file in [path for path in folder.rglob("*") if path.name in hashes and path.is_file()]:
        file.unlink()
    for name, tables in _BOOKS.items():
        if (folder / name).is_file():
            _clear_book(folder / name, words, tables)
    for file in [*folder.rglob("*.json"), *folder.rglob("*.jsonl")]:
        if file.name not in _KEPT:
            _clear_lines(file, [word.encode() for word in words])


def _clear_book(file: Path, words: set[str], tables: dict[str, str]) -> None:
    with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as conn:
        there = {name for (name,) in conn.execute("select name from sqlite_master")}
        mine = [[word] for word in words]
        if "cards" in there:
            known = (
                conn.execute("select code from cards where checkpoint = ?", word) for word in mine
            )
            mine += [[code] for rows in known for (code,) in rows]
        for change in (sql for table, sql in tables.items() if table in there):
            conn.executemany(change, mine)
        conn.execute("vacuum")
        conn.execute("pragma wal_checkpoint(truncate)")


def _clear_lines(file: Path, words: list[bytes]) -> None:
    """Take out lines that name a case; of an export, all."""
    content = file.read_bytes()
    if not any(word in content for word in words):
        return
    lines = [] if _EXPORT in content else content.splitlines(keepends=True)
    left = b"".join(line for line in lines if not any(word in line for word in words))
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(left)
    part.replace(file) if left else (part.unlink(), file.unlink())
