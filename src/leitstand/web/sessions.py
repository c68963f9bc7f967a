"""Sessions: who sits in front of a browser, with their signing key sealed under the cookie.

The cookie is 256 random bits. The server keeps its hash and the person's key, encrypted under a key
derived from the cookie: whoever has the database alone can neither be nor sign as anybody, and a
restart of the server ends no session.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select

from leitstand.approval import FileDirectory
from leitstand.clock import Clock
from leitstand.inbox import Signer
from leitstand.inbox.book import Book
from leitstand.records import Person
from leitstand.web.tables import sessions

COOKIE = "leitstand"
HOURS = 8
"""Length of a session."""
_NONCE, _PURPOSE = 12, "key"


@dataclass(frozen=True, slots=True)
class Session:
    """A person with an unlocked key; `token` goes with every form, and only with theirs."""

    signer: Signer
    token: str

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.signer.person


class Sessions:
    """The sessions of one tenant; a person whose entry is gone or changed has none any more."""

    def __init__(self, book: Book, directory: FileDirectory, tenant: str, clock: Clock) -> None:
        self._book, self._directory = book, directory
        self._tenant, self._clock = tenant, clock

    async def begin(self, signer: Signer) -> str:
        """A new session; the cookie's value."""
        cookie = secrets.token_urlsafe(32)
        now = self._clock.time()
        row = {
            "id": name_of(cookie),
            "tenant": self._tenant,
            "person": signer.person.id,
            "sealed": seal_under(cookie, _PURPOSE, signer.key.private_bytes_raw()),
            "began": now,
            "until": now + HOURS * 3600,
        }
        over = delete(sessions).where(sessions.c.until < now)
        await self._book.write(over, insert(sessions).values(row))
        return cookie

    async def find(self, cookie: str) -> Session | None:
        """Whose cookie this is, None if nobody's, or not any more."""
        if not cookie:
            return None
        mine = (sessions.c.id == name_of(cookie), sessions.c.tenant == self._tenant)
        row = await self._book.first(select(sessions).where(*mine))
        if row is None or row.until <= self._clock.time():
            return None
        person = self._directory.person(self._tenant, row.person)
        if person is None:
            return None
        try:
            raw = open_under(cookie, _PURPOSE, row.sealed)
        except InvalidTag:
            return None
        signer = Signer.of(person, raw)
        return Session(signer, _key(cookie, "form").hex()[:32]) if signer else None

    async def end(self, cookie: str) -> None:
        """Forget a session."""
        await self._book.write(delete(sessions).where(sessions.c.id == name_of(cookie)))

    async def end_all(self, person: str) -> None:
        """Forget all sessions of a person."""
        theirs = (sessions.c.tenant == self._tenant, sessions.c.person == person)
        await self._book.write(delete(sessions).where(*theirs))


def name_of(cookie: str) -> str:
    """Under what a session is kept: the cookie cannot be told from it."""
    return hashlib.sha256(b"name" + cookie.encode()).hexdigest()


def seal_under(cookie: str, purpose: str, data: bytes) -> bytes:
    """Data that whoever has this cookie can read, and nobody else."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(cookie, purpose)).encrypt(nonce, data, name_of(cookie).encode())


def open_under(cookie: str, purpose: str, sealed: bytes) -> bytes:
    """What was sealed. Raises InvalidTag: under another cookie, or for another purpose."""
    key = AESGCM(_key(cookie, purpose))
    return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], name_of(cookie).encode())


def _key(cookie: str, purpose: str) -> bytes:
    # The cookie has 256 random bits: no stretching is needed, only separation.
    return hmac.new(cookie.encode(), f"leitstand.web.{purpose}".encode(), hashlib.sha256).digest()
