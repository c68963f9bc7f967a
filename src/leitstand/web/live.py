"""Live: every open page hears that something has changed, and asks for itself anew.

Only that there is a change is sent, never what: a page shows what its own person may see. A change
by another process is noticed within a second, one of this process at once. What is looked at for
that are the newest cases of each status, by an index: how many cases there are does not count.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, get_args

from sqlalchemy import Connection, bindparam, select

from leitstand.records import Status
from leitstand.store import Store
from leitstand.store.schema import cases

__all__ = ["Live"]

LOOK = 1.0
"""Seconds between two looks at what other processes did."""
NEWEST = 10
"""Cases of each status that are looked at: the clock of another process may lag behind by some."""


class Live:
    """The listeners of one process."""

    def __init__(self, store: Store, tenant: str) -> None:
        self._store, self._tenant = store, tenant
        self._listeners: set[asyncio.Event] = set()
        self._seen: Any = None

    def changed(self) -> None:
        """Tell everybody."""
        for listener in self._listeners:
            listener.set()

    async def watch(self) -> None:
        """Look at the store until cancelled."""
        while True:
            seen = await self._store.read(self._newest)
            if seen != self._seen and self._seen is not None:
                self.changed()
            self._seen = seen
            await asyncio.sleep(LOOK)

    def _newest(self, conn: Connection) -> tuple[Any, ...]:
        each = ({"tenant": self._tenant, "status": status} for status in get_args(Status))
        return tuple(tuple(row) for one in each for row in conn.execute(_QUERY, one))

    async def events(self) -> AsyncIterator[dict[str, str]]:
        """`{"event": "changed"}` whenever something has; several changes at once are one."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            while True:
                await listener.wait()
                listener.clear()
                yield {"event": "changed", "data": "1"}
        finally:
            self._listeners.discard(listener)


_QUERY = (
    select(cases.c.case_no, cases.c.changed, cases.c.seq, cases.c.pending)
    .where(cases.c.tenant == bindparam("tenant"), cases.c.status == bindparam("status"))
    .order_by(cases.c.changed.desc())
    .limit(NEWEST)
)
