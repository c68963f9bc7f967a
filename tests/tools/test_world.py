"""Worlds: loading a company's folder, tolerant where it may be, strict where it must be."""

import datetime as dt
import json
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from leitstand.errors import Missing
from leitstand.tool import Connection
from tools.crm import Crm, GetCustomer
from tools.dms import Dms, StoreOriginal
from tools.erp import (
    Erp,
    FindContracts,
    FindInvoices,
    FindPeriod,
    FindSupplier,
    GetOrder,
    ListReceipts,
    Period,
)
from tools.mail import DraftMail, Mails
from tools.rows import WorldRefused
from tools.sanctions import Sanctions, Screen
from tools.world import connect, disconnect, limits, load, spool

Write = Callable[..., Path]
SUPPLIER = {"id": "L-1", "name": "Holzbau Ems GmbH", "vat": "DE999999026"}


@asynccontextmanager
async def connected(
    state: Path, world: Path | None, tenant: str = "nord"
) -> AsyncGenerator[dict[type, Any]]:
    """Adapters of a tenant by port."""
    connections = await connect(state, world, tenant)
    try:
        yield {connection.port: connection.adapter for connection in connections}
    finally:
        disconnect(connections)


def leaves(value: object) -> Iterator[object]:
    """Every scalar in a JSON value."""
    if isinstance(value, dict):
        value = list(cast("dict[str, object]", value).values())
    if not isinstance(value, list):
        yield value
        return
    for part in cast("list[object]", value):
        yield from leaves(part)


def test_limits_are_exact(world: Path) -> None:
    """Integers stay int, everything else is Decimal: no float comes out of a world."""
    policy = limits(world)
    assert policy["three_way_match"]["price_tolerance_pct"] == Decimal("2.0")

    assert policy["approval_tiers"][0]["max_gross"] == 1000
    inexact = [n for n in leaves(policy) if isinstance(n, float)]
    assert not inexact


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x": NaN}', '{"x": Infinity}'])
def test_bad_limits_are_refused(tmp_path: Path, text: str) -> None:
    """Broken JSON, no object, and numbers that are none have a clear error."""
    with pytest.raises(WorldRefused, match=r"LS720.*policy\.json"):
        limits(tmp_path)
    (tmp_path / "policy.json").write_text(text)
    with pytest.raises(WorldRefused, match=r"LS720.*policy\.json"):
        limits(tmp_path)


async def test_the_whole_world_is_there(world: Path, tmp_path: Path) -> None:
    """Every list of the world is found again through the ports."""
    async with connected(tmp_path, world) as systems:
        erp = systems[Erp]
        for row in map(json.loads, (world / "suppliers.jsonl").read_text("utf-8").splitlines()):
            asked = FindSupplier(vat=row["vat"], stnr=row["stnr"])
            supplier = (await erp.find_supplier(asked)).value.supplier
            assert supplier.model_dump(mode="json", include=set(row)) == row
        for row in map(json.loads, (world / "purchase_orders.jsonl").read_text().splitlines()):
            order = (await erp.get_order(GetOrder(order_no=row["po"]))).value
            assert order.model_dump(mode="json", include=set(row)) == row
        for row in map(json.loads, (world / "goods_receipts.jsonl").read_text().splitlines()):
            (receipt,) = (await erp.list_receipts(ListReceipts(order_no=row["po"]))).value
            assert receipt.model_dump(mode="json") == row
        assert (await erp.find_contracts(FindContracts(supplier_id="S4"))).value
        ledger = (await erp.find_invoices(FindInvoices(supplier_id="S3"))).value
        assert [(i.status, i.gross) for i in ledger.invoices] == [("paid", Decimal("177.79"))]
        period = (await erp.find_period(FindPeriod(day=dt.date(2026, 10, 28)))).value
        assert period.next_open == dt.date(2026, 11, 1)
        screening = (await systems[Sanctions].screen(Screen(names=("Cimex Iberica",)))).value
        assert screening.best_score == 1000
        letter = await systems[Mails].draft(DraftMail(template="duplicate_notice"), "k")
        assert letter.body.endswith(limits(world)["company"]["name"])


