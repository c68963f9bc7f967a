"""The ERP's part of a world: files of a company as holdings of the embedded ERP."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BeforeValidator

from leitstand.digest import plain
from leitstand.values import Frozen, Identifier, Text
from tools.erp import (
    Contract,
    GoodsReceipt,
    InvoicedLine,
    InvoiceKind,
    InvoiceStatus,
    Period,
    PostedInvoice,
    PurchaseOrder,
)
from tools.erp.chart import Account, Framework
from tools.erp.intake import Holdings, Rate
from tools.erp.supplier import SupplierRow
from tools.rows import Reader

_YEARS = 2
"""Years of accounting periods before the closed one; the year after `today` is the last."""


_NO_HISTORY = (
    "posted_invoices.jsonl: absent, so no duplicate of an earlier system's invoice is seen"
)

_STATUS: dict[str, InvoiceStatus] = {
    "draft": "draft",
    "drafted": "draft",
    "open": "posted",
    "booked": "posted",
    "posted": "posted",
    "paid": "paid",
    "cancelled": "reversed",
    "reversed": "reversed",
    "discarded": "discarded",
    "gebucht": "posted",
    "offen": "posted",
    "bezahlt": "paid",
    "storniert": "reversed",
    "verworfen": "discarded",
}
"""What other systems call the states of an invoice."""


def _status(text: object) -> InvoiceStatus:
    status = _STATUS.get(str(text).casefold())
    if status is None:
        raise ValueError(f"status `{text}` is none of {', '.join(sorted(_STATUS))}")
    return status


class RateRow(Frozen):
    """A row of `exchange_rates.jsonl`: units of the own currency for one of `currency`."""

    currency: Text
    date: dt.date
    rate: Decimal
    source: Text = ""


class InvoiceRow(Frozen):
    """A row of `posted_invoices.jsonl`: an invoice in the books of an earlier system."""

    supplier: Identifier
    number: Text
    date: dt.date | None = None
    gross: Decimal
    currency: Text = "EUR"
    status: Annotated[InvoiceStatus, BeforeValidator(_status)] = "posted"
    kind: InvoiceKind = "invoice"
    credit: bool = False
    po: Text | None = None
    lines: tuple[InvoicedLine, ...] = ()
    document_sha256: Text | None = None

    def key(self) -> tuple[str, str, bool]:
        """What there is one of: a number that was reversed may be entered again."""
        return self.supplier, self.number, self.status in ("reversed", "discarded")


def read_holdings(reader: Reader, policy: dict[str, Any]) -> Holdings:
    """The ERP's holdings in the folder of `reader`; bad rows are left with the reader."""
    suppliers = reader.read("suppliers", SupplierRow, lambda s: s.id)
    orders = reader.read("purchase_orders", PurchaseOrder, lambda o: o.po)
    receipts = reader.read("goods_receipts", GoodsReceipt, lambda r: r.gr)
    rates = reader.read("exchange_rates", RateRow, lambda r: (r.currency, r.date))
    invoices = reader.read("posted_invoices", InvoiceRow, InvoiceRow.key)
    if invoices is None:
        reader.warnings.append(_NO_HISTORY)
    given = {"suppliers": suppliers, "purchase_orders": orders, "goods_receipts": receipts}
    return Holdings(
        lists={
            name: _hash(reader.folder, name) for name, rows in given.items() if rows is not None
        },
        framework=_framework(policy, reader),
        currency=str(policy.get("currency", "EUR")),
        accounts=_accounts(policy, reader),
        periods=_periods(policy, reader),
        suppliers=suppliers or (),
        orders=orders or (),
        receipts=receipts or (),
        contracts=reader.read("contracts", Contract, lambda c: c.contract) or (),
        invoices=tuple(_invoice(row) for row in invoices or ()),
        rates=tuple(_rate(row) for row in rates or ()),
    )


def _invoice(row: InvoiceRow) -> PostedInvoice:
    """An invoice of an earlier system: a negative amount is a credit note."""
    kept = {"supplier", "number", "date", "currency", "status", "kind", "po", "document_sha256"}
    return PostedInvoice(
        **row.model_dump(include=kept),
        lines=row.lines,
        gross=abs(row.gross),
        credit=row.credit or row.gross < 0,
    )


def _hash(folder: Path, name: str) -> str:
    return plain((folder / f"{name}.jsonl").read_bytes())


def _framework(policy: dict[str, Any], reader: Reader) -> Framework:
    chart = policy.get("chart", "skr03")
    if chart not in ("skr03", "skr04"):
        reader.problems.append(f"policy.json: chart: `{chart}` is neither skr03 nor skr04")
    return "skr04" if chart == "skr04" else "skr03"


def _accounts(policy: dict[str, Any], reader: Reader) -> tuple[Account, ...]:
    accounts: list[Account] = []
    for key, row in cast("dict[str, Any]", policy.get("accounts", {})).items():
        try:
            accounts.append(Account(key, str(row["skr03"]), str(row["skr04"])))
        except (KeyError, TypeError):
            reader.problems.append(f"policy.json: accounts.{key} needs skr03 and skr04")
    return tuple(accounts)


def _periods(policy: dict[str, Any], reader: Reader) -> tuple[Period, ...]:
    """Months from two years before the closed one to the end of the year after `today`."""
    today = _day(policy, "today", reader)
    closed = _day(policy, "closed_periods_until", reader)
    opens = _day(policy, "next_open_posting_date", reader)
    if opens is not None:
        closed = max(closed or opens, opens - dt.timedelta(days=1)) if closed else None
    anchor = closed or today
    if anchor is None:
        return (Period(start=dt.date.min, end=dt.date.max, state="open"),)
    months = _months(anchor.year - _YEARS, max(anchor, today or anchor).year + 1)
    return tuple(period for month in months for period in _split(*month, closed))


def _split(start: dt.date, end: dt.date, closed: dt.date | None) -> list[Period]:
    """A month as one period, or as two where the books are closed in the midst of it."""
    if closed is None or start > closed:
        return [Period(start=start, end=end, state="open")]
    if end <= closed:
        return [Period(start=start, end=end, state="closed")]
    after = closed + dt.timedelta(days=1)
    return [
        Period(start=start, end=closed, state="closed"),
        Period(start=after, end=end, state="open"),
    ]


def _months(first: int, last: int) -> list[tuple[dt.date, dt.date]]:
    starts = [dt.date(year, month, 1) for year in range(first, last + 1) for month in range(1, 13)]
    ends = [start - dt.timedelta(days=1) for start in [*starts[1:], dt.date(last + 1, 1, 1)]]
    return list(zip(starts, ends, strict=True))


def _day(policy: dict[str, Any], name: str, reader: Reader) -> dt.date | None:
    value = policy.get(name)
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        reader.problems.append(f"policy.json: {name}: `{value}` is no day such as 2026-11-20")
        return None


def _rate(row: RateRow) -> Rate:
    return Rate(row.currency, row.date, round(row.rate * 1_000_000), row.source)
