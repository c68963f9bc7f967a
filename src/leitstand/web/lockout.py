"""Lock-out: after a few wrong passphrases nobody can try any more for a while.

Counted by person and by address of the sender, so that neither one person's passphrase nor many
people's with one passphrase can be guessed; a `turn` at a time: many at once are as many.
"""

import asyncio

from sqlalchemy import Connection, delete, insert, select

from leitstand.clock import Clock
from leitstand.inbox.book import Book
from leitstand.web.tables import attempts

FAILURES = 5
"""Wrong tries after which a name is locked; an address after four times as many."""
PAUSE = 900.0
"""Seconds that it stays locked, and after which earlier failures are forgotten."""


class Lockout:
    """Failed logins, kept over restarts."""

    def __init__(self, book: Book, clock: Clock) -> None:
        self._book, self._clock = book, clock
        self.turn = asyncio.Lock()

    async def locked(self, person: str, address: str) -> bool:
        """Whether this person, or whoever sits at this address, has to wait."""
        limits = {f"person {person[:100]}": FAILURES, f"address {address}": 4 * FAILURES}
        since = self._clock.time() - PAUSE
        query = select(attempts).where(attempts.c.name.in_(limits), attempts.c.at > since)
        return any(row.failed >= limits[row.name] for row in await self._book.rows(query))

    async def failed(self, person: str, address: str) -> None:
        """Count a failure."""
        now = self._clock.time()

        def write(conn: Connection) -> None:
            for name in (f"person {person[:100]}", f"address {address}"):
                known = conn.execute(select(attempts).where(attempts.c.name == name)).first()
                count = known.failed if known and known.at > now - PAUSE else 0
                conn.execute(delete(attempts).where(attempts.c.name == name))
                conn.execute(insert(attempts).values(name=name, failed=count + 1, at=now))

        await self._book.ask(write)

    async def passed(self, person: str) -> None:
        """Forget a person's failures."""
        await self._book.write(delete(attempts).where(attempts.c.name == f"person {person}"))
