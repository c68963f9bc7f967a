"""The outbox: every letter is durable before it is sent, and nothing is sent twice.

A letter is marked before it leaves. One that was on its way when the process died is sent again
only on a channel whose other side takes a key once; elsewhere nobody can know whether it arrived,
and a missing notice is better than a doubled one: what waits still stands in the inbox.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from leitstand.channels.port import Channel, Letter
from leitstand.channels.tables import outbox
from leitstand.clock import Clock
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.inbox.book import Book

_LOG = logging.getLogger("leitstand.channels")
LOOK = 1.0
"""Seconds between two looks for letters whose next try is due; a new one is sent at once."""
FIRST, LONGEST = 2.0, 600.0
"""Seconds until the first retry, doubled each time up to the longest."""
TRIES = 30
"""Attempts after which a letter is given up: with the pauses above, some four hours."""


def put(conn: Connection, letter: Letter, now: float) -> None:
    """Lay a letter down in a transaction; one with a known key is there already."""
    row = {
        "key": letter.key,
        "channel": letter.channel,
        "letter": letter.model_dump_json(),
        "replaces": letter.replaces,
        "state": "due",
        "attempts": 0,
        "due": now,
        "handle": "",
    }
    conn.execute(insert(outbox).prefix_with("or ignore").values(row))


class Outbox:
    """Sends what was laid down, in its order, each channel for itself."""

    def __init__(self, book: Book, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._book, self._clock, self._channels = book, clock, channels
        self._news = {name: asyncio.Event() for name in channels}

    def nudge(self) -> None:
        """Something new lies there."""
        for news in self._news.values():
            news.set()

    async def run(self, name: str) -> None:
        """Send a channel's letters until cancelled."""
        channel = self._channels[name]
        await self.settle(channel)
        while True:
            self._news[name].clear()
            while await self.send_next(channel):
                pass
            try:
                await asyncio.wait_for(self._news[name].wait(), LOOK)
            except TimeoutError:
                continue

    async def settle(self, channel: Channel) -> None:
        """After a restart: what was on its way is due again, or given up as unknown."""
        state = "due" if channel.keyed else "dead"
        where = (outbox.c.channel == channel.name, outbox.c.state == "sending")
        change = update(outbox).where(*where).values(state=state)
        count = await self._book.write(change)
        if count and not channel.keyed:
            _LOG.warning("%s: %d letters may have been sent or not", channel.name, count)

    async def send_next(self, channel: Channel) -> bool:
        """Send the first letter that is due; False: there is none."""
        row = await self._book.ask(lambda c: _take(c, channel.name, self._clock.time()))
        if row is None:
            return False
        letter = Letter.model_validate_json(row.letter)
        try:
            handle = await channel.send(letter, row.before)
        except Unreachable as error:
            await self._failed(row, error)
            return True
        except ChannelRefused as error:
            _LOG.error("%s: letter %s is given up: %s", channel.name, letter.key, error)
            await self._mark(row.no, state="dead")
            return True
        await self._mark(row.no, state="sent", handle=handle)
        return True

    async def _failed(self, row: Any, error: Unreachable) -> None:  # noqa: ANN401 - a row
        tries = row.attempts + 1
        _LOG.warning("%s: letter %s, attempt %d: %s", row.channel, row.key, tries, error)
        pause = min(FIRST * 2 ** min(row.attempts, 20), LONGEST)
        state = "dead" if tries >= TRIES else "due"
        await self._mark(row.no, state=state, attempts=tries, due=self._clock.time() + pause)

    async def _mark(self, no: int, **values: object) -> None:
        await self._book.write(update(outbox).where(outbox.c.no == no).values(values))


def _take(conn: Connection, channel: str, now: float) -> Any:  # noqa: ANN401 - a row
    """Mark the first letter that is due as on its way; it waits for the one that it replaces."""
    before = outbox.alias()
    query = (
        select(outbox, before.c.handle.label("before"))
        .outerjoin(before, before.c.key == outbox.c.replaces)
        .where(outbox.c.channel == channel, outbox.c.state == "due", outbox.c.due <= now)
        .where((outbox.c.replaces == "") | before.c.state.in_(("sent", "dead")))
        .order_by(outbox.c.no)
        .limit(1)
    )
    row = conn.execute(query).first()
    if row is not None:
        conn.execute(update(outbox).where(outbox.c.no == row.no).values(state="sending"))
    return row
