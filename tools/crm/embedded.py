"""The embedded CRM: customers, opportunities and activities in SQLite."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from leitstand.errors import Contradiction, Missing
from tools.crm.activity import Activity, AddActivity
from tools.crm.customer import Customer, FoundCustomer, GetCustomer
from tools.crm.opportunity import (
    CreateOpportunity,
    FoundOpportunities,
    ListOpportunities,
    Opportunity,
)
from tools.database import Tenancy, next_no
from tools.once import Keys, Write

R = TypeVar("R", bound=BaseModel)

_metadata = MetaData()
_keys = Keys(_metadata, "crm")
_customer = Table(
    "crm_customer",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("mail", String, nullable=False),
    Column("credit_limit_cents", Integer),
    Column("open_cents", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
_opportunity = Table(
    "crm_opportunity",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("customer", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("title", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("value_cents", Integer, nullable=False),
    Column("probability", Integer, nullable=False),
    Column("expected_on", Date),
    Column("entered", String, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("probability BETWEEN 0 AND 100"),
    CheckConstraint("stage IN ('lead', 'qualified', 'quoted', 'won', 'lost')"),
    ForeignKeyConstraint(["tenant", "customer"], ["crm_customer.tenant", "crm_customer.id"]),
    UniqueConstraint("tenant", "customer", "reference"),
)
_activity = Table(
    "crm_activity",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("customer", String, nullable=False),
    Column("opportunity", Integer),
    Column("kind", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("subject", String, nullable=False),
    Column("entered", String, nullable=False),
    ForeignKeyConstraint(["tenant", "customer"], ["crm_customer.tenant", "crm_customer.id"]),
    ForeignKeyConstraint(
        ["tenant", "opportunity"], ["crm_opportunity.tenant", "crm_opportunity.id"]
    ),
)


@dataclass(frozen=True, slots=True)
class EmbeddedCrm:
    """`tools.crm.Crm` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def take_in(self, customers: Iterable[Customer]) -> None:
        """Take in customers; equal ones stay as they are, `version` rises with a change."""
        rows = [c.model_dump(exclude={"version"}) for c in customers]
        await self.site.write(lambda c: [self._put(c, row) for row in rows])

    async def get_customer(self, args: GetCustomer) -> FoundCustomer:
        """A customer by id."""
        found = await self.site.read(lambda c: self._customer(c, args.customer_id))
        return FoundCustomer(value=found, source=f"crm:customer/{args.customer_id}")

    async def list_opportunities(self, args: ListOpportunities) -> FoundOpportunities:
        """The opportunities of a customer."""
        found = await self.site.read(lambda c: self._opportunities(c, args))
        return FoundOpportunities(
            value=found, source=f"crm:customer/{args.customer_id}/opportunities"
        )

    async def add_activity(self, args: AddActivity, key: str) -> Activity:
        """A new activity.

        Raises Missing: no such customer, or the customer has no such opportunity.
        """
        write = Write(self.site.tenant, "crm.activity.add", key, args)
        return await self._once(write, Activity, lambda c: self._add(c, args))

    async def create_opportunity(self, args: CreateOpportunity, key: str) -> Opportunity:
        """A new opportunity.

        Raises Missing: no such customer. Contradiction: the reference is taken.
        """
        write = Write(self.site.tenant, "crm.opportunity.create", key, args)
        return await self._once(write, Opportunity, lambda c: self._create(c, args))

    async def activity_of(self, key: str) -> Activity | None:
        """The activity that was added under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Activity))

    async def opportunity_of(self, key: str) -> Opportunity | None:
        """The opportunity that was created under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Opportunity))

    async def _once(self, write: Write, result: type[R], work: Callable[[Connection], R]) -> R:
        return await self.site.write(lambda c: _keys.once(c, write, result, lambda: work(c)))

    def _customer(self, connection: Connection, customer_id: str) -> Customer | None:
        t = _customer
        query = select(t).where(t.c.tenant == self.site.tenant, t.c.id == customer_id)
        row = connection.execute(query).mappings().one_or_none()
        return Customer(**{k: v for k, v in row.items() if k != "tenant"}) if row else None

    def _demand(self, connection: Connection, customer_id: str) -> None:
        if self._customer(connection, customer_id) is None:
            raise Missing(f"the CRM knows no customer `{customer_id}`", where="crm")

    def _put(self, connection: Connection, row: dict[str, Any]) -> None:
        t = _customer
        known = self._customer(connection, row["id"])
        if known is None:
            connection.execute(insert(t).values(tenant=self.site.tenant, **row))
        elif known.model_dump(exclude={"version"}) != row:
            own = (t.c.tenant == self.site.tenant, t.c.id == known.id)
            connection.execute(update(t).where(*own).values(**row, version=known.version + 1))

    def _opportunities(
        self, connection: Connection, args: ListOpportunities
    ) -> tuple[Opportunity, ...]:
        t = _opportunity
        query = select(t).where(t.c.tenant == self.site.tenant, t.c.customer == args.customer_id)
        if args.stage is not None:
            query = query.where(t.c.stage == args.stage)
        rows = connection.execute(query.order_by(t.c.id)).mappings()
        hidden = {"tenant", "id", "reference", "entered"}
        return tuple(
            Opportunity(
                opportunity_no=_shown("O", row["id"]),
                **{k: v for k, v in row.items() if k not in hidden},
            )
            for row in rows
        )

    def _create(self, connection: Connection, args: CreateOpportunity) -> Opportunity:
        self._demand(connection, args.customer_id)
        t = _opportunity
        own = (t.c.tenant == self.site.tenant, t.c.customer == args.customer_id)
        taken = select(t.c.id).where(*own, t.c.reference == args.reference)
        if (there := connection.execute(taken).scalar_one_or_none()) is not None:
            raise Contradiction(
                f"reference `{args.reference}` is taken by {_shown('O', there)}", where="crm"
            )
        number = next_no(connection, self.site.tenant, t.c.id)
        values = args.model_dump(exclude={"customer_id", "reference"})
        connection.execute(
            insert(t).values(
                tenant=self.site.tenant,
                id=number,
                customer=args.customer_id,
                reference=args.reference,
                entered=self.site.entered,
                **values,
            )
        )
        return Opportunity(opportunity_no=_shown("O", number), customer=args.customer_id, **values)

    def _add(self, connection: Connection, args: AddActivity) -> Activity:
        self._demand(connection, args.customer_id)
        opportunity = self._opportunity_id(connection, args)
        number = next_no(connection, self.site.tenant, _activity.c.id)
        values = args.model_dump(include={"kind", "day", "subject"})
        connection.execute(
            insert(_activity).values(
                tenant=self.site.tenant,
                id=number,
                customer=args.customer_id,
                opportunity=opportunity,
                entered=self.site.entered,
                **values,
            )
        )
        return Activity(
            activity_no=_shown("A", number),
            customer=args.customer_id,
            opportunity_no=args.opportunity_no,
            **values,
        )

    def _opportunity_id(self, connection: Connection, args: AddActivity) -> int | None:
        if args.opportunity_no is None:
            return None
        listed = self._opportunities(connection, ListOpportunities(customer_id=args.customer_id))
        if args.opportunity_no not in {o.opportunity_no for o in listed}:
            raise Missing(f"the customer has no opportunity `{args.opportunity_no}`", where="crm")
        return int(args.opportunity_no.partition("-")[2])


def _shown(letter: str, number: int) -> str:
    return f"{letter}-{number:06d}"
