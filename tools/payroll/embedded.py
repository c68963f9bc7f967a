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
from tools.payroll.entry import EnterChange, Entries, Entry, FindEntries, FoundEntries

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


_CHANGE = tuple(_entry.c[name] for name in EnterChange.model_fields)
_SAME = ("employee_id", "once", "delta_cents", "new_cents", "effective_on")
"""What two changes that are one to the employee have in common."""


@dataclass(frozen=True, slots=True)
class EmbeddedPayroll:
    """`tools.payroll.Payroll` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def find_entries(self, args: FindEntries) -> FoundEntries:
        """What was entered for an employee."""
        t = _entry
        own = (t.c.tenant == self.site.tenant, t.c.employee_id == args.employee_id)
        query = select(*_CHANGE).where(*own).order_by(t.c.id)
        rows = await self.site.read(lambda c: c.execute(query).mappings().all())
        changes = tuple(EnterChange.model_validate(dict(row)) for row in rows)
        found = Entries(employee_id=args.employee_id, changes=changes)
        return FoundEntries(value=found, source=f"payroll:entries/{args.employee_id}")

    async def enter(self, args: EnterChange, key: str) -> Entry:
        """A change in the run of its month.

        Raises Contradiction: it is in a run already, or another one that says the same is.
        """
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
        self._check_same(connection, args)
        number = next_no(connection, tenant, t.c.id)
        run = f"{args.effective_on:%Y-%m}"
        own = {"tenant": tenant, "id": number, "run": run, "entered": self.site.entered}
        connection.execute(insert(t), own | args.model_dump())
        kept = args.model_dump(include={"change_no", "employee_id", "delta_cents", "once"})
        return Entry(entry_no=f"P-{number:06d}", run=run, **kept)

    def _check_same(self, connection: Connection, args: EnterChange) -> None:
        t = _entry
        same = (t.c[name].is_not_distinct_from(getattr(args, name)) for name in _SAME)
        there = select(t.c.change_no).where(t.c.tenant == self.site.tenant, *same)
        if (other := connection.execute(there).scalars().first()) is not None:
            said = f"the change `{args.change_no}` says the same as `{other}`, which is in a run"
            raise Contradiction(said, where="payroll")
