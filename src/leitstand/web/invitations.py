"""Invitations: one-time links with which people set their own passphrase.

The server keeps a hash of the link's key. A link works once and for an hour.
"""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import delete, insert, select

from leitstand.clock import Clock
from leitstand.inbox.book import Book
from leitstand.web.tables import invitations

ADMIN = "admin"
"""The role of those who take people in and out; it decides no checkpoint by itself."""
HOUR = 3600.0
"""Seconds for which a link works."""


class Invitation(NamedTuple):
    """Who is invited, in which roles; without a name it makes the first person."""

    name: str
    roles: tuple[str, ...]
    until: float


class Invitations:
    """The open invitations of one tenant."""

    def __init__(self, book: Book, tenant: str, clock: Clock) -> None:
        self._book, self._tenant, self._clock = book, tenant, clock

    async def make(self, name: str, roles: Sequence[str]) -> str:
        """The key of a new link; earlier ones for the same name are void."""
        key = secrets.token_urlsafe(32)
        row = {
            "id": _hash(key),
            "tenant": self._tenant,
            "name": name,
            "roles": orjson.dumps(list(roles)).decode(),
            "until": self._clock.time() + HOUR,
        }
        where = (invitations.c.tenant == self._tenant, invitations.c.name == name)
        await self._book.write(delete(invitations).where(*where), insert(invitations).values(row))
        return key

    async def find(self, key: str) -> Invitation | None:
        """What a link is for, None if it does not work (any more)."""
        found = await self._rows(invitations.c.id == _hash(key))
        return found[0] if found else None

    async def take(self, key: str) -> bool:
        """Use a link up; false if somebody was quicker."""
        where = (invitations.c.id == _hash(key), invitations.c.tenant == self._tenant)
        return await self._book.write(delete(invitations).where(*where)) > 0

    async def waiting(self) -> list[Invitation]:
        """Who was invited and has not come yet."""
        return await self._rows(invitations.c.name != "")

    async def _rows(self, where: Any) -> list[Invitation]:  # noqa: ANN401 - a condition
        mine = (invitations.c.tenant == self._tenant, invitations.c.until > self._clock.time())
        query = select(invitations).where(where, *mine).order_by(invitations.c.name)
        rows = await self._book.rows(query)
        return [Invitation(r.name, tuple(orjson.loads(r.roles)), r.until) for r in rows]


def _hash(key: str) -> str:
    return sha256(b"invitation" + key.encode()).hexdigest()
