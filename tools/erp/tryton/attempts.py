"""Attempts: writes to Tryton whose answer may be outstanding, kept on this machine.

Tryton keeps no idempotency keys: a repeat is safe only when the first try is in Tryton and can be
found there, or has surely ended. So a try is written down before it is sent, and while its outcome
is open no other is sent under its key until `settle` seconds have passed.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Float, MetaData, String, Table, delete, insert, select

from leitstand.errors import CallFailed, Unreachable
from tools.database import Tenancy

_metadata = MetaData()
_attempt = Table(
    "tryton_attempt",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("at", Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Attempts:
    """The open attempts of a tenant."""

    site: Tenancy
    settle: float

    async def prepare(self) -> None:
        """Create the table if it is not there yet."""
        await self.site.database.create(_metadata)

    @asynccontextmanager
    async def attempt(self, key: str) -> AsyncGenerator[None]:
        """A try under `key`; it stays open where nobody can say what became of it.

        Raises Unreachable: an earlier one is open and may still arrive.
        """
        now = self.site.clock.time()
        open_until = await self.site.write(lambda c: self._begin(c, key, now))
        if open_until > now:
            rest = open_until - now
            raise Unreachable(f"an earlier try may arrive for {rest:.0f} s yet", where="tryton")
        try:
            yield
        except Unreachable as error:
            if error.detail.get("sent") is False:
                await self._end(key)
            raise
        except CallFailed:
            await self._end(key)
            raise
        await self._end(key)

    def _begin(self, connection: Connection, key: str, now: float) -> float:
        """Write the try down, unless an open one forbids it: until when it does."""
        t = _attempt
        own = (t.c.tenant == self.site.tenant, t.c.key == key)
        at: float | None = connection.execute(select(t.c.at).where(*own)).scalar_one_or_none()
        if at is not None and at + self.settle > now:
            return at + self.settle
        connection.execute(delete(t).where(*own))
        row: dict[str, Any] = {"tenant": self.site.tenant, "key": key, "at": now}
        connection.execute(insert(t).values(row))
        return now

    async def _end(self, key: str) -> None:
        t = _attempt
        own = (t.c.tenant == self.site.tenant, t.c.key == key)
        await self.site.write(lambda c: c.execute(delete(t).where(*own)))
