"""Rechecks: a session lasts while the login service stands by the person.

The service's tokens lie sealed under the cookie, as the signing key does. Its word is asked for
again when it has grown old, and before a form is taken when it is older than moments: whoever was
taken out there has no session at that, whoever has other roles has those.
"""

import asyncio
from typing import NamedTuple
from weakref import WeakValueDictionary

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, insert, select, update

from leitstand.clock import Clock
from leitstand.inbox.book import Book
from leitstand.web.oidc.tokens import Tokens
from leitstand.web.sessions import name_of, open_under, seal_under
from leitstand.web.tables import oidc_sessions, sessions

_PURPOSE = "oidc"


class Kept(NamedTuple):
    """What is known of a session: the service's tokens, and when it last stood by the person."""

    tokens: Tokens
    checked: float


class Rechecks:
    """The sessions that hang on the login service; times are the machine's."""

    def __init__(self, book: Book, clock: Clock) -> None:
        self._book, self._clock = book, clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, cookie: str) -> asyncio.Lock:
        """One question at a time for a session: a refresh token is often good for one use."""
        return self._locks.setdefault(name_of(cookie), asyncio.Lock())

    async def begin(self, cookie: str, person: str, tokens: Tokens, sid: str) -> None:
        """The service stands by the person of this new session."""
        row = {
            "id": name_of(cookie),
            "person": person,
            "sid": sid,
            "sealed": _sealed(cookie, tokens),
            "checked": self._clock.time(),
        }
        over = delete(oidc_sessions).where(oidc_sessions.c.id.not_in(select(sessions.c.id)))
        await self._book.write(over, insert(oidc_sessions).values(row))

    async def find(self, cookie: str) -> Kept | None:
        """What is known of a session, None if it does not hang on the service."""
        mine = oidc_sessions.c.id == name_of(cookie)
        row = await self._book.first(select(oidc_sessions).where(mine))
        if row is None:
            return None
        try:
            tokens = Tokens(**orjson.loads(open_under(cookie, _PURPOSE, row.sealed)))
        except (InvalidTag, ValueError, TypeError):
            return None
        return Kept(tokens, row.checked)

    async def checked(self, cookie: str, tokens: Tokens) -> None:
        """The service stood by the person just now, and gave these tokens."""
        values = {"sealed": _sealed(cookie, tokens), "checked": self._clock.time()}
        mine = oidc_sessions.c.id == name_of(cookie)
        await self._book.write(update(oidc_sessions).where(mine).values(values))

    def age(self, kept: Kept) -> float:
        """Seconds since the service was asked; a clock that was set back makes it old."""
        age = self._clock.time() - kept.checked
        return age if age >= 0 else float("inf")

    async def end(self, *, person: str = "", sid: str = "") -> int:
        """End the sessions of a person, or the one that the service calls `sid`; how many."""
        where = oidc_sessions.c.sid == sid if sid else oidc_sessions.c.person == person
        theirs = sessions.c.id.in_(select(oidc_sessions.c.id).where(where))
        return await self._book.write(
            delete(sessions).where(theirs), delete(oidc_sessions).where(where)
        )


def _sealed(cookie: str, tokens: Tokens) -> bytes:
    return seal_under(cookie, _PURPOSE, orjson.dumps(tokens._asdict()))
