"""Reading orders, receipts, contracts and periods."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from leitstand.errors import Missing
from tools.database import Database, Tenancy
from tools.erp import Contract, FindContracts, FindPeriod, GetOrder, ListReceipts, PurchaseOrder
from tools.erp.embedded import EmbeddedErp
from tools.erp.intake import Holdings


@pytest.mark.parametrize("number", ["BE-26-0101", "be 26 0101", "BE/26/0101"])
async def test_an_order_is_found_by_any_spelling_of_its_number(
    erp: EmbeddedErp, number: str
) -> None:
    """Marks and case of an order number do not matter; the answer has the number as it is."""
    order = (await erp.get_order(GetOrder(order_no=number))).value
    assert order is not None
    assert (order.po, order.supplier) == ("BE-26-0101", "S1")
    assert [(line.line, line.qty, line.price) for line in order.lines] == [
        ("1", Decimal(12), Decimal("42.50")),
        ("2", Decimal(40), Decimal("8.90")),
    ]


async def test_an_unknown_order_is_none(erp: EmbeddedErp) -> None:
    """A number nobody knows is an answer, not an error; so is one that fits two orders."""
    assert (await erp.get_order(GetOrder(order_no="BE-26-0999"))).value is None


async def test_an_ambiguous_spelling_finds_nothing(erp: EmbeddedErp, holdings: Holdings) -> None:
    """Where two orders differ only in marks, only the exact number finds one."""
    twin = PurchaseOrder(po="BE26-0101", supplier="S2")
    await erp.take_in(dataclasses.replace(holdings, orders=(*holdings.orders, twin)))
    assert (await erp.get_order(GetOrder(order_no="BE 26 0101"))).value is None
    exact = (await erp.get_order(GetOrder(order_no="BE26-0101"))).value
    assert exact is not None
    assert exact.supplier == "S2"


async def test_receipts_of_an_order(erp: EmbeddedErp) -> None:
    """Receipts come with exact quantities; an order without any has none."""
    found = (await erp.list_receipts(ListReceipts(order_no="BE-26-0101"))).value
    assert [(r.gr, [(x.line, x.qty) for x in r.lines]) for r in found] == [
        ("WE-1", [("1", Decimal("10.5"))])
    ]
    assert (await erp.list_receipts(ListReceipts(order_no="BE-26-0102"))).value == ()
    assert (await erp.list_receipts(ListReceipts(order_no="nowhere"))).value == ()


@pytest.mark.parametrize("absent", ["purchase_orders", "goods_receipts"])
async def test_a_list_that_was_never_loaded_is_missing(database: Database, absent: str) -> None:
    """An ERP without its orders or receipts says so: nothing is taken for "not there"."""
    site = EmbeddedErp(Tenancy(database, "poor"))
    await site.prepare()
    lists = {"suppliers", "purchase_orders", "goods_receipts"} - {absent}
    await site.take_in(Holdings(lists=dict.fromkeys(lists, "x")))
    order = site.get_order(GetOrder(order_no="1"))
    receipts = site.list_receipts(ListReceipts(order_no="1"))
    lost, found = (order, receipts) if absent == "purchase_orders" else (receipts, order)
    with pytest.raises(Missing, match=absent):
        await lost
    assert not (await found).value


async def test_contracts_of_a_supplier(erp: EmbeddedErp, holdings: Holdings) -> None:
    """Contracts are found by supplier, ended ones included; others' are not."""
    contracts = (
        Contract(contract="MV-2", supplier="S2", monthly_net=Decimal("2850.00")),
        Contract(
            contract="MV-1",
            supplier="S2",
            monthly_net=Decimal(100),
            valid_to=dt.date(2025, 1, 1),
        ),
        Contract(contract="MV-3", supplier="S1", monthly_net=Decimal(1)),
    )
    await erp.take_in(dataclasses.replace(holdings, contracts=contracts))
    found = (await erp.find_contracts(FindContracts(supplier_id="S2"))).value
    assert [c.contract for c in found] == ["MV-1", "MV-2"]
    assert str(found[1].monthly_net) == "2850.00"


@pytest.mark.parametrize(
    ("day", "state", "opens"),
    [
        (dt.date(2026, 10, 28), "closed", dt.date(2026, 11, 1)),
        (dt.date(2026, 11, 6), "open", dt.date(2026, 11, 6)),
        (dt.date(2026, 9, 1), None, dt.date(2026, 11, 1)),
        (dt.date(2027, 1, 1), None, None),
    ],
)
async def test_the_period_of_a_day(
    erp: EmbeddedErp, day: dt.date, state: str | None, opens: dt.date | None
) -> None:
    """A closed day names the next open one; a day beyond all periods has neither."""
    found = (await erp.find_period(FindPeriod(day=day))).value
    assert (found.period.state if found.period else None, found.next_open) == (state, opens)