async def test_loading_again_changes_nothing(world: Path, tmp_path: Path) -> None:
    """A world can be loaded at every start; a state without a world keeps what it has."""
    async with connected(tmp_path, world) as systems:
        before = (await systems[Erp].find_supplier(FindSupplier(vat="DE999999026"))).value
    async with connected(tmp_path, world) as systems:
        assert (await systems[Erp].find_supplier(FindSupplier(vat="DE999999026"))).value == before
    async with connected(tmp_path, None) as systems:
        assert (await systems[Erp].find_supplier(FindSupplier(vat="DE999999026"))).value == before
        assert (await systems[Sanctions].screen(Screen(names=("x",)))).value.list_version == 1


async def test_two_tenants_in_one_state(world: Path, write_world: Write, tmp_path: Path) -> None:
    """Two companies share the files and nothing else (R11)."""
    other = write_world({"company": {"name": "Emsland"}}, suppliers=[SUPPLIER])
    async with connected(tmp_path, world) as nord, connected(tmp_path, other, "ems") as ems:
        assert (
            await ems[Erp].find_supplier(FindSupplier(vat="DE999999026"))
        ).value.supplier.id == "L-1"
        assert (
            await nord[Erp].find_supplier(FindSupplier(vat="DE999999026"))
        ).value.supplier.id == "S1"
        with pytest.raises(Missing, match="purchase_orders"):
            await ems[Erp].get_order(GetOrder(order_no="BE-26-0101"))
        with pytest.raises(Missing, match="sanctions"):
            await ems[Sanctions].screen(Screen(names=("Cimex Iberica",)))


async def test_optional_lists_may_be_absent(write_world: Write, tmp_path: Path) -> None:
    """Without contracts, history and customers there simply are none."""
    folder = write_world({}, suppliers=[SUPPLIER], purchase_orders=[], goods_receipts=[])
    async with connected(tmp_path, folder) as systems:
        erp = systems[Erp]
        assert (await erp.find_contracts(FindContracts(supplier_id="L-1"))).value == ()
        assert (await erp.find_invoices(FindInvoices(supplier_id="L-1"))).value.invoices == ()
        assert (await erp.get_order(GetOrder(order_no="1"))).value is None
        assert (await systems[Crm].get_customer(GetCustomer(customer_id="C1"))).value is None


