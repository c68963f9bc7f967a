"""`leitstand rebuild`: every projection dropped and made anew from pages, keys, signals and anchors.

What no journal holds is kept from a case's row if there is one (fence, bursts, time of the last change). What
only a burst can know (when a system may be asked again) becomes due at once. Rows of erased cases cannot
be made anew and stay as they are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select

from leitstand.errors import Erased
from leitstand.records import Event
from leitstand.store.anchors import anchors_in
from leitstand.store.page import Page, headers_of, open_page, unwrap
from leitstand.store.projection import project
from leitstand.store.schema import (
    PAGE_SHIFT,
    approvals,
    business_keys,
    cases,
    checkpoints,
    effects,
    keys,
    pages,
    reservations,
    signals,
)
from leitstand.store.standing import Standing, standing
from leitstand.store.store import Store

__all__ = ["rebuild"]

PART = 200
_MASK = (1 << PAGE_SHIFT) - 1
_TABLES = (checkpoints, approvals, effects, business_keys, reservations)


async def rebuild(store: Store) -> dict[str, int]:
    """Make every projection anew in one transaction; rows written by table, and erased cases passed over.

    No burst may run. Raises StoreFailed: a body does not open; then nothing was changed (run `verify`).
    """
    work = _Work(store.master, store.clock.time())
    return await store.writer.work(work.run)


@dataclass(slots=True)
class _Work:
    master: bytes
    now: float
    anchored: dict[str, int] = field(default_factory=dict[str, int])
    written: Counter[str] = field(default_factory=Counter[str])

    def run(self, conn: Connection) -> dict[str, int]:
        self.written.clear()  # A group that failed is done again.
        for one in anchors_in(conn):
            self.anchored |= {ulid: count for ulid, count, _ in one.content.get("cases", ())}
            self.anchored |= {ulid: count for ulid, count, _ in one.content.get("behind", ())}
        _drop(conn)
        after: int | None = 0
        while after is not None:
            after = self._part(conn, after)
        return dict(self.written)

    def _part(self, conn: Connection, after: int) -> int | None:
        """Make the rows of the cases after number `after`; the last of them, None if there was none."""
        found = _pages(conn, after)
        if not found:
            return None
        span = {"low": after, "high": max(found)}
        wrapped = {no: key for no, key in conn.execute(_KEYS, span)}
        rows = {int(r["case_no"]): dict(r) for r in conn.execute(_ROWS, span).mappings()}
        pending = {no: (count, at) for no, count, at in conn.execute(_PENDING, span)}
        ledger = _Ledger()
        for no, held in found.items():
            events = self._events(held, wrapped.get(no, b""))
            if events is None:
                self.written["erased"] += 1
                continue
            now = standing(events)
            self._case(conn, no, now, rows.get(no), pending.get(no))
            ledger.take(no, now.tenant, events)
        for table in _TABLES:
            made = ledger.rows(table)
            if made:
                conn.execute(table.insert(), made)
            self.written[table.name] += len(made)
        return span["high"]

    def _events(self, held: Sequence[Page], wrapped: bytes) -> list[Event] | None:
        ulid = next(headers_of(held[0], b""))[0].address
        try:
            key = unwrap(self.master, wrapped, ulid)
        except Erased:
            return None
        return [event for page in held for event in open_page(page, key)]

    def _case(
        self,
        conn: Connection,
        no: int,
        now: Standing,
        row: dict[str, Any] | None,
        pending: tuple[int, float] | None,
    ) -> None:
        count, at = pending if pending and not now.ended else (0, None)
        due = self.now if now.due == 0.0 else now.due
        values = {
            **now.case,
            "status": now.status,
            "reason": now.reason,
            "seq": now.seq,
            "head": now.head,
            "due": at if now.status == "waiting" and at is not None else due,
            "pending": count,
            "anchored": self.anchored.get(now.case["ulid"], 0),
            "owner": None,
        }
        if row is None:
            values |= {"case_no": no, "changed": values["opened"], "bursts": 0, "fence": 0}
            conn.execute(cases.insert(), values)
        else:
            conn.execute(cases.update().where(cases.c.case_no == no), values)
        self.written["cases"] += 1
