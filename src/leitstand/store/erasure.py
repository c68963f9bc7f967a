"""Erasure: a closed case and all that it handed over are erased, or may be read by a role alone.

To erase is to destroy keys and bodies: the chain covers headers, so that it still verifies (KERNEL
no. 33). What is said of it stands in clear in the last page, for there is no key any more, and
tells nothing of the case. What lies outside these tables is named in `traces` by the same commit
and removed after it (`leitstand.store.traces`): a crash leaves all of it undone, or to be finished.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, select

from leitstand.digest import canonical, plain
from leitstand.errors import Contradiction
from leitstand.records import Event
from leitstand.store.arrival import CLOSED, family
from leitstand.store.batch import Append, Batch, Close
from leitstand.store.page import CaseKey, open_page, unwrap
from leitstand.store.prepared import Found
from leitstand.store.schema import (
    PAGE_SHIFT,
    arrivals,
    blobs,
    cases,
    checkpoints,
    keys,
    marks,
    pages,
    signals,
    traces,
)
from leitstand.store.shelf import MASK, keys_of, pages_of
from leitstand.store.store import Store

HASH = re.compile(r"\b[0-9a-f]{64}\b")
"""How a case's input names a file that lies beside the store: by its SHA-256."""
Settle = Callable[[Connection, Found, CaseKey], tuple[Event, bytes, Close]]


async def erase(store: Store, ulid: str, said: Mapping[str, object]) -> int:
    """Destroy keys and bodies of a case and its children; how many cases, 0 if it was done before.

    `said`: who asked and signed, on which basis. Raises Missing, and Contradiction: the case, its
    parent or a child is still open.
    """
    raw = canonical(said)
    event = Event("erased", "", raw, plain(raw)[:32])

    def destroyed(conn: Connection, row: Found, key: CaseKey) -> tuple[Event, bytes, Close]:
        no, low = row.case_no, row.case_no << PAGE_SHIFT
        _leave_traces(conn, row, key)
        conn.execute(keys.update().where(keys.c.case_no == no).values(wrapped=b""))
        conn.execute(pages.update().where(pages.c.page.between(low, low | MASK)).values(body=b""))
        conn.execute(blobs.delete().where(blobs.c.case_no == no))
        conn.execute(signals.delete().where(signals.c.case_no == no))
        conn.execute(arrivals.update().where(arrivals.c.cases.contains(row.ulid)).values(place=""))
        return event, raw, Close("erased")

    return await _settle(store, ulid, destroyed)


async def restrict(store: Store, ulid: str, said: Mapping[str, Any]) -> int:
    """Let the roles in `said` alone read a case and its children, until the day in it; how many.

    Then erasing becomes due; nothing erases by itself. Raises as `erase`.
    """
    end = datetime.fromisoformat(said["until"]).replace(tzinfo=UTC) + timedelta(days=1)
    raw = canonical({**said, "due": end.timestamp()})

    def kept(_: Connection, row: Found, key: CaseKey) -> tuple[Event, bytes, Close]:
        event = Event("restricted", "", raw, key.digest(raw))
        return event, key.encrypt(raw), Close(row.status, "restricted", end.timestamp())

    return await _settle(store, ulid, kept)


async def erasure_of(store: Store, ulid: str) -> dict[str, Any] | None:
    """What is on record of an erasure, with its `receipt`; None: it is not erased. Raises Missing.

    The receipt names the case and the head of its chain: it proves, and holds none of the data.
    """

    def read(conn: Connection) -> dict[str, Any] | None:
        row = family(conn, ulid)[0]
        last = pages_of(conn, [row.case_no])[row.case_no][-1]
        receipt = {"receipt": f"{row.ulid}-{row.head.hex()[:16]}"}
        return {**orjson.loads(last.body), **receipt} if row.status == "erased" else None

    return await store.read(read)


async def _settle(store: Store, ulid: str, settle: Settle) -> int:
    def write(conn: Connection) -> int:
        rows = [row for row in _closed(conn, ulid) if row.status != "erased"]
        mine = [row.case_no for row in rows]
        wrapped, batch = keys_of(conn, mine), Batch(conn)
        for row in rows:
            key = unwrap(store.master, wrapped[row.case_no], row.ulid)
            event, bodies, close = settle(conn, row, key)
            at = store.clock.time()
            batch.add(Append(row.case_no, row.tenant, row.fence, at, (event,), bodies, close=close))
        batch.flush()
        conn.execute(marks.delete().where(marks.c.case_no.in_(mine), marks.c.kind == "words"))
        nameless = cases.update().where(cases.c.case_no.in_(mine))
        conn.execute(nameless.values(title="", requester="", pending=0))
        return len(rows)

    return await store.writer.work(write)


def _closed(conn: Connection, ulid: str) -> list[Found]:
    """The case and its children. Raises Contradiction: one of them or of its parents is open."""
    rows = line = family(conn, ulid)
    while line[0].parent:
        line = [family(conn, line[0].parent)[0], *line]
    if still := [row.ulid for row in line if row.status not in CLOSED]:
        raise Contradiction(f"case `{still[0]}` is still open")
    return rows


def _leave_traces(conn: Connection, row: Found, key: CaseKey) -> None:
    """Name what is to be removed elsewhere: case, checkpoints, files that its input names."""
    mine = select(checkpoints.c.id).where(checkpoints.c.case_no == row.case_no)
    given = next(open_page(pages_of(conn, [row.case_no])[row.case_no][0], key)).body.decode()
    words = {row.ulid, *HASH.findall(given), *conn.execute(mine).scalars()}
    words -= {*conn.execute(select(traces.c.word)).scalars()}
    conn.execute(traces.insert(), [{"word": word} for word in sorted(words)])
