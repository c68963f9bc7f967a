"""Links: which chat identity is which person, made once by a person who is logged in on the web.

A link holds the person's signing key, sealed under a key that is derived from the server's master
key and bound to channel and identity (docs/decisions/chat-keys.md says what this means). The link
code is shown once, kept as a hash, good for ten minutes and for one use.
"""

import hashlib
import re
from base64 import b32encode
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, insert, select

from leitstand.channels.tables import codes, links
from leitstand.digest import canonical
from leitstand.inbox import Signer
from leitstand.inbox.book import Book
from leitstand.runtime import Leitstand
from leitstand.values import Frozen

MINUTES = 10
"""How long a link code can be used."""
_CODE_BYTES, _NONCE = 10, 12


class Link(Frozen):
    """A person on a channel: who, as which identity, and where they are written to; since when.

    The settings may say so as well (`at` 0): who is named there is told of things.
    """

    channel: str
    identity: str
    person: str
    place: str
    at: float = 0.0


class Links:
    """The links of one tenant. Who has left the directory or has a new key has none any more."""

    def __init__(self, leitstand: Leitstand, book: Book) -> None:
        self._leitstand, self._book = leitstand, book
        self._clock = leitstand.rules.clock

    async def offer(self, signer: Signer) -> str:
        """A code that links whoever types it in chat; an earlier one of this person is void.

        Of whoever comes by a login service whose word does not hold for chat no key is kept.
        """
        raw = b32encode(self._clock.token(_CODE_BYTES)).decode().lower()
        code = "-".join(raw[i : i + 4] for i in range(0, 16, 4))
        now, name = self._clock.time(), _hash(code)
        sealed = b""
        if self._leitstand.directory.stands(signer.person, now):
            sealed = self._seal(signer.key.private_bytes_raw(), "code", name)
        row = {"id": name, "sealed": sealed, "until": now + MINUTES * 60}
        row |= {"tenant": self._leitstand.tenant, "person": signer.person.id}
        old = (codes.c.person == signer.person.id) | (codes.c.until < now)
        await self._book.write(delete(codes).where(old), insert(codes).values(row))
        return code

    async def claim(
        self, channel: str, identity: str, place: str, code: str, *, keep: bool = True
    ) -> str:
        """Make the link that a code stands for; the person, empty if the code stands for none.

        Without `keep` no key is kept: this identity is told of things and decides nothing.
        """
        now, name = self._clock.time(), _hash(code)
        mine = (links.c.channel == channel, links.c.identity == identity)

        def write(conn: Connection) -> str:
            known = (codes.c.id == name, codes.c.tenant == self._leitstand.tenant)
            row = conn.execute(select(codes).where(*known, codes.c.until > now)).first()
            if row is None:
                return ""
            sealed = b""
            if keep and row.sealed:
                sealed = self._seal(self._open(row.sealed, "code", name), channel, identity)
            conn.execute(delete(codes).where(codes.c.id == name))
            conn.execute(delete(links).where(*mine))
            values = {"tenant": row.tenant, "person": row.person, "place": place, "at": now}
            where = {"channel": channel, "identity": identity}
            conn.execute(insert(links).values(**where, **values, sealed=sealed))
            return str(row.person)

        return await self._book.ask(write)

    async def signer(self, channel: str, identity: str) -> Signer | None:
        """Who this identity is, with their key; None: nobody whom the directory knows so."""
        row = await self._link(channel, identity)
        person = self._leitstand.person(row.person) if row and row.sealed else None
        if person is None:
            return None
        try:
            return Signer.of(person, self._open(row.sealed, channel, identity))
        except InvalidTag:
            return None

    async def mute(self, channel: str, identity: str) -> bool:
        """Whether this identity is linked and no key is kept for it: it decides nothing."""
        row = await self._link(channel, identity)
        return row is not None and not row.sealed

    async def of(self, person: str = "") -> list[Link]:
        """The links of a person, or of everybody."""
        query = select(links).where(links.c.tenant == self._leitstand.tenant)
        query = query.where(links.c.person == person) if person else query
        rows = await self._book.rows(query.order_by(links.c.at))
        names = tuple(Link.model_fields)
        return [Link(**{name: getattr(row, name) for name in names}) for row in rows]

    async def cut(self, person: str, channel: str, identity: str) -> None:
        """Forget a link of a person, and the key with it."""
        where = (links.c.person == person, links.c.channel == channel, links.c.identity == identity)
        await self._book.write(delete(links).where(*where))

    async def _link(self, channel: str, identity: str) -> Any:  # noqa: ANN401 - a row
        mine = (links.c.channel == channel, links.c.identity == identity)
        query = select(links).where(links.c.tenant == self._leitstand.tenant, *mine)
        return await self._book.first(query)

    def _seal(self, secret: bytes, *bound: str) -> bytes:
        nonce = self._clock.token(_NONCE)
        return nonce + AESGCM(self._key()).encrypt(nonce, secret, self._bound(bound))

    def _open(self, sealed: bytes, *bound: str) -> bytes:
        return AESGCM(self._key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound(bound))

    def _key(self) -> bytes:
        derive = HKDF(SHA256(), 32, salt=None, info=b"leitstand.channels.link")
        return derive.derive(self._leitstand.store.master)

    def _bound(self, names: tuple[str, ...]) -> bytes:
        return canonical([self._leitstand.tenant, *names])


def _hash(code: str) -> str:
    """However it was typed: hyphens, spaces and capitals make no difference."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).lower().encode()).hexdigest()
