"""The embedded archive: originals in SQLite, in pieces, under the hash of their content."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    event,
    insert,
    select,
)

from leitstand.errors import Contradiction, Missing
from tools.database import Tenancy
from tools.dms.document import Document, FoundDocument, GetDocument, StoreOriginal
from tools.dms.spool import Spool
from tools.once import Keys, Write

__all__ = ["EmbeddedDms"]

_PIECE = 1024 * 1024

_metadata = MetaData()
_keys = Keys(_metadata, "dms")
_document = Table(
    "dms_document",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("filename", String, nullable=False),
    Column("entered", String, nullable=False),
    CheckConstraint("length(sha256) = 64"),
)
_KNOWN = select(
    _document.c.sha256, _document.c.media_type, _document.c.size, _document.c.filename
).where(
    _document.c.tenant == bindparam("tenant", type_=String),
    _document.c.sha256 == bindparam("sha256", type_=String),
)
_piece = Table(
    "dms_piece",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    ForeignKeyConstraint(["tenant", "sha256"], ["dms_document.tenant", "dms_document.sha256"]),
)
for _name in (_document.name, _piece.name):
    for _change in ("UPDATE", "DELETE"):
        event.listen(
            _metadata,
            "after_create",
            DDL(
                f"CREATE TRIGGER IF NOT EXISTS {_name}_no_{_change} BEFORE {_change} ON {_name}"
                f" BEGIN SELECT RAISE(ABORT, '{_name}_is_write_once'); END"
            ),
        )


@dataclass(frozen=True, slots=True)
class EmbeddedDms:
    """`tools.dms.Dms` for one tenant; received bytes are taken from `spool`."""

    site: Tenancy
    spool: Spool

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def get(self, args: GetDocument) -> FoundDocument:
        """What is known of a document."""
        found = await self.site.read(lambda c: self._known(c, args.sha256))
        return FoundDocument(value=found, source=f"dms:{args.sha256}")

    async def store_original(self, args: StoreOriginal, key: str) -> Document:
        """The stored document.

        Raises Missing: the spool does not hold it. Contradiction: it has another hash or size.
        """
        write = Write(self.site.tenant, "dms.store_original", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Document, lambda: self._store(c, args))
        )

    async def document_of(self, key: str) -> Document | None:
        """The document that was stored under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Document))

    async def content(self, sha256: str) -> bytes:
        """The bytes of a document, for showing it to a person.

        Raises Missing: the archive does not hold it.
        """
        query = (
            select(_piece.c.content)
            .where(_piece.c.tenant == self.site.tenant, _piece.c.sha256 == sha256)
            .order_by(_piece.c.position)
        )
        pieces = await self.site.read(lambda c: c.execute(query).scalars().all())
        if not pieces and not (await self.get(GetDocument(sha256=sha256))).value:
            raise Missing(f"the archive holds no document `{sha256}`", where="dms")
        return b"".join(pieces)

    def _known(self, connection: Connection, sha256: str) -> Document | None:
        own = {"tenant": self.site.tenant, "sha256": sha256}
        row = connection.execute(_KNOWN, own).mappings().one_or_none()
        return Document(**row) if row else None

    def _store(self, connection: Connection, args: StoreOriginal) -> Document:
        if known := self._known(connection, args.sha256):
            return known
        values = args.model_dump() | {"tenant": self.site.tenant, "entered": self.site.entered}
        connection.execute(insert(_document), values)
        self._fill(connection, args)
        return Document(**args.model_dump())

    def _fill(self, connection: Connection, args: StoreOriginal) -> None:
        """Take the pieces from the spool; a wrong hash or size undoes the whole write."""
        digest, size = hashlib.sha256(), 0
        own = {"tenant": self.site.tenant, "sha256": args.sha256}
        for position, piece in enumerate(_pieces(self.spool.path(args.sha256))):
            digest.update(piece)
            size += len(piece)
            connection.execute(insert(_piece), {**own, "position": position, "content": piece})
        if digest.hexdigest() != args.sha256 or size != args.size:
            raise Contradiction(
                f"the spool's content is not `{args.sha256}` of {args.size} bytes", where="dms"
            )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
