"""Lock-out: after a few wrong passphrases nobody can try any more for a while.

Counted by person and by address of the sender, so that neither one person's passphrase nor many
people's with one passphrase can be guessed.
"""

import asyncio
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from leitstand.clock import Clock
from leitstand.web.tables import attempts

__all__ = ["FAILURES", "PAUSE", "Lockout"]

FAILURES = 5
"""Wrong tries after which a name is locked; an address after four times as many."""
PAUSE = 900.0
"""Seconds that it stays locked, and after which earlier failures are forgotten."""


class Lockout:
    """Failed logins, kept over restarts."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def locked(self, person: str, address: str) -> bool:
        """Whether this person, or whoever sits at this address, has to wait."""
        limits = {f"person {person}": FAILURES, f"address {address}": 4 * FAILURES}
        since = self._clock.time() - PAUSE
        query = select(attempts).where(attempts.c.name.in_(limits), attempts.c.at > since)

        def read() -> list[Any]:
            with self._engine.connect() as conn:
                return list(conn.execute(query))

        return any(row.failed >= limits[row.name] for row in await asyncio.to_thread(read))

    async def failed(self, person: str, address: str) -> None:
        """Count a failure."""
        now = self._clock.time()

        def write() -> None:
            with self._engine.begin() as conn:
                for name in (f"person {person[:100]}", f"address {address}"):
                    known = conn.execute(select(attempts).where(attempts.c.name == name)).first()
                    count = known.failed if known and known.at > now - PAUSE else 0
                    conn.execute(delete(attempts).where(attempts.c.name == name))
                    conn.execute(insert(attempts).values(name=name, failed=count + 1, at=now))

        await asyncio.to_thread(write)

    async def passed(self, person: str) -> None:
        """Forget a person's failures."""

        def write() -> None:
            with self._engine.begin() as conn:
                conn.execute(delete(attempts).where(attempts.c.name == f"person {person}"))

        await asyncio.to_thread(write)
