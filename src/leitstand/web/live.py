"""Live: every open page hears that something has changed, and asks for itself anew.

Only that there is a change is sent, never what: a page shows what its own person may see. A change
by another process is noticed within a second, one of this process at once. What is looked at for
that are the newest cases of each status, by an index: how many cases there are does not count.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, get_args

from sqlalchemy import Connection, bindparam, select
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from leitstand.records import Status
from leitstand.store import Store
from leitstand.store.schema import cases

__all__ = ["Live", "Stream"]

LOOK = 1.0
"""Seconds between two looks at what other processes did."""
PING = 20.0
"""Seconds after which an idle stream says that it is still there."""
NEWEST = 10
"""Cases of each status that are looked at: the clock of another process may lag behind by some."""


class Listener:
    """An open page, as long as it listens."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._over = False

    def tell(self) -> None:
        """Something has changed; told twice before it was said, it is said once."""
        self._told.set()

    def end(self) -> None:
        """Nothing more is said."""
        self._over = True
        self._told.set()

    async def events(self) -> AsyncIterator[bytes]:
        """`changed` whenever it is told, and a comment now and then."""
        while True:
            try:
                async with asyncio.timeout(PING):
                    await self._told.wait()
            except TimeoutError:
                yield b": ping\r\n\r\n"
                continue
            if self._over:
                return
            self._told.clear()
            yield b"event: changed\r\ndata: 1\r\n\r\n"


class Live:
    """The listeners of one process."""

    def __init__(self, store: Store, tenant: str) -> None:
        self._store, self._tenant = store, tenant
        self._listeners: set[Listener] = set()
        self._seen: Any = None
        self._over = False

    def changed(self) -> None:
        """Tell everybody."""
        for listener in self._listeners:
            listener.tell()

    def end(self) -> None:
        """End every stream, those that are yet to come as well: the server stops."""
        self._over = True
        for listener in self._listeners:
            listener.end()

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

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A page that listens from now on."""
        listener = Listener()
        self._listeners.add(listener)
        if self._over:
            listener.end()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)


class Stream(StreamingResponse):
    """What an open page hears, until it or the server goes (Server-Sent Events).

    There are hundreds of them, so each has one task beside its request's own, no more.
    """

    media_type = "text/event-stream"

    def __init__(self, live: Live) -> None:
        # Proxies are asked to pass every event on at once (nginx reads this header).
        super().__init__((), headers={"x-accel-buffering": "no"})
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._live.listening() as listener:
            self.body_iterator = listener.events()
            leaving = asyncio.create_task(self._leave(receive, listener))
            try:
                if scope["method"] == "HEAD":
                    listener.end()
                await self.stream_response(send)
            finally:
                leaving.cancel()

    async def _leave(self, receive: Receive, listener: Listener) -> None:
        await self.listen_for_disconnect(receive)
        listener.end()


_QUERY = (
    select(cases.c.case_no, cases.c.changed, cases.c.seq, cases.c.pending)
    .where(cases.c.tenant == bindparam("tenant"), cases.c.status == bindparam("status"))
    .order_by(cases.c.changed.desc())
    .limit(NEWEST)
)
