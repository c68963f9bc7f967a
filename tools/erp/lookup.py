"""Reading the books: statements, built once, that turn rows into records."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Date, Row, RowMapping, String, and_, bindparam, outerjoin, select

from leitstand.errors import Missing
from tools.erp import schema
from tools.erp.contract import Contract
from tools.erp.ledger import InvoicedLine, Ledger, PostedInvoice, number_key
from tools.erp.order import OrderLine, PurchaseOrder
from tools.erp.receipt import GoodsReceipt, ReceiptLine

_RATE_DAYS = 31

_o, _ol, _r, _rl = schema.order, schema.order_line, schema.receipt, schema.receipt_line
_v, _p, _m, _c, _x = (
    schema.voucher,
    schema.posting,
    schema.matched,
    schema.contract,
    schema.rate,
)

_TENANT, _OF = bindparam("tenant", type_=String), bindparam("of", type_=String)
_SINCE = bindparam("since", type_=Date)

_ORDERS = select(_o).where(_o.c.tenant == _TENANT, _o.c.po_key == _OF)
_ORDER_LINES = (
    select(_ol.c.line, _ol.c.sku, _ol.c.name, _ol.c.qty, _ol.c.price)
    .where(_ol.c.tenant == _TENANT, _ol.c.po == _OF)
    .order_by(_ol.c.position)
)
_RECEIPTS = (
    select(_r.c.gr, _r.c.po, _r.c.date, _rl.c.line, _rl.c.qty)
    .select_from(outerjoin(_r, _rl, and_(_r.c.tenant == _rl.c.tenant, _r.c.gr == _rl.c.gr)))
    .where(_r.c.tenant == _TENANT, _r.c.po == _OF)
    .order_by(_r.c.date, _r.c.gr, _rl.c.position)
)
_CONTRACTS = select(_c).where(_c.c.tenant == _TENANT, _c.c.supplier == _OF).order_by(_c.c.contract)
_POSTED = and_(_v.c.tenant == _p.c.tenant, _v.c.id == _p.c.voucher, _p.c.reverses_number.is_(None))
_LEDGER = (
    select(
        *(_v.c[n] for n in ("id", "invoice_no", "invoice_date", "gross", "currency", "state")),
        *(_v.c[n] for n in ("kind", "credit", "po", "document_sha256", "origin")),
        _p.c.year,
        _p.c.number,
    )
    .select_from(outerjoin(_v, _p, _POSTED))
    .where(_v.c.tenant == _TENANT, _v.c.supplier == _OF, _v.c.state != "replaced")
    .order_by(_v.c.invoice_date.desc(), _v.c.id.desc())
)
_LEDGER_SINCE = _LEDGER.where(_v.c.invoice_date >= _SINCE)
_MATCHED = (
    select(_m.c.voucher, _m.c.line, _m.c.qty)
    .join(_v, and_(_v.c.tenant == _m.c.tenant, _v.c.id == _m.c.voucher))
    .where(_m.c.tenant == _TENANT, _v.c.supplier == _OF)
    .order_by(_m.c.voucher, _m.c.position)
)
_RATE = (
    select(_x.c.micros)
    .where(_x.c.tenant == _TENANT, _x.c.currency == _OF, _x.c.day <= bindparam("day"))
    .where(_x.c.day >= _SINCE)
    .order_by(_x.c.day.desc())
    .limit(1)
)


def order(connection: Connection, tenant: str, number: str) -> PurchaseOrder | None:
    """The order of that number, as written or else the only one that differs in marks and case."""
    own = {"tenant": tenant, "of": number_key(number)}
    alike = connection.execute(_ORDERS, own).mappings().all()
    found = [row for row in alike if row["po"] == number] or alike
    if len(found) != 1:
        return None
    lines = connection.execute(_ORDER_LINES, {"tenant": tenant, "of": found[0]["po"]})
    return PurchaseOrder(
        **_fields(found[0], "po_key"), lines=tuple(OrderLine(**row) for row in lines.mappings())
    )


def receipts(connection: Connection, tenant: str, number: str) -> tuple[GoodsReceipt, ...]:
    """The goods receipts of an order, oldest first."""
    own = {"tenant": tenant, "of": number_key(number)}
    orders = [row.po for row in connection.execute(_ORDERS, own)]
    if len(orders) != 1 and number not in orders:
        return ()
    of = {"tenant": tenant, "of": number if number in orders else orders[0]}
    grouped: dict[str, list[RowMapping]] = {}
    for row in connection.execute(_RECEIPTS, of).mappings():
        grouped.setdefault(row["gr"], []).append(row)
    return tuple(_receipt(rows) for rows in grouped.values())


def contracts(connection: Connection, tenant: str, supplier_id: str) -> tuple[Contract, ...]:
    """The contracts of a supplier, by number."""
    rows = connection.execute(_CONTRACTS, {"tenant": tenant, "of": supplier_id})
    return tuple(Contract(**_fields(row)) for row in rows.mappings())


def ledger(
    connection: Connection, tenant: str, supplier_id: str, since: dt.date | None = None
) -> Ledger:
    """The invoices of a supplier, newest first; drafts that a posting took up are left out."""
    own = {"tenant": tenant, "of": supplier_id}
    query = _LEDGER_SINCE if since else _LEDGER
    rows = connection.execute(query, own | ({"since": since} if since else {})).all()
    taken: dict[int, list[InvoicedLine]] = {}
    if rows:
        for row in connection.execute(_MATCHED, own):
            taken.setdefault(row.voucher, []).append(InvoicedLine(line=row.line, qty=row.qty))
    return Ledger(
        supplier=supplier_id,
        invoices=tuple(_invoice(supplier_id, row, tuple(taken.get(row.id, ()))) for row in rows),
    )


def rate_micros(connection: Connection, tenant: str, currency: str, day: dt.date) -> int:
    """What a unit of `currency` was worth on `day` or shortly before, in millionths.

    Raises Missing: no rate within 31 days before.
    """
    since = day - dt.timedelta(days=_RATE_DAYS)
    own = {"tenant": tenant, "of": currency, "day": day, "since": since}
    found = connection.execute(_RATE, own).scalar_one_or_none()
    if found is None:
        raise Missing(
            f"no exchange rate for {currency} on {day}",
            where="erp.voucher",
            mend="give exchange_micros, or load exchange_rates.jsonl",
        )
    return found


def _fields(row: RowMapping, *without: str) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != "tenant" and k not in without}


def _receipt(rows: list[RowMapping]) -> GoodsReceipt:
    head = rows[0]
    arrived = [row for row in rows if row["line"] is not None]
    lines = tuple(ReceiptLine(line=row["line"], qty=row["qty"]) for row in arrived)
    return GoodsReceipt(gr=head["gr"], po=head["po"], date=head["date"], lines=lines)


def _invoice(supplier: str, row: Row[Any], lines: tuple[InvoicedLine, ...]) -> PostedInvoice:
    number = "" if row.origin == "carried" else f"D-{row.id:06d}"
    return PostedInvoice(
        supplier=supplier,
        number=row.invoice_no,
        date=row.invoice_date,
        gross=row.gross,
        currency=row.currency,
        status=row.state,
        kind=row.kind,
        credit=row.credit,
        po=row.po,
        lines=lines,
        document_sha256=row.document_sha256,
        voucher_no=f"{row.year}-{row.number:06d}" if row.number else number,
    )