async def test_another_companys_columns(
    write_world: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Unknown columns are ignored with one warning a file; numbers may be written as numbers."""
    folder = write_world(
        {"company": {"name": "Ems"}, "chart": "skr04"},
        suppliers=[
            SUPPLIER | {"zip": 49808, "terms_days": "30", "rating": "A", "creditor": 70123},
            {"id": "L-2", "name": "Y", "rating": "B", "vat": "", "screened": ""},
        ],
        purchase_orders=[
            {"po": 4711, "supplier": "L-1", "lines": [{"line": 1, "qty": 2.5, "price": 3, "x": 1}]}
        ],
        posted_invoices=[
            {"supplier": "L-1", "number": 88, "gross": -12.5, "status": "Booked"},
            {"supplier": "L-1", "number": "89", "gross": "1", "status": "cancelled"},
        ],
    )
    with caplog.at_level(logging.WARNING, "leitstand.world"):
        async with connected(tmp_path, folder) as systems:
            found = (await systems[Erp].find_supplier(FindSupplier(vat=SUPPLIER["vat"]))).value
            order = (await systems[Erp].get_order(GetOrder(order_no="4711"))).value
            ledger = (await systems[Erp].find_invoices(FindInvoices(supplier_id="L-1"))).value
    assert (found.supplier.zip, found.supplier.terms_days) == ("49808", 30)
    assert (order.lines[0].qty, order.lines[0].price) == (Decimal("2.5"), Decimal(3))
    assert [(i.number, i.gross, i.credit, i.status) for i in ledger.invoices] == [
        ("89", Decimal(1), False, "reversed"),
        ("88", Decimal("12.5"), True, "posted"),
    ]
    assert sorted(record.getMessage() for record in caplog.records) == [
        "world: purchase_orders.jsonl: columns ignored: x",
        "world: suppliers.jsonl: columns ignored: rating",
    ]


async def test_bad_rows_are_all_named_and_nothing_is_taken_in(
    write_world: Write, tmp_path: Path
) -> None:
    """One error names every bad row by file, line and column; the good ones wait (R2)."""
    order = {"po": "1", "supplier": "L-1", "lines": [{"line": "1", "qty": "viel"}]}
    folder = write_world(
        {"closed_periods_until": "soon", "chart": "ikr", "accounts": {"x": {"skr03": "1"}}},
        suppliers=[SUPPLIER, {"name": "no id"}, {"id": "bad id", "name": "x"}],
        purchase_orders="\n".join([json.dumps(order), "{oops", "7"]),
        contracts=[{"contract": "1", "supplier": "L-1", "monthly_net": "NaN"}],
        posted_invoices=[{"supplier": "L-1", "number": "1", "gross": "1", "status": "weird"}],
    )
    async with connected(tmp_path, None) as systems:
        erp = systems[Erp]
        with pytest.raises(WorldRefused) as refusal:
            await load([Connection("erp", Erp, erp)], folder)
        with pytest.raises(Missing):
            await erp.find_supplier(FindSupplier(vat=SUPPLIER["vat"]))
    said = str(refusal.value)
    for part in (
        "suppliers.jsonl:2: id: Field required",
        "suppliers.jsonl:3: id: ",
        "purchase_orders.jsonl:1: lines.0.qty",
        "purchase_orders.jsonl:1: lines.0.price: Field required",
        "purchase_orders.jsonl:2: no JSON",
        "purchase_orders.jsonl:3: not an object",
        "contracts.jsonl:1: monthly_net",
        "posted_invoices.jsonl:1: status: ",
        "status `weird` is none of",
        "closed_periods_until: `soon`",
        "`ikr` is neither skr03 nor skr04",
        "accounts.x needs skr03 and skr04",
    ):
        assert part in said


async def test_a_line_ends_where_a_line_feed_is(tmp_path: Path, write_world: Write) -> None:
    """Windows line ends and a byte order mark are no part of rows; a U+2028 in one parts none."""
    row = json.dumps(SUPPLIER | {"street": "Am Deich\u2028Hof 2"}, ensure_ascii=False)
    folder = write_world({}, suppliers=[SUPPLIER])
    (folder / "suppliers.jsonl").write_bytes(f"\ufeff{row}\r\n\r\n{{\r\n".encode())
    with pytest.raises(WorldRefused, match=r"world: suppliers\.jsonl:3: no JSON[^;]*$"):
        await connect(tmp_path, folder, "nord")


async def test_bytes_that_are_no_text_are_named_by_line(write_world: Write, tmp_path: Path) -> None:
    """A file that another program wrote in Latin-1: the first such line is told."""
    folder = write_world({}, suppliers=[SUPPLIER])
    with (folder / "suppliers.jsonl").open("ab") as file:
        file.write(b'\n{"id": "L-2", "name": "M\xfcller"}\n')
    with pytest.raises(WorldRefused, match=r"suppliers\.jsonl:\d: not UTF-8"):
        await connect(tmp_path, folder, "nord")


def test_a_day_that_is_none_is_refused_before_the_clock_begins(write_world: Write) -> None:
    """`today` is read first of all: it is named as any other value."""
    with pytest.raises(WorldRefused, match="today: `heute` is no day such as 2026-11-20"):
        limits(write_world({"today": "heute"}, suppliers=[SUPPLIER]))


@pytest.mark.parametrize("absent", [True, False])
async def test_a_history_that_is_absent_is_said(
    write_world: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, absent: bool
) -> None:
    """Without it no duplicate of an earlier system's invoice is seen; an empty one is known."""
    folder = write_world({}, suppliers=[SUPPLIER], posted_invoices="")
    if absent:
        (folder / "posted_invoices.jsonl").unlink()
    with caplog.at_level(logging.WARNING, "leitstand.world"):
        async with connected(tmp_path, folder):
            assert any("no duplicate" in r.getMessage() for r in caplog.records) is absent


async def test_two_rows_of_one_key(write_world: Write, tmp_path: Path) -> None:
    """Equal rows are one; rows that differ under one key are refused, not silently overwritten."""
    twice = [SUPPLIER, SUPPLIER]
    async with connected(tmp_path, write_world({}, suppliers=twice)) as systems:
        assert (await systems[Erp].find_supplier(FindSupplier(vat=SUPPLIER["vat"]))).value.supplier
    other = write_world({}, suppliers=[SUPPLIER, SUPPLIER | {"iban": "DE1"}])
    with pytest.raises(WorldRefused, match="`L-1` stands there twice"):
        await connect(tmp_path, other, "nord")


async def test_a_refused_world_gives_the_files_back(write_world: Write, tmp_path: Path) -> None:
    """After a refusal the state can be opened anew."""
    with pytest.raises(WorldRefused):
        await connect(tmp_path, write_world({}, suppliers="{"), "nord")
    async with connected(tmp_path, write_world({}, suppliers=[SUPPLIER])) as systems:
        assert (await systems[Erp].find_supplier(FindSupplier(vat=SUPPLIER["vat"]))).value.supplier


@pytest.mark.parametrize(
    ("policy", "day", "expected"),
    [
        (
            {"closed_periods_until": "2026-10-31"},
            "2026-10-31",
            ("2026-10-01", "2026-10-31", "closed"),
        ),
        (
            {"closed_periods_until": "2026-10-15"},
            "2026-10-15",
            ("2026-10-01", "2026-10-15", "closed"),
        ),
        (
            {"closed_periods_until": "2026-10-15"},
            "2026-10-16",
            ("2026-10-16", "2026-10-31", "open"),
        ),
        (
            {"closed_periods_until": "2026-10-15", "next_open_posting_date": "2026-11-01"},
            "2026-10-16",
            ("2026-10-01", "2026-10-31", "closed"),
        ),
        ({"today": "2026-11-20"}, "2027-12-31", ("2027-12-01", "2027-12-31", "open")),
        ({}, "1999-01-01", ("0001-01-01", "9999-12-31", "open")),
    ],
)
async def test_periods_follow_the_limits(
    write_world: Write,
    tmp_path: Path,
    policy: dict[str, str],
    day: str,
    expected: tuple[str, str, str],
) -> None:
    """Months, split where the books were closed in the midst of one."""
    start, end, state = expected
    async with connected(tmp_path, write_world(policy, suppliers=[])) as systems:
        found = await systems[Erp].find_period(FindPeriod(day=dt.date.fromisoformat(day)))
    assert found.value.period == Period.model_validate(
        {"start": start, "end": end, "state": state}, strict=False
    )


async def test_customers_and_rates(write_world: Write, tmp_path: Path) -> None:
    """Customers come with whole cents; amounts with fractions of a cent are refused."""
    rows = [{"id": "C1", "name": "Harms", "credit_limit": "20000", "open": 3200.5}]
    rates = [{"currency": "CHF", "date": "2026-11-02", "rate": 1.0712}]
    folder = write_world({}, suppliers=[], customers=rows, exchange_rates=rates)
    async with connected(tmp_path, folder) as systems:
        customer = (await systems[Crm].get_customer(GetCustomer(customer_id="C1"))).value
    assert (customer.credit_limit_cents, customer.open_cents) == (2_000_000, 320_050)


async def test_the_spool_of_a_state_feeds_its_archive(tmp_path: Path) -> None:
    """What was put into the state's spool can be archived by its hash."""
    sha256 = spool(tmp_path).put(b"<Invoice/>")
    args = StoreOriginal(sha256=sha256, media_type="text/xml", size=10)
    async with connected(tmp_path, None) as systems:
        assert (await systems[Dms].store_original(args, "k")).sha256 == sha256


def test_a_day_may_have_the_time_that_databases_write(write_world: Write) -> None:
    """Midnight behind a day says nothing more; the clock begins at the day."""
    found = limits(write_world({"today": "2027-03-15T00:00:00"}))
    assert found["today"] == "2027-03-15"
