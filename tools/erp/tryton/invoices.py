"""Supplier invoices and periods as Tryton has them, and what they are here."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leitstand.errors import Contradiction, Missing
from tools.erp.ledger import (
    InvoicedLine,
    InvoiceStatus,
    Ledger,
    Period,
    PeriodOf,
    PostedInvoice,
    number_key,
)
from tools.erp.tryton.access import Session
from tools.erp.tryton.company import Company
from tools.erp.tryton.mark import Mark, mark_of
from tools.erp.tryton.trade import alike
from tools.erp.tryton.wire import Row, many
from tools.erp.voucher import Voucher, VoucherLine

INVOICE = "account.invoice"
_HEAD = (
    "number",
    "reference",
    "state",
    "invoice_date",
    "accounting_date",
    "total_amount",
    "currency.code",
    "comment",
    "party.code",
)
_WHOLE = (
    *_HEAD,
    "company.currency.code",
    "account.code",
    "lines.id",
    "lines.amount",
    "lines.account.code",
    "taxes.id",
    "taxes.amount",
    "taxes.account.code",
    "move.id",
    "move.date",
    "move.lines.debit",
    "move.lines.credit",
    "move.lines.account.code",
    "lines_to_pay.id",
    "lines_to_pay.payment_amount",
    "lines_to_pay.reconciliation",
    "cancel_move.id",
)
_STATES: dict[str, InvoiceStatus] = {
    "draft": "draft",
    "validated": "draft",
    "posted": "posted",
    "paid": "paid",
}
_IN_BOOKS: tuple[InvoiceStatus, ...] = ("posted", "paid", "reversed")
_STEPS: dict[str, tuple[InvoiceStatus, ...]] = {
    "draft": ("draft", *_IN_BOOKS, "discarded"),
    "post": _IN_BOOKS,
    "discard": ("discarded",),
    "reverse": _IN_BOOKS,
}
"""The steps that a mark may have, and the states in which an invoice has taken them."""
_DRAFT = "D-"


@dataclass(frozen=True, slots=True)
class Invoices:
    """The supplier invoices that a session sees."""

    session: Session
    company: Company

    async def ledger(self, supplier_id: str, since: dt.date | None) -> Ledger:
        """The invoices of a supplier, newest first; credit notes that reverse are left out."""
        domain: list[Any] = [["type", "=", "in"], ["party.code", "=", supplier_id]]
        if since is not None:
            domain.append(["OR", ["invoice_date", "=", None], ["invoice_date", ">=", since]])
        rows = await self.session.search(INVOICE, domain, *_HEAD)
        known = [(row, mark_of(row["comment"])) for row in rows]
        told = [_posted(row, mark) for row, mark in known if not mark.reverses and _named(row)]
        newest = sorted(told, key=lambda i: (i.date or dt.date.min, i.voucher_no), reverse=True)
        return Ledger(supplier=supplier_id, invoices=tuple(newest))

    async def live(self, supplier_id: str, invoice_no: str) -> Row | None:
        """The invoice that takes a number, if one does.

        Raises Contradiction: more than one does.
        """
        domain = [["state", "!=", "cancelled"], *_of(supplier_id, invoice_no)]
        rows = await self._search(domain)
        same = [row for row in rows if number_key(row["reference"]) == number_key(invoice_no)]
        if len(same) > 1:
            text = (
                f"Tryton has invoice `{invoice_no}` of supplier `{supplier_id}` {len(same)} times"
            )
            raise Contradiction(text, where="erp.voucher")
        return same[0] if same else None

    async def only_cancelled(self, row: Row) -> bool:
        """Whether others have the reference of an invoice, and all of them are cancelled."""
        own = [["type", "=", "in"], ["party.code", "=", row["party"]["code"]]]
        domain = [*own, ["reference", "=", row["reference"]], ["id", "!=", row["id"]]]
        others = await self.session.search(INVOICE, domain, "state")
        return bool(others) and all(other["state"] == "cancelled" for other in others)

    async def written(self, key: str) -> tuple[Row, Mark] | None:
        """The invoice that the write under `key` has marked.

        Raises Contradiction: several bear the key.
        """
        rows = await self._search([["type", "=", "in"], ["comment", "like", f'%"{key}"%']])
        if len(rows) > 1:
            text = f"{len(rows)} invoices of Tryton bear the key `{key}`"
            raise Contradiction(text, where="erp.voucher")
        return (rows[0], mark_of(rows[0]["comment"])) if rows else None

    async def done(self, key: str) -> Row | None:
        """The invoice that bears `key`, if what was asked for under it is what Tryton has.

        A reversal is done when the invoice that it takes back is off the books too.
        """
        found = await self.written(key)
        if found is None:
            return None
        row, mark = found
        step = next(n for n in _STEPS if (s := getattr(mark, n)) and s.key == key)
        if step == "reverse" and status_of(await self.shown(mark.reverses)) != "reversed":
            return None
        wanted = mark.gross_cents == cents(row["total_amount"]) if step == "draft" else True
        return row if wanted and status_of(row) in _STEPS[step] else None

    async def get(self, record: int) -> Row:
        """An invoice by its id in Tryton. Raises Missing."""
        rows = await self._search([["id", "=", record]])
        if not rows:
            raise Missing(f"Tryton has no invoice {record}", where="erp.voucher")
        return rows[0]

    async def shown(self, voucher_no: str) -> Row:
        """The invoice of a shown number. Raises Missing: there is none, or no such number."""
        tail = voucher_no.removeprefix(_DRAFT)
        own = ["id", "=", int(tail)] if tail != voucher_no and tail.isdecimal() else None
        rows = await self._search([["type", "=", "in"], own or ["number", "=", voucher_no]])
        if len(rows) != 1:
            raise Missing(f"Tryton has no voucher `{voucher_no}`", where="erp.voucher")
        return rows[0]

    async def _search(self, domain: list[Any]) -> list[Row]:
        return await self.session.search(INVOICE, domain, *_WHOLE)

    def voucher(self, row: Row) -> Voucher:
        """An invoice as a voucher, as it stands in Tryton."""
        mark, status = mark_of(row["comment"]), status_of(row)
        return Voucher(
            voucher_no=number_of(row),
            state="posted" if status == "paid" else status,
            supplier_id=row["party"]["code"],
            invoice_no=row["reference"] or "",
            posting_date=_posting_day(row),
            currency=row["currency"]["code"],
            gross_cents=abs(cents(row["total_amount"])),
            lines=self._lines(row),
            reverses=mark.reverses,
        )

    def _lines(self, row: Row) -> tuple[VoucherLine, ...]:
        """The sides of the booking; of a draft those that a posting would get.

        None of a draft in a foreign currency: Tryton converts when it posts.
        """
        if row["move"]:
            moved = many(row["move"], "lines")
            sides = [(m["account"]["code"], m["debit"] - m["credit"]) for m in moved]
        elif row["currency"]["code"] != row["company"]["currency"]["code"]:
            return ()
        else:
            parts = [*many(row, "lines"), *many(row, "taxes")]
            owed = (row["account"]["code"], -row["total_amount"])
            sides = [*((p["account"]["code"], p["amount"]) for p in parts), owed]
        return tuple(self._line(row, code, amount) for code, amount in sides if amount)

    def _line(self, row: Row, code: str, amount: Decimal) -> VoucherLine:
        owed = code == row["account"]["code"]
        key = "creditor" if owed else self.company.key_of(code)
        return VoucherLine(key=key, account=code, amount_cents=cents(amount))

    async def period(self, day: dt.date) -> PeriodOf:
        """The period of a day and the first open day from it on."""
        domain = [
            ["company", "=", self.company.settings.company],
            ["type", "=", "standard"],
            ["end_date", ">=", day],
        ]
        rows = await self.session.search(
            "account.period", domain, "start_date", "end_date", "state"
        )
        coming = sorted((_period(row) for row in rows), key=lambda p: p.start)
        own = next((p for p in coming if p.start <= day), None)
        opens = next((p.start for p in coming if p.state == "open"), None)
        return PeriodOf(period=own, next_open=max(opens, day) if opens else None)

    async def check_open(self, day: dt.date) -> None:
        """Check that something may be posted on `day`.

        Raises Contradiction: the day's period is closed, or there is none.
        """
        found = await self.period(day)
        if found.period is not None and found.period.state == "open":
            return
        text = f"{day} lies in a closed period" if found.period else f"no period holds {day}"
        raise Contradiction(
            text,
            where="erp.voucher",
            mend="post to the next open day and keep the document's date",
            detail={"next_open": found.next_open.isoformat() if found.next_open else None},
        )


def cents(amount: Decimal) -> int:
    """Whole cents of an amount. Raises Contradiction: it has fractions of a cent."""
    whole = amount * 100
    if whole != whole.to_integral_value():
        raise Contradiction(f"Tryton has {amount}: no whole cents", where="erp.voucher")
    return int(whole)


def number_of(row: Row) -> str:
    """The number that an invoice is shown by: Tryton's, or its id while it has none."""
    return row["number"] or f"{_DRAFT}{row['id']}"


