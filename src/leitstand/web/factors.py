"""Second factors: one-time codes of an authenticator (TOTP, RFC 6238), each good for one use.

A secret lies encrypted under a key of the server's: the database alone gives no codes away. Codes
follow the machine's clock, as authenticators do, also where a world has a date of its own.
"""

import hmac
from base64 import b32decode, b32encode, b64decode, b64encode
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyotp.totp import TOTP
from sqlalchemy import delete, insert, select, update

from leitstand.clock import Clock
from leitstand.errors import ApprovalRefused
from leitstand.inbox.book import Book
from leitstand.records import Person
from leitstand.web.tables import second_factors

STEP = 30
"""Seconds that a code is shown for (RFC 6238 §5.2)."""
DRIFT = 1
"""Steps that an authenticator's clock may be ahead or behind."""
_UNCONFIRMED = -1
_NONCE = 12


class Offer(NamedTuple):
    """What a person gives their authenticator: the secret as text, and as an otpauth URI."""

    secret: str
    uri: str


class Factors:
    """The second factors of one tenant's people."""

    def __init__(self, book: Book, clock: Clock, master: bytes) -> None:
        self._book, self._clock = book, clock
        self._key = hmac.new(master, b"leitstand.web.factor", sha256).digest()

    async def wanted(self, person: Person) -> bool:
        """Whether this person logs in with a code."""
        row = await self._row(person)
        return row is not None and row.last != _UNCONFIRMED

    async def offer(self, person: Person) -> Offer:
        """A secret that counts from the first right code on; the one that was offered, if any."""
        row = await self._row(person)
        secret = self._opened(person, row.secret) if row else await self._made(person)
        uri = TOTP(secret).provisioning_uri(name=person.id, issuer_name="Leitstand")
        return Offer(secret, uri)

    async def passes(self, person: Person, code: str) -> bool:
        """Whether the code is right now; it is used up by that, and all older ones with it."""
        row, given = await self._row(person), code.replace(" ", "")
        if row is None:
            return False
        codes = TOTP(self._opened(person, row.secret), interval=STEP)
        now = int(self._clock.time()) // STEP
        for step in range(now - DRIFT, now + DRIFT + 1):
            if hmac.compare_digest(codes.at(step * STEP).encode(), given.encode()):
                return await self._used(person, step)
        return False

    async def remove(self, person: Person) -> None:
        """From now on the passphrase is enough."""
        mine = second_factors.c.person == _name(person)
        await self._book.write(delete(second_factors).where(mine))

    async def _used(self, person: Person, step: int) -> bool:
        """One statement decides: of two logins with one code the second finds it used."""
        where = (second_factors.c.person == _name(person), second_factors.c.last < step)
        return await self._book.write(update(second_factors).where(*where).values(last=step)) > 0

    async def _made(self, person: Person) -> str:
        secret, nonce = b32encode(self._clock.token(20)).decode(), self._clock.token(_NONCE)
        raw = nonce + AESGCM(self._key).encrypt(nonce, b32decode(secret), _name(person).encode())
        row = {"person": _name(person), "secret": b64encode(raw).decode(), "last": _UNCONFIRMED}
        await self._book.write(insert(second_factors).values(row))
        return secret

    async def _row(self, person: Person) -> Any:  # noqa: ANN401 - a row
        mine = second_factors.c.person == _name(person)
        return await self._book.first(select(second_factors).where(mine))

    def _opened(self, person: Person, sealed: str) -> str:
        """Raises ApprovalRefused: the secret is another person's, or another server's."""
        raw = b64decode(sealed)
        try:
            found = AESGCM(self._key).decrypt(raw[:_NONCE], raw[_NONCE:], _name(person).encode())
        except InvalidTag as error:
            msg, mend = f"the second factor of `{person.id}` is damaged", "put back `web.db`"
            raise ApprovalRefused(msg, mend=mend) from error
        return b32encode(found).decode()


def _name(person: Person) -> str:
    return f"{person.tenant}/{person.id}"
