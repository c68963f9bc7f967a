"""Live: every open page hears that something has changed, and asks for itself anew.

Only that there is a change is sent, never what: a page shows what its own person may see. A change
by another process is noticed within a second, one of this process at once. What is looked at for
that are the newest cases of each status, by an index: how many cases there are does not count.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, get_args

from sqlalchemy import Connection, bindparam, select
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from leitstand.records import Status
from leitstand.store import Store
from leitstand.store.schema import cases

LOOK = 1.0
"""Seconds between two looks at what other processes did."""
PING = 20.0
"""Seconds after which an idle stream says that it is still there."""
NEWEST = 10
"""Cases of each status that are looked at: the clock of another process may lag behind by some."""


class Live:
    """The streams of one process."""

    def __init__(self, store: Store, tenant: str) -> None:
        self._store, self._tenant = store, tenant
        self._seen: Any = None
        self.streams: set[Stream] = set()
        self.over = False

    def changed(self) -> None:
        """Tell everybody."""
        for stream in self.streams:
            stream.told.set()

    def end(self) -> None:
        """End every stream, those that are yet to come as well: the server stops."""
        self.over = True
        for stream in self.streams:
            stream.end()

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


class Stream(StreamingResponse):
    """What an open page hears, until it or the server goes (Server-Sent Events).

    There are hundreds of them: each has one task beside its request's own, and no more.
    """

    media_type = "text/event-stream"

    def __init__(self, live: Live) -> None:
        # Proxies are asked to pass every event on at once (nginx reads this header).
        super().__init__(self._events(), headers={"x-accel-buffering": "no"})
        self._live = live
        self._over = False
        self.told = asyncio.Event()
        """Something has changed; several changes until it is said are one."""

    def end(self) -> None:
        """Say nothing more."""
        self._over = True
        self.told.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; HEAD is answered without a stream."""
        self._live.streams.add(self)
        if self._live.over or scope["method"] == "HEAD":
            self.end()
        leaving = asyncio.create_task(self._leave(receive))
        try:
            await self.stream_response(send)
        finally:
            leaving.cancel()
            self._live.streams.discard(self)

    async def _leave(self, receive: Receive) -> None:
        await self.listen_for_disconnect(receive)
        self.end()

    async def _events(self) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(PING):
                    await self.told.wait()
            except TimeoutError:
                yield b": ping\r\n\r\n"
                continue
            if self._over:
                return
            self.told.clear()
            yield b"event: changed\r\ndata: 1\r\n\r\n"


_QUERY = (
    select(cases.c.case_no, cases.c.changed, cases.c.seq, cases.c.pending)
    .where(cases.c.tenant == bindparam("tenant"), cases.c.status == bindparam("status"))
    .order_by(cases.c.changed.desc())
    .limit(NEWEST)
)
