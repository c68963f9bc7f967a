"""The embedded treasury: what the embedded books propose to pay, and the orders made of it."""

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    insert,
    select,
)

from leitstand.digest import canonical, plain
from leitstand.errors import Contradiction, Missing, Unreachable
from tools.database import Tenancy, next_no
from tools.erp import schema
from tools.erp.masters import load_masters, revision_of
from tools.erp.supplier import Supplier
from tools.once import Keys, Write
from tools.treasury.order import (
    Due,
    DuePayment,
    FindDue,
    FoundDue,
    PaymentOrder,
    PrepareOrder,
    Transfer,
)
from tools.treasury.pain import message

_WHERE = "treasury"
_metadata = MetaData()
_keys = Keys(_metadata, "treasury")
_order = Table(
    "treasury_order",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("debtor_iban", String, nullable=False),
    Column("execute_on", Date, nullable=False),
    Column("total_cents", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("entered", String, nullable=False),
)
_transfer = Table(
    "treasury_transfer",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("payment", Integer, primary_key=True, autoincrement=False),
    Column("order", Integer, nullable=False),
    UniqueConstraint("tenant", "payment"),
)
_Granted = tuple[date | None, int]
"""A cash discount: its last day, and cents."""
_y, _v, _p, _d = schema.payment, schema.voucher, schema.posting, schema.later_discount
_POSTED = and_(_p.c.tenant == _v.c.tenant, _p.c.voucher == _v.c.id, _p.c.reverses_number.is_(None))


@dataclass(frozen=True, slots=True)
class EmbeddedTreasury:
    """`tools.treasury.Treasury` for one tenant; files for the bank appear in `folder`."""

    site: Tenancy
    folder: Path

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def find_due(self, args: FindDue) -> FoundDue:
        """What the books propose to pay up to a day and no order has yet."""
        found = await self.site.read(lambda c: _due(c, self.site.tenant, args.until))
        return FoundDue(value=Due(until=args.until, payments=found), source="treasury:due")

    async def prepare_order(self, args: PrepareOrder, key: str) -> PaymentOrder:
        """An order with its file.

        Raises Missing: a payment that the books do not propose. Contradiction: it is in an order
        already, or the books say something else of it. Unreachable: the folder takes no file; the
        order stands, and its file comes with the next try.
        """
        write = Write(self.site.tenant, "treasury.order.prepare", key, args)
        order = await self.site.write(
            lambda c: _keys.once(c, write, PaymentOrder, lambda: self._prepare(c, args))
        )
        return await self._given_out(order)

    async def order_of(self, key: str) -> PaymentOrder | None:
        """The order that was prepared under `key`. Raises Unreachable as `prepare_order`."""
        tenant = self.site.tenant
        found = await self.site.read(lambda c: _keys.find(c, tenant, key, PaymentOrder))
        return await self._given_out(found) if found else None

    def _prepare(self, connection: Connection, args: PrepareOrder) -> PaymentOrder:
        tenant = self.site.tenant
        due = {p.payment_no: p for p in _due(connection, tenant, None)}
        for one in args.transfers:
            _check(one, due.get(one.payment_no), args.execute_on)
        number = next_no(connection, tenant, _order.c.id)
        name = f"ZL-{number:06d}"
        digest = plain(canonical(args))
        content = message(args, f"{name}-{digest[:12]}", self.site.entered)
        own = {"tenant": tenant, "id": number, "entered": self.site.entered, "content": content}
        said = args.model_dump(include={"debtor_iban", "execute_on", "total_cents"})
        connection.execute(insert(_order), own | said)
        rows = [
            {"tenant": tenant, "order": number, "payment": _number(one.payment_no)}
            for one in args.transfers
        ]
        connection.execute(insert(_transfer), rows)
        return PaymentOrder(
            order_no=name,
            file=f"{name}.xml",
            sha256=plain(content),
            execute_on=args.execute_on,
            transfers=len(rows),
            total_cents=args.total_cents,
        )

    async def _given_out(self, order: PaymentOrder) -> PaymentOrder:
        """The order, once its file lies in the folder."""
        content = await self.site.read(lambda c: _content(c, self.site.tenant, order.order_no))
        try:
            await asyncio.to_thread(_put, self.folder, order.file, content)
        except OSError as error:
            text = f"`{order.file}` cannot be written: {error.strerror}"
            raise Unreachable(text, where=str(self.folder)) from error
        return order


def _due(connection: Connection, tenant: str, until: date | None) -> tuple[DuePayment, ...]:
    masters = load_masters(connection, tenant, revision_of(connection, tenant))
    taken = select(_transfer.c.payment).where(_transfer.c.tenant == tenant)
    query = (
        select(_y, _v.c.state.label("voucher_state"), _v.c.discount_until, _p.c.year, _p.c.number)
        .add_columns(_v.c.discount_cents.label("granted"))
        .join(_v, and_(_v.c.tenant == _y.c.tenant, _v.c.id == _y.c.voucher))
        .join(_p, _POSTED)
        .where(_y.c.tenant == tenant, _y.c.state == "proposed", _y.c.id.not_in(taken))
        .where(_y.c.execute_on <= (until or date.max))
        .order_by(_y.c.id)
    )
    rows = connection.execute(query).all()
    later = _later(connection, tenant)
    return tuple(
        _payment(row, masters.supplier(row.supplier), later.get(row.voucher, ())) for row in rows
    )


def _later(connection: Connection, tenant: str) -> Mapping[int, Sequence[_Granted]]:
    """Lower discounts that last longer, by voucher."""
    query = select(_d.c.voucher, _d.c.discount_until, _d.c.discount_cents)
    found: dict[int, list[_Granted]] = {}
    for voucher, *granted in connection.execute(query.where(_d.c.tenant == tenant)):
        found.setdefault(voucher, []).append((granted[0], granted[1]))
    return found


def _payment(row: Row[Any], supplier: Supplier, later: Sequence[_Granted]) -> DuePayment:
    granted: Sequence[_Granted] = [(row.discount_until, row.granted or 0), *later]
    enough = [day for day, cents in granted if day and cents >= row.discount_cents]
    return DuePayment(
        payment_no=f"Z-{row.id:06d}",
        supplier_id=supplier.id,
        supplier_status=supplier.status,
        voucher_no=f"{row.year}-{row.number:06d}",
        voucher_state=row.voucher_state,
        creditor_name=row.creditor_name,
        iban=row.iban,
        known_iban=supplier.iban,
        amount_cents=row.amount_cents,
        discount_cents=row.discount_cents,
        discount_until=max(enough, default=None) if row.discount_cents else None,
        currency=row.currency,
        remittance=row.remittance,
        execute_on=row.execute_on,
        cleared=supplier.cleared,
    )


def _check(one: Transfer, due: DuePayment | None, day: date) -> None:
    """The books have the last word. Raises Missing, Contradiction."""
    if due is None:
        said = f"no payment `{one.payment_no}` is open for an order"
        raise Missing(said, where=_WHERE, mend="read again what is due")
    same = all(getattr(due, name) == getattr(one, name) for name in Transfer.model_fields)
    if not same or due.currency != "EUR" or due.iban != due.known_iban:
        said = f"the books say something else of payment `{one.payment_no}`"
        raise Contradiction(said, where=_WHERE)
    if due.voucher_state != "posted":
        said = f"the voucher of payment `{one.payment_no}` is {due.voucher_state}"
        raise Contradiction(said, where=_WHERE)
    if due.discount_cents and (due.discount_until is None or day > due.discount_until):
        said = f"payment `{one.payment_no}` takes off a discount that has lapsed"
        raise Contradiction(said, where=_WHERE)


def _number(payment_no: str) -> int:
    return int(payment_no.removeprefix("Z-"))


def _content(connection: Connection, tenant: str, order_no: str) -> bytes:
    number = int(order_no.removeprefix("ZL-"))
    own = (_order.c.tenant == tenant, _order.c.id == number)
    return connection.execute(select(_order.c.content).where(*own)).scalar_one()


def _put(folder: Path, name: str, content: bytes) -> None:
    """The file appears whole or not at all, for its owner alone: it names accounts and amounts."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / name).exists():
        return
    descriptor, part = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(folder / name)
    finally:
        Path(part).unlink(missing_ok=True)
