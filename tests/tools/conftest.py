"""A small company for the tools' tests, on real SQLite files."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leitstand.clock import FixedClock
from tools.database import Database, Tenancy
from tools.erp import GoodsReceipt, OrderLine, Period, PurchaseOrder, ReceiptLine, Supplier
from tools.erp.chart import Account
from tools.erp.embedded import EmbeddedErp
from tools.erp.intake import Holdings, Rate

DAY = dt.date(2026, 11, 6)


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands on the company's day."""
    return FixedClock(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database file of its own."""
    opened = Database.at(tmp_path / "business.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def holdings() -> Holdings:
    """Three suppliers, two orders, one delivery, a rate; October is closed."""
    return Holdings(
        lists={"suppliers": "a", "purchase_orders": "b", "goods_receipts": "c"},
        accounts=(
            Account("material", "3400", "5400"),
            Account("construction13b", "3120", "5920"),
            Account("igE", "3425", "5425"),
        ),
        periods=(
            Period(start=dt.date(2026, 10, 1), end=dt.date(2026, 10, 31), state="closed"),
            Period(start=dt.date(2026, 11, 1), end=dt.date(2026, 11, 30), state="open"),
            Period(start=dt.date(2026, 12, 1), end=dt.date(2026, 12, 31), state="open"),
        ),
        suppliers=(
            Supplier(
                id="S1",
                name="Keller Dichtungstechnik GmbH",
                country="DE",
                vat="DE999999026",
                iban="DE43290400900602051017",
                tel="+49 000 907796",
                creditor="70001",
                account="material",
                skonto="2%/14",
            ),
            Supplier(id="S2", name="Bauhof Lesum GmbH", vat="DE999999075", creditor="70006"),
            Supplier(id="S3", name="Schreinerei Petra Lohse", stnr="60/123/45678"),
        ),
        orders=(
            PurchaseOrder(
                po="BE-26-0101",
                supplier="S1",
                date=dt.date(2026, 10, 12),
                lines=(
                    OrderLine(line="1", sku="WD-1", qty=Decimal(12), price=Decimal("42.50")),
                    OrderLine(line="2", sku="KL-2", qty=Decimal(40), price=Decimal("8.90")),
                ),
            ),
            PurchaseOrder(po="BE-26-0102", supplier="S2"),
        ),
        receipts=(
            GoodsReceipt(
                gr="WE-1",
                po="BE-26-0101",
                date=dt.date(2026, 11, 3),
                lines=(ReceiptLine(line="1", qty=Decimal("10.5")),),
            ),
        ),
        rates=(Rate("CHF", dt.date(2026, 11, 2), 1_071_200, "reference rate"),),
    )


@pytest.fixture
async def erp(database: Database, holdings: Holdings, clock: FixedClock) -> EmbeddedErp:
    """The embedded ERP of the company."""
    embedded = EmbeddedErp(Tenancy(database, "nord", clock))
    await embedded.prepare()
    assert await embedded.take_in(holdings) == []
    return embedded


@pytest.fixture
def invoice() -> Callable[..., dict[str, Any]]:
    """Fields of a voucher of 100 € net at 19 %; keywords change some."""

    def fields(**changed: object) -> dict[str, Any]:
        share = {"rate_permyriad": 1900, "net_cents": 10_000, "tax_cents": 1_900}
        return {
            "supplier_id": "S1",
            "invoice_no": "RE-1",
            "invoice_date": DAY,
            "posting_date": DAY,
            "gross_cents": 11_900,
            "net_cents": 10_000,
            "tax_cents": 1_900,
            "payable_cents": 11_900,
            "tax_case": "domestic",
            "taxes": (share,) if changed.get("tax_cents", 1) else (),
            "account": "material",
            "document_sha256": "0" * 64,
        } | changed

    return fields


@pytest.fixture
def world(root: Path) -> Path:
    """The world that the accounting suite runs in."""
    return root / "evals" / "accounting" / "world"


@pytest.fixture
def write_world(tmp_path: Path) -> Callable[..., Path]:
    """Writes a world folder from lists of rows; a text is written as it is."""

    def write(policy: object, **lists: list[Any] | str) -> Path:
        folder = tmp_path / "world"
        folder.mkdir(exist_ok=True)
        (folder / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
        for name, rows in lists.items():
            text = rows if isinstance(rows, str) else "\n".join(json.dumps(r) for r in rows)
            (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        return folder

    return write
