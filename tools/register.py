"""A register: rows of a company's lists, and entries that are made once. A system to begin with.

Where no business system is connected yet, tools work on it: each `NAME.jsonl` of a world is a list,
an entry stands in `register.sqlite` of the state folder. A tool for a real system has a port of its
own, and an adapter behind it.

    policy.json     limits, roles and whatever else rules need of the company; may be `{}`
    NAME.jsonl      a list, one JSON object a line
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from sqlalchemy import JSON, Column, Connection, Integer, MetaData, String, Table, insert

from leitstand.clock import Clock
from leitstand.errors import Contradiction, Missing
from leitstand.tool import Connection as Connected
from leitstand.values import Frozen, Identifier, faults_of
from tools.database import Database, Tenancy, next_no
from tools.once import Keys, Write
from tools.rows import WorldRefused, parse_json

M = TypeVar("M", bound=BaseModel)
Row = Mapping[str, Any]
Lists = Mapping[str, tuple[Row, ...]]

_metadata = MetaData()
_keys = Keys(_metadata, "register")
_entry = Table(
    "register_entry",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("tool", String, nullable=False),
    Column("args", JSON, nullable=False),
    Column("entered", String, nullable=False),
)


class Entry(Frozen):
    """An entry as it was made; its number counts from 1 within the tenant."""

    entry_no: Identifier


class Register:
    """Lists and entries of one tenant. Raises only `CallFailed`."""

    def __init__(self, site: Tenancy, lists: Lists) -> None:
        self.site, self._lists = site, lists

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def row(self, name: str, model: type[M], **at: str) -> M:
        """The row of list `name` whose columns have the values of `at`.

        Raises Missing: no such list or row, or a column that `model` needs is missing or has no
        sense. Raises Contradiction: several rows.
        """
        if name not in self._lists:
            raise Missing(f"the company has no list `{name}`", where=f"{name}.jsonl")
        wanted = ", ".join(f"{column} {value}" for column, value in at.items())
        found = [r for r in self._lists[name] if all(r.get(c) == v for c, v in at.items())]
        if not found:
            raise Missing(f"`{name}` has no row with {wanted}", where=name)
        if len(found) > 1:
            raise Contradiction(f"`{name}` has {len(found)} rows with {wanted}", where=name)
        try:
            known = {c: found[0][c] for c in _columns(model, found[0])}
            return model.model_validate_json(json.dumps(known, default=str))
        except ValidationError as error:
            text = f"the row with {wanted} cannot be used: {faults_of(error)}"
            raise Missing(text, where=name) from error

    async def enter(self, tool: str, args: BaseModel, key: str) -> Entry:
        """Make an entry, once a key. Raises Contradiction: the key stands for something else."""
        write = Write(self.site.tenant, tool, key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Entry, lambda: self._enter(c, tool, args))
        )

    async def entered(self, key: str) -> Entry | None:
        """The entry that was made under `key`, for reconciling."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Entry))

    def _enter(self, connection: Connection, tool: str, args: BaseModel) -> Entry:
        number = next_no(connection, self.site.tenant, _entry.c.id)
        own = {"tenant": self.site.tenant, "id": number, "entered": self.site.entered}
        told = {"tool": tool, "args": args.model_dump(mode="json")}
        connection.execute(insert(_entry), own | told)
        return Entry(entry_no=f"E-{number:06d}")


async def connect(
    state: Path, world: Path | None, tenant: str, clock: Clock
) -> tuple[Connected, ...]:
    """The connection to the register of a tenant; `disconnect` gives it back.

    Raises WorldRefused: a list cannot be read.
    """
    lists = _lists(world)
    register = Register(Tenancy(Database.at(state / "register.sqlite"), tenant, clock), lists)
    connections = (Connected("register", Register, register),)
    try:
        await register.prepare()
    except BaseException:
        disconnect(connections)
        raise
    return connections


def disconnect(connections: Iterable[Connected]) -> None:
    """Give connections back; the file is closed with the last use in this process."""
    for connection in connections:
        cast("Register", connection.adapter).site.database.close()


def limits(world: Path) -> Mapping[str, Any]:
    """`policy.json` of a world with exact numbers. Raises WorldRefused: no JSON object there."""
    path = world / "policy.json"
    try:
        return _object(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, TypeError) as error:
        raise WorldRefused(f"policy.json: {error}", where=str(world)) from error


def _lists(world: Path | None) -> Lists:
    """Every list of a world by its name; none without a world."""
    if world is None:
        return {}
    return {file.stem: tuple(_rows(file)) for file in sorted(world.glob("*.jsonl"))}


def _rows(file: Path) -> Iterator[Row]:
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldRefused(f"{file.name}: {error}", where=str(file.parent)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _object(line)
        except (ValueError, TypeError) as error:
            raise WorldRefused(f"{file.name}:{number}: {error}", where=str(file.parent)) from error


def _object(text: str) -> dict[str, Any]:
    parsed = parse_json(text)
    if not isinstance(parsed, dict):
        raise TypeError("not an object")
    return cast("dict[str, Any]", parsed)


def _columns(model: type[BaseModel], row: Row) -> Iterator[str]:
    """The columns that a model knows and a row has."""
    return (name for name in model.model_fields if row.get(name) is not None)
