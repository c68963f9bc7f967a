"""What changes rarely: suppliers, chart and periods of a tenant, held in memory per revision.

The database counts a revision with every change of these tables; whoever uses the masters in a
transaction asks for the revision in the same transaction, so they are never out of date.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, String, bindparam, select

from leitstand.errors import Contradiction, Missing
from tools.erp import schema
from tools.erp.chart import Account, Chart
from tools.erp.ledger import Period, PeriodOf
from tools.erp.match import Directory
from tools.erp.supplier import Supplier

_TENANT = bindparam("tenant", type_=String)
_REVISION = select(schema.revision.c.n).where(schema.revision.c.tenant == _TENANT)
_FRAME = select(schema.tenant).where(schema.tenant.c.tenant == _TENANT)
_ACCOUNTS = select(schema.account).where(schema.account.c.tenant == _TENANT)
_LISTS = select(schema.loaded.c.list).where(schema.loaded.c.tenant == _TENANT)
_PERIODS = (
    select(schema.period).where(schema.period.c.tenant == _TENANT).order_by(schema.period.c.start)
)
_SUPPLIERS = (
    select(schema.supplier)
    .where(schema.supplier.c.tenant == _TENANT)
    .order_by(schema.supplier.c.id)
)
_CLEARED = (
    select(schema.cleared.c.supplier, schema.cleared.c.entry)
    .where(schema.cleared.c.tenant == _TENANT)
    .order_by(schema.cleared.c.entry)
)


@dataclass(frozen=True, slots=True)
class Masters:
    """A tenant's masters at one revision."""

    tenant: str
    revision: int
    currency: str
    chart: Chart
    periods: tuple[Period, ...]
    suppliers: Mapping[str, Supplier]
    directory: Directory
    lists: frozenset[str]

    def demand(self, name: str) -> None:
        """Check that the list `name` was delivered: without it "not found" would say nothing.

        Raises Missing otherwise.
        """
        if name not in self.lists:
            raise Missing(
                f"the ERP holds no list of {name} for tenant `{self.tenant}`",
                where="erp",
                mend=f"load {name}.jsonl",
            )

    def supplier(self, supplier_id: str) -> Supplier:
        """A supplier's master record.

        Raises Missing: there is none.
        """
        if supplier_id not in self.suppliers:
            raise Missing(f"the ERP knows no supplier `{supplier_id}`", where="erp.supplier")
        return self.suppliers[supplier_id]

    def period(self, day: dt.date) -> PeriodOf:
        """The period of a day and the first open day from it on."""
        coming = [p for p in self.periods if p.end >= day]
        own = next((p for p in coming if p.start <= day), None)
        opens = next((p.start for p in coming if p.state == "open"), None)
        return PeriodOf(period=own, next_open=max(opens, day) if opens else None)

    def check_open(self, day: dt.date) -> None:
        """Check that something may be posted on `day`.

        Raises Contradiction: the day's period is closed, or there is none.
        """
        found = self.period(day)
        if found.period is not None and found.period.state == "open":
            return
        text = f"{day} lies in a closed period" if found.period else f"no period holds {day}"
        raise Contradiction(
            text,
            where="erp.voucher",
            mend="post to the next open day and keep the document's date",
            detail={"next_open": found.next_open.isoformat() if found.next_open else None},
        )


def revision_of(connection: Connection, tenant: str) -> int:
    """Counts the changes of a tenant's masters."""
    return connection.execute(_REVISION, {"tenant": tenant}).scalar_one_or_none() or 0


def load_masters(connection: Connection, tenant: str, revision: int) -> Masters:
    """The masters of a tenant.

    Raises Missing: the tenant was never set up.
    """
    own = {"tenant": tenant}
    frame = connection.execute(_FRAME, own).one_or_none()
    if frame is None:
        raise Missing(f"the ERP has no tenant `{tenant}`", where="erp", mend="load a world first")
    accounts = {
        row.key: Account(row.key, row.skr03, row.skr04)
        for row in connection.execute(_ACCOUNTS, own)
    }
    cleared: dict[str, tuple[str, ...]] = {}
    for supplier, entry in connection.execute(_CLEARED, own):
        cleared[supplier] = (*cleared.get(supplier, ()), entry)
    suppliers = tuple(
        Supplier(
            **{k: v for k, v in row.items() if k != "tenant"}, cleared=cleared.get(row["id"], ())
        )
        for row in connection.execute(_SUPPLIERS, own).mappings()
    )
    return Masters(
        tenant=tenant,
        revision=revision,
        currency=frame.currency,
        chart=Chart(accounts, frame.framework),
        periods=tuple(
            Period(start=row.start, end=row.end, state=row.state)
            for row in connection.execute(_PERIODS, own)
        ),
        suppliers={s.id: s for s in suppliers},
        directory=Directory.of(suppliers),
        lists=frozenset(connection.execute(_LISTS, own).scalars()),
    )
