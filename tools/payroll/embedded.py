"""The embedded payroll system: what changes in which month's run, in SQLite. It pays nobody."""

from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
)

from leitstand.errors import Contradiction
from tools.database import Tenancy, next_no
from tools.once import Keys, Write
from tools.payroll.entry import EnterChange, Entry

__all__ = ["EmbeddedPayroll"]

_metadata = MetaData()
_keys = Keys(_metadata, "payroll")
_entry = Table(
    "payroll_entry",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("change_no", String, nullable=False),
    Column("employee_id", String, nullable=False),
    Column("run", String, nullable=False),
    Column("old_cents", Integer),
    Column("new_cents", Integer),
    Column("delta_cents", Integer, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("once", Boolean, nullable=False),
    Column("entered", String, nullable=False),
    UniqueConstraint("tenant", "change_no"),
)


@dataclass(frozen=True, slots=True)
class EmbeddedPayroll:
    """`tools.payroll.Payroll` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def enter(self, args: EnterChange, key: str) -> Entry:
        """A change in the run of its month. Raises Contradiction: it is in a run already."""
        write = Write(self.site.tenant, "payroll.run.enter", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Entry, lambda: self._enter(c, args))
        )

    async def entry_of(self, key: str) -> Entry | None:
        """What was entered under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Entry))

    def _enter(self, connection: Connection, args: EnterChange) -> Entry:
        t, tenant = _entry, self.site.tenant
        there = select(t.c.run).where(t.c.tenant == tenant, t.c.change_no == args.change_no)
        if (run := connection.execute(there).scalar_one_or_none()) is not None:
            said = f"the change `{args.change_no}` is in the run `{run}` already"
            raise Contradiction(said, where="payroll")
        number = next_no(connection, tenant, t.c.id)
        run = f"{args.effective_on:%Y-%m}"
        own = {"tenant": tenant, "id": number, "run": run, "entered": self.site.entered}
        connection.execute(insert(t), own | args.model_dump())
        kept = args.model_dump(include={"change_no", "employee_id", "delta_cents", "once"})
        return Entry(entry_no=f"P-{number:06d}", run=run, **kept)
