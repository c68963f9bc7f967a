"""The embedded service desk: tickets and the installed base in SQLite."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
)

from tools.database import Tenancy, next_no
from tools.once import Keys, Write
from tools.tickets.machine import FindMachines, FoundMachines, Machine
from tools.tickets.ticket import CreateTicket, Ticket

_SIGNS = re.compile(r"[^A-Z0-9]")

_metadata = MetaData()
_keys = Keys(_metadata, "service")
_machine = Table(
    "service_machine",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("serial", String, primary_key=True),
    Column("bare", String, nullable=False, index=True),
    Column("sku", String, nullable=False),
    Column("customer_id", String),
)
_ticket = Table(
    "service_ticket",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("category", String, nullable=False),
    Column("priority", String, nullable=False),
    Column("queue", String, nullable=False),
    Column("sku", String),
    Column("serial", String),
    Column("customer_id", String),
    Column("title", String, nullable=False),
    Column("state", String, nullable=False, server_default="open"),
    Column("entered", String, nullable=False),
    CheckConstraint("state IN ('open', 'done')"),
)


@dataclass(frozen=True, slots=True)
class EmbeddedService:
    """`tools.tickets.Service` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def take_in(self, machines: Iterable[Machine]) -> None:
        """Set the installed base."""
        rows: list[dict[str, Any]] = [
            {"tenant": self.site.tenant, "bare": bare(m.serial), **m.model_dump()} for m in machines
        ]
        await self.site.write(lambda c: self._put(c, rows))

    async def find_machines(self, args: FindMachines) -> FoundMachines:
        """Machines by serial numbers."""
        wanted = sorted({bare(serial) for serial in args.serials})
        found = await self.site.read(lambda c: self._machines(c, wanted))
        return FoundMachines(value=found, source="service:installed_base")

    async def create(self, args: CreateTicket, key: str) -> Ticket:
        """A new ticket."""
        write = Write(self.site.tenant, "ticket.create", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Ticket, lambda: self._enter(c, args))
        )

    async def ticket_of(self, key: str) -> Ticket | None:
        """The ticket that was created under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Ticket))

    def _put(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        connection.execute(delete(_machine).where(_machine.c.tenant == self.site.tenant))
        if rows:
            connection.execute(insert(_machine), rows)

    def _machines(self, connection: Connection, wanted: list[str]) -> tuple[Machine, ...]:
        t = _machine
        query = select(t.c.serial, t.c.sku, t.c.customer_id).where(
            t.c.tenant == self.site.tenant, t.c.bare.in_(wanted)
        )
        rows = connection.execute(query.order_by(t.c.serial)).mappings()
        return tuple(Machine(**row) for row in rows)

    def _enter(self, connection: Connection, args: CreateTicket) -> Ticket:
        number = next_no(connection, self.site.tenant, _ticket.c.id)
        own = {"tenant": self.site.tenant, "id": number, "entered": self.site.entered}
        connection.execute(insert(_ticket), own | args.model_dump())
        return Ticket(ticket_no=f"TK-{number:06d}", **args.model_dump())


def bare(serial: str) -> str:
    """A serial number without signs and blanks, in capitals."""
    return _SIGNS.sub("", serial.upper())
