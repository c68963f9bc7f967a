"""Projections made anew from the journals equal those that were written with them."""

import asyncio
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, delete, select, update

from leitstand.errors import StoreFailed
from leitstand.store.anchors import public_of, signing_key
from leitstand.store.rebuild import rebuild
from leitstand.store.schema import (
    approvals,
    business_keys,
    cases,
    checkpoints,
    effects,
    keys,
    marks,
    reservations,
)
from leitstand.store.verify import verify
from tests.store.hands import Office
from tests.store.histories import History

PROJECTIONS = (checkpoints, approvals, effects, business_keys, reservations)
KEPT = ("bursts", "fence", "changed", "due")
"""What no journal holds: a row that was lost begins with them anew."""


async def table(office: Office, which: Table) -> list[dict[str, Any]]:
    """All rows of a table, in the order of its key."""
    query = select(which).order_by(*which.primary_key.columns)
    return await office.store.read(lambda c: [dict(r) for r in c.execute(query).mappings()])


async def standing(office: Office, *, whole: bool) -> list[dict[str, Any]]:
    """All cases, the difference between ready and waiting left out: due is what counts."""
    now = office.clock.time()
    rows = await table(office, cases)
    for row in rows:
        ended = row["status"] in ("done", "rejected", "exception")
        row["pending"] = 0 if ended else row["pending"]
        row["status"] = "open" if row["status"] in ("ready", "waiting") else row["status"]
        row["due"] = "now" if row["due"] is not None and row["due"] <= now else row["due"]
        for name in () if whole else KEPT:
            del row[name]
    return rows


async def snapshot(office: Office, *, whole: bool) -> list[list[dict[str, Any]]]:
    """All that `rebuild` makes."""
    rows = [await table(office, t) for t in PROJECTIONS]
    return [await standing(office, whole=whole), *rows, await left(office)]


async def left(office: Office) -> list[dict[str, Any]]:
    """The marks of all cases; the words of a case together, however they came."""
    found = await table(office, marks)
    words: dict[int, set[str]] = {}
    for row in (row for row in found if row["kind"] == "words"):
        words.setdefault(row["case_no"], set()).update(row["name"].split())
    rest = sorted((row for row in found if row["kind"] != "words"), key=str)
    return [*rest, *({"case_no": no, "words": words[no]} for no in sorted(words))]


def wipe(conn: Connection) -> None:
    """Lose every projection, the rows of cases too."""
    for which in (cases, *PROJECTIONS, marks):
        conn.execute(delete(which))


async def check(random: Random, moves: int) -> None:
    """Play a history, rebuild, compare; lose all projections, rebuild, compare."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        try:
            await compare(office, random, moves)
        finally:
            office.store.close()


async def compare(office: Office, random: Random, moves: int) -> None:
    """The same, in an office that the caller closes."""
    await History(office, random).play(moves)
    office.reopen()
    live = await snapshot(office, whole=True)
    await rebuild(office.store)
    assert await snapshot(office, whole=True) == live
    less = await snapshot(office, whole=False)
    await office.store.writer.work(wipe)
    written = await rebuild(office.store)
    assert await snapshot(office, whole=False) == less
    assert written["cases"] == len(live[0])
    path, key = office.folder / "anchors.jsonl", signing_key(office.folder / "k")
    assert (await verify(office.store, path, {public_of(key)})).sound


async def test_what_cannot_be_opened_changes_nothing(office: Office) -> None:
    """With a key gone and no erasure on record nothing is rebuilt, and nothing is lost."""
    await office.parked()
    ulid = await office.parked()
    live = await snapshot(office, whole=True)
    lose = delete(keys).where(keys.c.case_no == 2)
    await office.store.writer.work(lambda conn: conn.execute(lose).close())
    with pytest.raises(StoreFailed, match=ulid):
        await rebuild(office.store)
    assert await snapshot(office, whole=True) == live


async def test_rows_of_an_erased_case_stay(office: Office) -> None:
    """What can no longer be read is not dropped: its effects and checkpoints are still known."""
    await office.done()
    await office.parked()
    live = await snapshot(office, whole=True)
    await office.store.writer.work(
        lambda conn: conn.execute(update(keys).values(wrapped=b"")).close()
    )
    assert (await rebuild(office.store))["erased"] == 2
    assert await snapshot(office, whole=True) == live


@pytest.mark.slow
@given(st.randoms(use_true_random=False), st.integers(1, 25))
@settings(max_examples=20)
def test_rebuilt_tables_equal_the_live_ones(random: Random, moves: int) -> None:
    """After any history every table that `rebuild` makes equals what was there, or was lost."""
    asyncio.run(check(random, moves))
