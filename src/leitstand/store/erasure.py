"""Erasure: a closed case and all that it handed over are erased, or may be read by a role alone.

To erase is to destroy keys and bodies: the chain covers headers, so that it still verifies (KERNEL
no. 33). What is said of it stands in clear in the last page, for there is no key any more, and
tells nothing of the case. What lies outside these tables is named in `traces` by the same commit
and removed after it (`leitstand.store.traces`): a crash leaves all of it undone, or to be finished.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, select

from leitstand.digest import canonical, plain
from leitstand.errors import Contradiction
from leitstand.records import Event
from leitstand.store.arrival import CLOSED, family
from leitstand.store.batch import Append, Batch, Close
from leitstand.store.page import CaseKey, headers_of, open_page, unwrap
from leitstand.store.schema import (
    PAGE_SHIFT,
    arrivals,
    blobs,
    cases,
    checkpoints,
    keys,
    pages,
    signals,
    traces,
)
from leitstand.store.shelf import MASK, keys_of, pages_of
from leitstand.store.store import Store

__all__ = ["erase", "erasure_of", "restrict"]

_NAMELESS = {"title": "", "requester": ""}
_HASH = re.compile(rb"\b[0-9a-f]{64}\b")


async def erase(store: Store, ulid: str, said: Mapping[str, object]) -> int:
    """Destroy keys and bodies of a case and its children; how many cases, 0 if it was done before.

    `said`: who asked and signed, on which basis. Raises Missing, and Contradiction: the case, its
    parent or a child is still open.
    """
    raw, at = canonical(said), store.clock.time()
    event = Event("erased", "", raw, plain(raw)[:32])

    def write(conn: Connection) -> int:
        rows = _closed(conn, ulid)
        _leave_traces(conn, store.master, rows)
        batch = Batch(conn)
        for row in rows:
            _destroy(conn, row.case_no, row.ulid)
            batch.add(_append(row, at, event, raw, Close("erased")))
        batch.flush()
        _unname(conn, rows)
        return len(rows)

    return await store.writer.work(write)


async def restrict(store: Store, ulid: str, said: Mapping[str, Any]) -> int:
    """Let the roles in `said` alone read a case and its children, until the day in it; how many.

    Then erasing becomes due; nothing erases by itself. Raises as `erase`.
    """
    until = datetime.fromisoformat(said["until"]).replace(tzinfo=UTC) + timedelta(days=1)
    close, at = ("restricted", until.timestamp()), store.clock.time()
    raw = canonical({**said, "due": until.timestamp()})

    def write(conn: Connection) -> int:
        rows = _closed(conn, ulid)
        batch = Batch(conn)
        for row, key in _keys(conn, store.master, rows):
            event = Event("restricted", "", raw, key.digest(raw))
            batch.add(_append(row, at, event, key.encrypt(raw), Close(row.status, *close)))
        batch.flush()
        _unname(conn, rows)
        return len(rows)

    return await store.writer.work(write)


async def erasure_of(store: Store, ulid: str) -> dict[str, Any] | None:
    """What is on record of an erasure, with its `receipt`; None: it is not erased. Raises Missing.

    The receipt names the case and the head of its chain: it proves, and holds none of the data.
    """

    def read(conn: Connection) -> dict[str, Any] | None:
        row = family(conn, ulid)[0]
        if row.status != "erased":
            return None
        last = pages_of(conn, [row.case_no])[row.case_no][-1]
        body = next(headers_of(last, b""))[0].body
        return {**orjson.loads(body), "receipt": f"{row.ulid}-{row.head.hex()[:16]}"}

    return await store.read(read)


def _closed(conn: Connection, ulid: str) -> list[Any]:
    """The case and its children that are not erased; none of them, and no parent, is open."""
    rows = line = family(conn, ulid)
    while line[0].parent:
        above = conn.execute(select(cases).where(cases.c.ulid == line[0].parent)).all()
        line = [*above, *line] if above else line
        if not above:
            break
    if still := [row.ulid for row in line if row.status not in CLOSED]:
        raise Contradiction(f"case `{still[0]}` is still open")
    return [row for row in rows if row.status != "erased"]


def _append(row: Any, at: float, event: Event, bodies: bytes, close: Close) -> Append:  # noqa: ANN401 - a row
    return Append(row.case_no, row.tenant, row.fence, at, (event,), bodies, close=close)


def _destroy(conn: Connection, no: int, ulid: str) -> None:
    low = no << PAGE_SHIFT
    conn.execute(keys.update().where(keys.c.case_no == no).values(wrapped=b""))
    conn.execute(pages.update().where(pages.c.page.between(low, low | MASK)).values(body=b""))
    for table in (blobs, signals):
        conn.execute(table.delete().where(table.c.case_no == no))
    conn.execute(arrivals.update().where(arrivals.c.cases.contains(ulid)).values(place=""))


def _unname(conn: Connection, rows: Sequence[Any]) -> None:
    mine = cases.c.case_no.in_([row.case_no for row in rows])
    conn.execute(cases.update().where(mine).values(**_NAMELESS, pending=0))


def _keys(conn: Connection, master: bytes, rows: Sequence[Any]) -> Iterator[tuple[Any, CaseKey]]:
    wrapped = keys_of(conn, [row.case_no for row in rows])
    yield from ((row, unwrap(master, wrapped[row.case_no], row.ulid)) for row in rows)


def _leave_traces(conn: Connection, master: bytes, rows: Sequence[Any]) -> None:
    """Name what is to be removed elsewhere: cases, checkpoints, files that their inputs name."""
    mine = checkpoints.c.case_no.in_([row.case_no for row in rows])
    words = {row.ulid for row in rows} | {
        *conn.execute(select(checkpoints.c.id).where(mine)).scalars()
    }
    for row, key in _keys(conn, master, rows):
        first = next(open_page(pages_of(conn, [row.case_no])[row.case_no][0], key))
        words |= {found.decode() for found in _HASH.findall(first.body)}
    words -= {*conn.execute(select(traces.c.word)).scalars()}
    if words:
        conn.execute(traces.insert(), [{"word": word} for word in sorted(words)])
