"""Opening the channels of a project: what is configured is connected, and everything runs."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.routing import Route

from leitstand.channels.hearing import Hearing
from leitstand.channels.links import Link, Links
from leitstand.channels.notices import Notices
from leitstand.channels.outbox import Outbox
from leitstand.channels.port import Channel, Reply, Said
from leitstand.channels.settings import Settings, read_settings
from leitstand.channels.tables import metadata
from leitstand.errors import StoreFailed
from leitstand.inbox import Notice, Texts, texts_of
from leitstand.inbox.book import Book
from leitstand.runtime import Leitstand

_LOG = logging.getLogger("leitstand.channels")
Connect = Callable[[Book, Texts], Sequence[Channel]]
"""Makes the channels that there are to be."""
PAUSE = 5.0
"""Seconds after which a channel that failed is tried again."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of one tenant, running."""

    book: Book
    links: Links
    outbox: Outbox
    notices: Notices
    hearing: Hearing
    each: Sequence[Channel]

    @property
    def routes(self) -> list[Route]:
        """Addresses that the web server answers for the channels."""
        return [route for channel in self.each for route in channel.routes]

    async def hear(self, said: Said) -> Reply | None:
        """Take in what was said, and send what it led to."""
        reply = await self.hearing.hear(said)
        self.outbox.nudge()
        if reply is not None and reply.outcome == "linked":
            self.notices.nudge()
        return reply

    async def tell(self, notice: Notice) -> None:
        """Pass on that a deadline was reached."""
        await self.notices.remind(notice)

    async def run(self) -> None:
        """Tell, send and hear until cancelled; a channel that fails stops no other.

        Raises StoreFailed: nothing can be recorded any more.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(_again("notices", self.notices.run))
            for channel in self.each:
                name = channel.name
                group.create_task(_again(name, lambda n=name: self.outbox.run(n)))
                group.create_task(_again(name, lambda c=channel: c.listen(self.hear)))


def configured(leitstand: Leitstand) -> AbstractAsyncContextManager[Channels]:
    """The channels of the project's table, not yet running.

    Raises ProjectRefused: a setting that is none. Raises SecretMissing.
    """
    settings = read_settings(leitstand.project.table.channels)
    return open_channels(leitstand, settings, settings.connect, settings.known())


@asynccontextmanager
async def open_channels(
    leitstand: Leitstand,
    settings: Settings,
    connect: Connect,
    known: Iterable[Link] = (),
) -> AsyncGenerator[Channels]:
    """The channels of an open project; their tables lie in `channels.db` of the state folder."""
    book = Book(leitstand.state / "channels.db", metadata)
    texts = texts_of(settings.language, leitstand.project.texts, leitstand.zone)
    channels: Sequence[Channel] = ()
    try:
        channels = connect(book, texts)
        links, named = Links(leitstand, book), {channel.name: channel for channel in channels}
        outbox = Outbox(book, leitstand.rules.clock, named)
        common: Any = {"texts": texts, "link": settings.url}
        notices = Notices(leitstand, book, links, outbox, channels=named, known=known, **common)
        native = frozenset(c.name for c in channels if c.native)
        hearing = Hearing(leitstand, book, links, native=native, **common)
        yield Channels(book, links, outbox, notices, hearing, tuple(channels))
    finally:
        for channel in channels:
            await channel.close()
        book.close()


async def _again(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run; after an error say so and run again, but never without a store."""
    while True:
        try:
            await run()
            return
        except StoreFailed:
            raise
        except Exception:  # noqa: BLE001 - the other side may send anything; the inbox goes on
            _LOG.exception("%s: failed, and is tried again", name)
        await asyncio.sleep(PAUSE)
