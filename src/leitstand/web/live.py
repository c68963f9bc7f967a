"""Live: every open page hears that something has changed, and asks for itself anew.

Only that there is a change is sent, never what: a page shows what its own person may see. A change
by another process is noticed within a second, one of this process at once.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Connection, func, select

from leitstand.store import Store
from leitstand.store.schema import cases, signals

__all__ = ["Live"]

LOOK = 1.0
"""Seconds between two looks at what other processes did."""


class Live:
    """The listeners of one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[asyncio.Event] = set()
        self._seen: Any = None

    def changed(self) -> None:
        """Tell everybody."""
        for listener in self._listeners:
            listener.set()

    async def watch(self) -> None:
        """Look at the store until cancelled."""
        while True:
            seen = await self._store.read(_state)
            if seen != self._seen and self._seen is not None:
                self.changed()
            self._seen = seen
            await asyncio.sleep(LOOK)

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


def _state(conn: Connection) -> tuple[Any, ...]:
    changed = conn.execute(select(func.max(cases.c.changed), func.sum(cases.c.seq))).one()
    return (*changed, conn.execute(select(func.count()).select_from(signals)).scalar())
