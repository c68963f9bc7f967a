"""The embedded screening: the tenant's list in SQLite, compared in memory."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import BaseModel
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
)

from leitstand.digest import canonical, plain
from leitstand.errors import Missing
from tools.database import Tenancy, next_no
from tools.once import Keys, Write
from tools.sanctions.compare import Index
from tools.sanctions.register import Block, LoggedScreening, LogScreening, SetBlock
from tools.sanctions.screening import ListEntry, Screen, Screened, Screening

_metadata = MetaData()
_keys = Keys(_metadata, "sanctions")
_register = Table(
    "sanctions_register",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entry", JSON, nullable=False),
    Column("entered", String, nullable=False),
)
_list = Table(
    "sanctions_list",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String, nullable=False),
    Column("entered", String, nullable=False),
)
_entry = Table(
    "sanctions_entry",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("entry", JSON, nullable=False),
    ForeignKeyConstraint(
        ["tenant", "version"], ["sanctions_list.tenant", "sanctions_list.version"]
    ),
)


_NEWEST = (
    select(_list.c.version, _list.c.sha256)
    .where(_list.c.tenant == bindparam("tenant", type_=String))
    .order_by(_list.c.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A version of the list in memory."""

    version: int
    sha256: str
    entries: int
    index: Index


@dataclass(slots=True)
class EmbeddedSanctions:
    """`tools.sanctions.Sanctions` for one tenant. Old versions of the list are kept."""

    site: Tenancy
    _loaded: _Loaded | None = field(default=None, init=False)

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def take_in(self, entries: Iterable[ListEntry]) -> int:
        """Take in a list; an equal one is no new version. Returns its version."""
        rows = [entry.model_dump(mode="json") for entry in entries]
        return await self.site.write(lambda c: self._enter(c, rows))

    async def screen(self, args: Screen) -> Screened:
        """Entries that resemble the names.

        Raises Missing: no list was ever loaded, so nobody can be screened.
        """
        found = await self.site.read(lambda c: self._screen(c, args))
        return Screened(value=found, source=f"sanctions:list/{found.list_version}")

    async def log(self, args: LogScreening, key: str) -> LoggedScreening:
        """A screening without a hit, entered."""
        write = Write(self.site.tenant, "sanctions.screening.log", key, args)

        def enter(connection: Connection) -> LoggedScreening:
            number = self._row(connection, "screening", args)
            return LoggedScreening(screening_no=f"S-{number:06d}")

        return await self.site.write(
            lambda c: _keys.once(c, write, LoggedScreening, lambda: enter(c))
        )

    async def logged(self, key: str) -> LoggedScreening | None:
        """What was entered under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, LoggedScreening))

    async def block(self, args: SetBlock, key: str) -> Block:
        """A new block."""
        write = Write(self.site.tenant, "sanctions.block.set", key, args)

        def enter(connection: Connection) -> Block:
            number = self._row(connection, "block", args)
            return Block(block_no=f"B-{number:06d}")

        return await self.site.write(lambda c: _keys.once(c, write, Block, lambda: enter(c)))

    async def block_of(self, key: str) -> Block | None:
        """The block that was set under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Block))

    def _row(self, connection: Connection, kind: str, args: BaseModel) -> int:
        """Number of a new row of the register, counted by kind."""
        number = next_no(connection, self.site.tenant, _register.c.id, kind=kind)
        own = {"tenant": self.site.tenant, "kind": kind, "id": number, "entered": self.site.entered}
        connection.execute(insert(_register), own | {"entry": args.model_dump(mode="json")})
        return number

    def _enter(self, connection: Connection, rows: list[dict[str, object]]) -> int:
        tenant, sha256 = self.site.tenant, plain(canonical(rows))
        version = next_no(connection, tenant, _list.c.version)
        if self._newest(connection) == (version - 1, sha256):
            return version - 1
        connection.execute(
            insert(_list).values(
                tenant=tenant, version=version, sha256=sha256, entered=self.site.entered
            )
        )
        if rows:
            connection.execute(
                insert(_entry),
                [
                    {"tenant": tenant, "version": version, "position": i, "entry": row}
                    for i, row in enumerate(rows)
                ],
            )
        return version

    def _newest(self, connection: Connection) -> tuple[int, str] | None:
        row = connection.execute(_NEWEST, {"tenant": self.site.tenant}).one_or_none()
        return (row.version, row.sha256) if row else None

    def _screen(self, connection: Connection, args: Screen) -> Screening:
        newest = self._newest(connection)
        if newest is None:
            raise Missing(
                f"no sanctions list was loaded for tenant `{self.site.tenant}`",
                where="sanctions",
                mend="load sanctions.jsonl",
            )
        if self._loaded is None or (self._loaded.version, self._loaded.sha256) != newest:
            self._loaded = self._load(connection, *newest)
        return Screening(
            names=args.names,
            matches=self._loaded.index.screen(args.names),
            list_version=self._loaded.version,
            list_sha256=self._loaded.sha256,
            entries=self._loaded.entries,
        )

    def _load(self, connection: Connection, version: int, sha256: str) -> _Loaded:
        query = (
            select(_entry.c.entry)
            .where(_entry.c.tenant == self.site.tenant, _entry.c.version == version)
            .order_by(_entry.c.position)
        )
        rows = connection.execute(query).scalars().all()
        entries = [ListEntry.model_validate_json(json.dumps(row)) for row in rows]
        return _Loaded(version, sha256, len(entries), Index.of(entries))
