"""Taking in master data and history: suppliers, orders, receipts and what was posted before."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    Column,
    Connection,
    RowMapping,
    Table,
    delete,
    insert,
    select,
    update,
)

from tools.erp import schema
from tools.erp.chart import Account, Framework, standard_accounts
from tools.erp.contract import Contract
from tools.erp.history import History
from tools.erp.ledger import Period, PostedInvoice, number_key
from tools.erp.order import PurchaseOrder
from tools.erp.receipt import GoodsReceipt
from tools.erp.supplier import Supplier


@dataclass(frozen=True, slots=True)
class Rate:
    """An exchange rate: what one unit of `currency` was worth on `day`, in millionths."""

    currency: str
    day: dt.date
    micros: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a company's ERP holds. `lists` names what was delivered, with the hash of its source.

    A list that was not delivered is not the same as an empty one: reads of it answer Missing.
    """

    lists: Mapping[str, str]
    framework: Framework = "skr03"
    currency: str = "EUR"
    accounts: tuple[Account, ...] = ()
    periods: tuple[Period, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    orders: tuple[PurchaseOrder, ...] = ()
    receipts: tuple[GoodsReceipt, ...] = ()
    contracts: tuple[Contract, ...] = ()
    invoices: tuple[PostedInvoice, ...] = ()
    rates: tuple[Rate, ...] = ()


def take_in(connection: Connection, tenant: str, holdings: Holdings, entered: str) -> list[str]:
    """Take in `holdings`; rows that are there already and equal stay as they are.

    Returns a warning for each row that refers to something unknown and was left out.
    """
    intake = _Intake(connection, tenant, entered)
    intake.frame(holdings)
    intake.masters(holdings)
    intake.trade(holdings)
    intake.history(holdings)
    return intake.warnings


@dataclass(frozen=True, slots=True)
class _Intake:
    connection: Connection
    tenant: str
    entered: str
    warnings: list[str] = field(default_factory=list[str])

    def frame(self, holdings: Holdings) -> None:
        """The tenant itself: lists, chart, periods, rates."""
        frame = {"framework": holdings.framework, "currency": holdings.currency}
        chart = dict(standard_accounts()) | {a.key: a for a in holdings.accounts}
        self.put(schema.tenant, [frame])
        self.put(schema.loaded, [{"list": n, "sha256": h} for n, h in holdings.lists.items()])
        self.put(schema.account, [asdict(account) for account in chart.values()])
        self.put(schema.rate, [asdict(rate) for rate in holdings.rates])
        self.replace_periods(holdings.periods)

    def replace_periods(self, periods: tuple[Period, ...]) -> None:
        """The periods as they are now: closing one may split it, so all are put anew."""
        t = schema.period
        rows = [{"tenant": self.tenant, **period.model_dump()} for period in periods]
        there = self.connection.execute(select(t).where(t.c.tenant == self.tenant)).mappings()
        if sorted(map(dict, there), key=_start) != sorted(rows, key=_start):
            self.connection.execute(delete(t).where(t.c.tenant == self.tenant))
            self.connection.execute(insert(t), rows)

    def masters(self, holdings: Holdings) -> None:
        """Suppliers and their contracts."""
        rows = [s.model_dump(exclude={"version", "cleared"}) for s in holdings.suppliers]
        self.put(schema.supplier, rows)
        self.replace_cleared(holdings.suppliers)
        suppliers = self.known(schema.supplier.c.id)
        kept = [
            contract.model_dump()
            for contract in holdings.contracts
            if self.refers(f"contract {contract.contract}", contract.supplier, suppliers)
        ]
        self.put(schema.contract, kept)

    def replace_cleared(self, suppliers: tuple[Supplier, ...]) -> None:
        """Who is somebody else than a sanctions list names: what is not said any more is undone."""
        t = schema.cleared
        said = {(s.id, entry) for s in suppliers for entry in s.cleared}
        own = t.c.tenant == self.tenant
        there = {
            tuple(row)
            for row in self.connection.execute(select(t.c.supplier, t.c.entry).where(own))
        }
        if said != there:
            self.connection.execute(delete(t).where(own))
            self.put(t, [{"supplier": supplier, "entry": entry} for supplier, entry in said])

    def trade(self, holdings: Holdings) -> None:
        """Orders and what arrived of them."""
        suppliers = self.known(schema.supplier.c.id)
        orders = [o for o in holdings.orders if self.refers(f"order {o.po}", o.supplier, suppliers)]
        heads = [o.model_dump(exclude={"lines", "version"}) for o in orders]
        self.put(schema.order, [head | {"po_key": number_key(head["po"])} for head in heads])
        self.put(schema.order_line, [x for o in orders for x in _lines({"po": o.po}, o.lines)])
        known = self.known(schema.order.c.po)
        receipts = [
            r for r in holdings.receipts if self.refers(f"goods receipt {r.gr}", r.po, known)
        ]
        self.put(schema.receipt, [r.model_dump(exclude={"lines"}) for r in receipts])
        self.put(schema.receipt_line, [x for r in receipts for x in _lines({"gr": r.gr}, r.lines)])

    def history(self, holdings: Holdings) -> None:
        """Invoices of an earlier system; an order that is unknown is left out of them."""
        suppliers = self.known(schema.supplier.c.id)
        orders = self.known(schema.order.c.po)
        t = schema.order_line
        rows = self.connection.execute(select(t.c.po, t.c.line).where(t.c.tenant == self.tenant))
        lines = frozenset((row.po, row.line) for row in rows)
        kept: list[PostedInvoice] = []
        for invoice in holdings.invoices:
            about = f"posted invoice {invoice.number}"
            if self.refers(about, invoice.supplier, suppliers):
                stray = invoice.po and not self.refers(f"the order of {about}", invoice.po, orders)
                kept.append(invoice.model_copy(update={"po": None}) if stray else invoice)
        history = History(self.connection, self.tenant, self.entered, lines, self.warnings)
        history.carry(kept)

    def put(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows or bring them up to date; `version` rises with a change."""
        key = [column.name for column in table.primary_key]
        there = {
            tuple(row[name] for name in key): row
            for row in self.connection.execute(
                select(table).where(table.c.tenant == self.tenant)
            ).mappings()
        }
        new: list[dict[str, Any]] = []
        for values in rows:
            row = {"tenant": self.tenant, **values}
            known = there.get(tuple(row[name] for name in key))
            if known is None:
                new.append(row)
            elif any(known[name] != value for name, value in row.items()):
                self.change(table, known, row)
        if new:
            self.connection.execute(insert(table), new)

    def change(self, table: Table, known: RowMapping, row: dict[str, Any]) -> None:
        """Bring one row up to date, if it is still the version that was read."""
        own = [column == row[column.name] for column in table.primary_key]
        if "version" in known:
            own.append(table.c.version == known["version"])
            row = row | {"version": known["version"] + 1}
        self.connection.execute(update(table).where(*own).values(row))

    def known(self, column: Column[Any]) -> frozenset[str]:
        """All values of a column of the tenant."""
        query = select(column).where(column.table.c.tenant == self.tenant)
        return frozenset(self.connection.execute(query).scalars())

    def refers(self, about: str, target: str, known: frozenset[str]) -> bool:
        """Whether `target` is known; else a warning says that the row was left out."""
        if target not in known:
            self.warnings.append(f"{about} refers to `{target}`, which is unknown: left out")
        return target in known


def _lines(own: Mapping[str, Any], lines: Iterable[BaseModel]) -> list[dict[str, Any]]:
    """Rows of the lines of something, numbered from 1."""
    return [
        {**line.model_dump(), **own, "position": position}
        for position, line in enumerate(lines, start=1)
    ]


def _start(row: Mapping[str, Any]) -> dt.date:
    return row["start"]
