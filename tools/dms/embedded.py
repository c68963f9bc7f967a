"""The embedded archive: originals in SQLite, in pieces, under their content's hash; workflows."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import (
    DDL,
    JSON,
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
    delete,
    event,
    insert,
    select,
)

from leitstand.errors import Contradiction, Missing
from tools.database import Tenancy, next_no
from tools.dms.document import Document, FoundDocument, GetDocument, StoreOriginal
from tools.dms.spool import Spool
from tools.dms.workflow import StartWorkflow, Workflow, Workflows
from tools.once import Keys, Write

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
_workflow = Table(
    "dms_workflow",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("document_sha256", String, nullable=False),
    Column("workflow", String, nullable=False),
    Column("role", String, nullable=False),
    Column("note", String, nullable=False),
    Column("entered", String, nullable=False),
    ForeignKeyConstraint(
        ["tenant", "document_sha256"], ["dms_document.tenant", "dms_document.sha256"]
    ),
)
_template = Table(
    "dms_template",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("workflow", String, primary_key=True),
    Column("roles", JSON, nullable=False),
)
"""Which workflows there are, and the roles that each may go to."""
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

    async def take_in(self, workflows: Workflows) -> None:
        """The workflows that there are from now on; what was started stays as it is."""
        await self.site.write(lambda c: self._take_in(c, workflows))

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

    async def start_workflow(self, args: StartWorkflow, key: str) -> Workflow:
        """A workflow on a stored document.

        Raises Missing: no such document, or no such workflow. Contradiction: it does not go to
        that role.
        """
        write = Write(self.site.tenant, "dms.start_workflow", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Workflow, lambda: self._start(c, args))
        )

    async def workflow_of(self, key: str) -> Workflow | None:
        """The workflow that was started under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Workflow))

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

    def _take_in(self, connection: Connection, workflows: Workflows) -> None:
        connection.execute(delete(_template).where(_template.c.tenant == self.site.tenant))
        for name, roles in workflows.items():
            row = {"tenant": self.site.tenant, "workflow": name, "roles": list(roles)}
            connection.execute(insert(_template), row)

    def _start(self, connection: Connection, args: StartWorkflow) -> Workflow:
        if self._known(connection, args.document_sha256) is None:
            said = f"the archive holds no document `{args.document_sha256}`"
            raise Missing(said, where="dms")
        t = _template
        rows = connection.execute(
            select(t.c.workflow, t.c.roles).where(t.c.tenant == self.site.tenant)
        )
        known = {row.workflow: row.roles for row in rows}
        if args.workflow not in known:
            there = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
            said = f"the DMS has no workflow `{args.workflow}`; there are: {there}"
            raise Missing(said, where="dms")
        if args.role not in known[args.workflow]:
            said = f"the workflow `{args.workflow}` does not go to `{args.role}`"
            raise Contradiction(said, where="dms")
        number = next_no(connection, self.site.tenant, _workflow.c.id)
        own = {"tenant": self.site.tenant, "id": number, "entered": self.site.entered}
        connection.execute(insert(_workflow), own | args.model_dump())
        return Workflow(workflow_no=f"W-{number:06d}", **args.model_dump(exclude={"note"}))

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
