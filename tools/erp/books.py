"""Writing the books: drafts, postings and reversals, each inside the caller's transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    Connection,
    CursorResult,
    Executable,
    Row,
    String,
    Table,
    and_,
    bindparam,
    func,
    insert,
    outerjoin,
    select,
    update,
)

from leitstand.errors import Contradiction, Missing
from tools.erp import lookup, schema
from tools.erp.booking import Booking, book, reverse
from tools.erp.ledger import number_key
from tools.erp.masters import Masters
from tools.erp.voucher import (
    DiscardVoucher,
    DraftVoucher,
    PostVoucher,
    ReverseVoucher,
    Voucher,
    VoucherLine,
)

_SAME = (
    "invoice_no",
    "invoice_date",
    "posting_date",
    "currency",
    "net_cents",
    "tax_cents",
    "payable_cents",
    "tax_case",
    "account",
    "kind",
    "credit",
    "document_sha256",
    "due_date",
    "discount_until",
    "discount_percent",
    "discount_cents",
    "exchange_micros",
)


_v, _p, _l, _o, _ol = (
    schema.voucher,
    schema.posting,
    schema.line,
    schema.order,
    schema.order_line,
)
_TENANT = bindparam("of", type_=String)
_OWN = _v.c.tenant == _TENANT
_JOINED = and_(_v.c.tenant == _p.c.tenant, _v.c.id == _p.c.voucher, _p.c.reverses_number.is_(None))
_WITH_POSTING = select(_v, _p.c.year, _p.c.number, _p.c.self_assessed_cents).where(_OWN)

_LIVE = select(_v).where(
    _OWN,
    _v.c.supplier == bindparam("supplier"),
    _v.c.invoice_key == bindparam("key"),
    _v.c.state.in_(["draft", "posted", "paid"]),
)
_ENTER = (
    insert(_v)
    .values(id=select(func.coalesce(func.max(_v.c.id), 0) + 1).where(_OWN).scalar_subquery())
    .returning(_v.c.id)
)
_ORDERED = (
    select(_o.c.supplier, _ol.c.line)
    .select_from(outerjoin(_o, _ol, and_(_o.c.tenant == _ol.c.tenant, _o.c.po == _ol.c.po)))
    .where(_o.c.tenant == _TENANT, _o.c.po == bindparam("po"))
)
_NEXT = select(func.coalesce(func.max(_p.c.number), 0) + 1).where(
    _p.c.tenant == _TENANT, _p.c.year == bindparam("year")
)
_LINE, _POSTING = insert(_l), insert(_p)
_DRAFT = _WITH_POSTING.outerjoin(_p, _JOINED).where(_v.c.id == bindparam("id"))
_POSTED = _WITH_POSTING.join(_p, _JOINED).where(
    _p.c.year == bindparam("year"), _p.c.number == bindparam("number")
)
_LINES = (
    select(_l.c.key, _l.c.account, _l.c.amount_cents)
    .where(
        _l.c.tenant == _TENANT,
        _l.c.year == bindparam("year"),
        _l.c.number == bindparam("number"),
    )
    .order_by(_l.c.position)
)
_MOVE = (
    update(_v)
    .where(_OWN, _v.c.id == bindparam("which"), _v.c.version == bindparam("seen"))
    .values(state=bindparam("to"), version=_v.c.version + 1)
)
_WITHDRAW = (
    update(schema.payment)
    .where(schema.payment.c.tenant == _TENANT, schema.payment.c.voucher == bindparam("which"))
    .values(state="withdrawn")
)


@dataclass(frozen=True, slots=True)
class Books:
    """The books of a tenant, open in a transaction. `entered` is the instant of entry (UTC, ISO).

    Every method raises Missing (a supplier, account, rate or voucher is not there) or
    Contradiction (the number is taken, the period closed, the voucher in another state).
    """

    connection: Connection
    masters: Masters
    entered: str

    def draft(self, args: DraftVoucher) -> Voucher:
        """Enter a draft; its lines are those that a posting would get today."""
        booking = self._booking(args)
        if taken := self._live(args):
            raise _taken(taken)
        voucher = self._enter(args, "draft")
        return _answer(args, f"D-{voucher:06d}", "draft", booking)

    def post(self, args: PostVoucher) -> Voucher:
        """Post an invoice, taking up its draft if there is one."""
        booking = self._booking(args)
        self.masters.check_open(args.posting_date)
        if taken := self._live(args):
            if taken.state != "draft":
                raise _taken(taken)
            self._move(taken, "replaced")
        voucher = self._enter(args, "posted")
        number = self._append(voucher, args.posting_date, booking)
        return _answer(args, number, "posted", booking)

    def discard(self, args: DiscardVoucher) -> Voucher:
        """Discard a draft."""
        row = self._voucher(args.voucher_no)
        if row.state != "draft":
            raise Contradiction(
                f"voucher `{args.voucher_no}` is {row.state}: only drafts are discarded",
                where="erp.voucher",
            )
        self._move(row, "discarded")
        return _of(row, args.voucher_no, "discarded")

    def reverse(self, args: ReverseVoucher) -> Voucher:
        """Book the counter-entry of a posting and withdraw its payment proposals."""
        row = self._voucher(args.voucher_no)
        if row.state != "posted" or row.number is None:
            raise Contradiction(
                f"voucher `{args.voucher_no}` is {row.state}: only posted ones are reversed",
                where="erp.voucher",
            )
        self.masters.check_open(args.posting_date)
        booking = Booking(reverse(self._lines(row)), -row.self_assessed_cents)
        number = self._append(row.id, args.posting_date, booking, (row, args.reason))
        self._move(row, "reversed")
        self._run(_WITHDRAW, {"which": row.id})
        answer = _of(row, number, "posted", booking)
        return answer.model_copy(
            update={"posting_date": args.posting_date, "reverses": args.voucher_no}
        )

    def _booking(self, args: DraftVoucher) -> Booking:
        supplier = self.masters.supplier(args.supplier_id)
        micros = args.exchange_micros
        if args.currency == self.masters.currency:
            micros = 1_000_000
        elif micros is None:
            micros = lookup.rate_micros(
                self.connection, self.masters.tenant, args.currency, args.invoice_date
            )
        return book(args, self.masters.chart, supplier.creditor, micros)

    def _live(self, args: DraftVoucher) -> Row[Any] | None:
        key = {"supplier": args.supplier_id, "key": number_key(args.invoice_no)}
        return self._run(_LIVE, key).one_or_none()

    def _enter(self, args: DraftVoucher, state: str) -> int:
        self._check_order(args)
        values = {name: getattr(args, name) for name in _SAME} | {
            "tenant": self.masters.tenant,
            "supplier": args.supplier_id,
            "invoice_key": number_key(args.invoice_no),
            "gross": Decimal(args.gross_cents) / 100,
            "po": args.order_no,
            "entered": self.entered,
            "state": state,
        }
        number: int = self._run(_ENTER, values).scalar_one()
        own = {"tenant": self.masters.tenant, "voucher": number}
        self._enter_parts(schema.matched, args.matched, {**own, "po": args.order_no})
        self._enter_parts(schema.later_discount, args.later_discounts, own)
        return number

    def _enter_parts(
        self, table: Table, parts: Sequence[BaseModel], own: Mapping[str, object]
    ) -> None:
        rows = [{**own, "position": i, **part.model_dump()} for i, part in enumerate(parts)]
        if rows:
            self.connection.execute(insert(table), rows)

    def _check_order(self, args: DraftVoucher) -> None:
        if args.order_no is None:
            if args.matched:
                raise Contradiction("matched lines need an order_no", where="erp.voucher")
            return
        rows = self._run(_ORDERED, {"po": args.order_no}).all()
        if not rows:
            raise Missing(f"the ERP knows no order `{args.order_no}`", where="erp.voucher")
        if rows[0].supplier != args.supplier_id:
            raise Contradiction(
                f"order `{args.order_no}` is another supplier's", where="erp.voucher"
            )
        if unknown := {m.line for m in args.matched} - {row.line for row in rows}:
            raise Missing(
                f"order `{args.order_no}` has no line {sorted(unknown)}", where="erp.voucher"
            )

    def _append(
        self, voucher: int, day: dt.date, booking: Booking, undo: tuple[Row[Any], str] | None = None
    ) -> str:
        """Append a posting with the next number of its year; the shown number."""
        number: int = self._run(_NEXT, {"year": day.year}).scalar_one()
        key = {"tenant": self.masters.tenant, "year": day.year, "number": number}
        self.connection.execute(
            _LINE,
            [
                {**key, "position": i, **line.model_dump()}
                for i, line in enumerate(booking.lines, start=1)
            ],
        )
        self.connection.execute(
            _POSTING,
            {
                **key,
                "voucher": voucher,
                "day": day,
                "self_assessed_cents": booking.self_assessed_cents,
                "reverses_year": undo[0].year if undo else None,
                "reverses_number": undo[0].number if undo else None,
                "reason": undo[1] if undo else "",
                "entered": self.entered,
            },
        )
        return f"{day.year}-{number:06d}"

    def _voucher(self, voucher_no: str) -> Row[Any]:
        """The voucher of a shown number, with its posting if it has one."""
        head, _, tail = voucher_no.partition("-")
        found = None
        if head == "D" and tail.isdecimal():
            found = self._run(_DRAFT, {"id": int(tail)}).one_or_none()
        elif head.isdecimal() and tail.isdecimal():
            at = {"year": int(head), "number": int(tail)}
            found = self._run(_POSTED, at).one_or_none()
        if found is None:
            raise Missing(f"the ERP has no voucher `{voucher_no}`", where="erp.voucher")
        return found

    def _lines(self, row: Row[Any]) -> tuple[VoucherLine, ...]:
        rows = self._run(_LINES, {"year": row.year, "number": row.number}).mappings()
        return tuple(VoucherLine(**line) for line in rows)

    def _move(self, row: Row[Any], state: str) -> None:
        moved = self._run(_MOVE, {"which": row.id, "seen": row.version, "to": state})
        if moved.rowcount != 1:
            raise Contradiction("the voucher was changed meanwhile", where="erp.voucher")

    def _run(self, statement: Executable, values: Mapping[str, Any]) -> CursorResult[Any]:
        return self.connection.execute(statement, {"of": self.masters.tenant, **values})


def _taken(row: Row[Any]) -> Contradiction:
    return Contradiction(
        f"invoice `{row.invoice_no}` of supplier `{row.supplier}` is already {row.state}",
        where="erp.voucher",
        detail={"invoice_no": row.invoice_no, "state": row.state},
    )


def _answer(args: DraftVoucher, number: str, state: str, booking: Booking) -> Voucher:
    return Voucher.model_validate(
        {
            "voucher_no": number,
            "state": state,
            "supplier_id": args.supplier_id,
            "invoice_no": args.invoice_no,
            "posting_date": args.posting_date,
            "currency": args.currency,
            "gross_cents": args.gross_cents,
            "lines": booking.lines,
            "self_assessed_cents": booking.self_assessed_cents,
        }
    )


def _of(row: Row[Any], number: str, state: str, booking: Booking | None = None) -> Voucher:
    return Voucher.model_validate(
        {
            "voucher_no": number,
            "state": state,
            "supplier_id": row.supplier,
            "invoice_no": row.invoice_no,
            "posting_date": row.posting_date,
            "currency": row.currency,
            "gross_cents": int(row.gross * 100),
            "lines": booking.lines if booking else (),
            "self_assessed_cents": booking.self_assessed_cents if booking else 0,
            "version": row.version + 1,
        }
    )