def status_of(row: Row) -> InvoiceStatus:
    """The state of an invoice; a cancelled one was discarded if it never was in the books."""
    return _STATES.get(row["state"]) or ("reversed" if row["number"] else "discarded")


def _of(supplier_id: str, invoice_no: str) -> list[Any]:
    own = [["type", "=", "in"], ["party.code", "=", supplier_id]]
    return [*own, ["reference", "ilike", alike(invoice_no)]]


def _named(row: Row) -> bool:
    """Whether an invoice has a number at all: a draft that Tryton made of an order has none."""
    return bool(row["reference"] or row["number"])


def _posting_day(row: Row) -> dt.date:
    moved = row["move"]["date"] if row["move"] else None
    return moved or row["accounting_date"] or row["invoice_date"]


def _posted(row: Row, mark: Mark) -> PostedInvoice:
    return PostedInvoice(
        supplier=row["party"]["code"],
        number=row["reference"] or row["number"],
        date=row["invoice_date"],
        gross=abs(row["total_amount"]),
        currency=row["currency"]["code"],
        status=status_of(row),
        kind=mark.kind,
        credit=row["total_amount"] < 0,
        po=mark.order_no or None,
        lines=_taken(mark),
        document_sha256=mark.document_sha256 or None,
        voucher_no=number_of(row),
    )


def _taken(mark: Mark) -> tuple[InvoicedLine, ...]:
    matched: Iterable[Any] = mark.matched
    return tuple(InvoicedLine(line=m.line, qty=m.qty) for m in matched)


def _period(row: Row) -> Period:
    state = "open" if row["state"] == "open" else "closed"
    return Period(start=row["start_date"], end=row["end_date"], state=state)
