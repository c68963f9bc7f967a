"""Traces: what of erased cases lies beside the store, found by name and removed.

Beside an SQLite file lie files that arrived, exports, and the books of inbox and channels. What has
to go is named in `traces`; it is removed as often as it takes, then the database is written anew.
"""

import asyncio
import sqlite3
import tomllib
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, select

from leitstand.store.erasure import HASH
from leitstand.store.page import Page, open_page, unwrap
from leitstand.store.schema import PAGE_SHIFT, cases, keys, pages, traces
from leitstand.store.store import Store

_EXPORT = b'"leitstand-export-1"'
_KEPT = ("anchors.jsonl", "people.json", "place.json", "session.json")


async def sweep(store: Store) -> None:
    """Remove what is named and rewrite the database; does nothing where nothing is named.

    Called after an erasure and whenever a store is opened for writing. Raises StoreFailed,
    OSError, sqlite3.Error: something is left, and stays named.
    """
    words = await store.read(lambda conn: {*conn.execute(select(traces.c.word)).scalars()})
    if not words:
        return
    if store.folder is not None:
        hashes = {word for word in words if HASH.fullmatch(word)}
        gone = hashes - await store.read(lambda conn: _named(conn, store.master, hashes))
        await asyncio.to_thread(_clear, store.folder, words - hashes, gone)
    await store.writer.rewrite()
    done = traces.delete().where(traces.c.word.in_(words))
    await store.writer.work(lambda conn: conn.execute(done))


def _named(conn: Connection, master: bytes, hashes: Collection[str]) -> set[str]:
    """Those that the input of a case which is there names: their files stay."""
    first = pages.c.page == cases.c.case_no.op("<<")(PAGE_SHIFT)
    query = select(cases.c.ulid, keys.c.wrapped, pages.c.headers, pages.c.body)
    query = query.join(keys, keys.c.case_no == cases.c.case_no).join(pages, first)
    found: set[str] = set()
    rows = conn.execute(query.where(cases.c.status != "erased")) if hashes else ()
    for ulid, wrapped, headers, body in rows:
        given = next(open_page(Page(0, headers, body), unwrap(master, wrapped, ulid))).body
        found |= {*HASH.findall(given.decode())}
    return found


def _clear(folder: Path, words: Collection[str], gone: Collection[str]) -> None:
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        if file.name in gone:
            file.unlink()
        elif file.suffix in (".json", ".jsonl") and file.name not in _KEPT:
            _clear_lines(file, [word.encode() for word in words])
    books = Path(__file__).with_name("traces.toml").read_text(encoding="utf-8")
    for name, tables in tomllib.loads(books).items():
        if (folder / name).is_file():
            _clear_book(folder / name, words, tables)


def _clear_lines(file: Path, words: Collection[bytes]) -> None:
    """Take out lines that name a case; of an export, all."""
    content = file.read_bytes()
    lines = [] if _EXPORT in content else content.splitlines(keepends=True)
    left = b"".join(line for line in lines if not any(word in line for word in words))
    if not any(word in content for word in words):
        return
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(left)
    part.replace(file)
    if not left:
        file.unlink()


def _clear_book(file: Path, words: Collection[str], tables: dict[str, str]) -> None:
    with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as conn:
        there = {name for (name,) in conn.execute("select name from sqlite_master")}
        codes = "select code from cards where checkpoint = ?" if "cards" in there else "select ?"
        mine = {*words, *(code for word in words for (code,) in conn.execute(codes, [word]))}
        for table, change in tables.items():
            if table in there:
                conn.executemany(change, [[word] for word in mine])
        conn.execute("vacuum")
        conn.execute("pragma wal_checkpoint(truncate)")
