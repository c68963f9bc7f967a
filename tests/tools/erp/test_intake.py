"""Taking in holdings: repeatable, versioned, with a warning for what refers to nothing."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from leitstand.errors import Contradiction
from tools.database import Database, Tenancy
from tools.erp import (
    Contract,
    DraftVoucher,
    FindInvoices,
    FindSupplier,
    GoodsReceipt,
    InvoicedLine,
    Period,
    PostedInvoice,
    PurchaseOrder,
    schema,
)
from tools.erp.embedded import EmbeddedErp
from tools.erp.intake import Holdings

Fields = Callable[..., dict[str, Any]]
OLD = PostedInvoice(
    supplier="S1",
    number="RE-1",
    date=dt.date(2026, 10, 20),
    gross=Decimal("177.79"),
    po="BE-26-0101",
    lines=(InvoicedLine(line="1", qty=Decimal(3)),),
)


async def dump(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    tables = schema.metadata.sorted_tables
    return await database.read(lambda c: {t.name: list(c.execute(select(t))) for t in tables})


async def test_taking_in_twice_changes_nothing(
    erp: EmbeddedErp, database: Database, holdings: Holdings
) -> None:
    """No row, version or revision differs after the same holdings came again."""
    undone = OLD.model_copy(update={"number": "RE-0", "status": "reversed", "lines": ()})
    full = dataclasses.replace(holdings, invoices=(OLD, undone))
    await erp.take_in(full)
    before = await dump(database)
    assert await erp.take_in(full) == []
    assert await dump(database) == before


async def test_carried_invoices_stand_in_the_ledger(erp: EmbeddedErp, holdings: Holdings) -> None:
    """An invoice of an earlier system is known with its quantities and has no voucher number."""
    await erp.take_in(dataclasses.replace(holdings, invoices=(OLD,)))
    (entry,) = (await erp.find_invoices(FindInvoices(supplier_id="S1"))).value.invoices
    assert entry == OLD
    later = FindInvoices(supplier_id="S1", since=dt.date(2026, 10, 21))
    assert (await erp.find_invoices(later)).value.invoices == ()


async def test_a_carried_number_is_taken(
    erp: EmbeddedErp, holdings: Holdings, invoice: Fields
) -> None:
    """What was posted in an earlier system cannot be entered again."""
    await erp.take_in(dataclasses.replace(holdings, invoices=(OLD,)))
    with pytest.raises(Contradiction, match="already posted"):
        await erp.draft_voucher(DraftVoucher(**invoice()), "k1")


async def test_a_carried_invoice_can_be_paid_later(erp: EmbeddedErp, holdings: Holdings) -> None:
    """A later load may say that it was paid; other values are not taken over."""
    await erp.take_in(dataclasses.replace(holdings, invoices=(OLD,)))
    paid = OLD.model_copy(update={"status": "paid"})
    assert await erp.take_in(dataclasses.replace(holdings, invoices=(paid,))) == []
    other = OLD.model_copy(update={"gross": Decimal(1)})
    (warning,) = await erp.take_in(dataclasses.replace(holdings, invoices=(other,)))
    assert "other values" in warning
    (entry,) = (await erp.find_invoices(FindInvoices(supplier_id="S1"))).value.invoices
    assert (entry.status, entry.gross) == ("paid", Decimal("177.79"))


async def test_one_number_in_two_spellings_is_carried_once(
    erp: EmbeddedErp, holdings: Holdings
) -> None:
    """An earlier system that has a number twice does not keep the company from starting."""
    twin = OLD.model_copy(update={"number": "re 1"})
    (warning,) = await erp.take_in(dataclasses.replace(holdings, invoices=(OLD, twin)))
    assert warning == "posted invoice re 1 of S1 stands there twice: left out"


async def test_what_refers_to_nothing_is_left_out(erp: EmbeddedErp, holdings: Holdings) -> None:
    """Rows with unknown suppliers or orders are named in warnings; the rest is taken in."""
    stray = dataclasses.replace(
        holdings,
        orders=(*holdings.orders, PurchaseOrder(po="X-1", supplier="S99")),
        receipts=(GoodsReceipt(gr="WE-9", po="X-1"),),
        contracts=(Contract(contract="MV-9", supplier="S99", monthly_net=Decimal(1)),),
        invoices=(
            OLD.model_copy(update={"supplier": "S99"}),
            OLD.model_copy(update={"po": "X-9", "number": "RE-8"}),
        ),
    )
    warnings = await erp.take_in(stray)
    assert sorted(w.partition(" refers")[0] for w in warnings) == [
        "contract MV-9",
        "goods receipt WE-9",
        "order X-1",
        "posted invoice RE-1",
        "the order of posted invoice RE-8",
    ]
    (entry,) = (await erp.find_invoices(FindInvoices(supplier_id="S1"))).value.invoices
    assert (entry.number, entry.po, entry.lines) == ("RE-8", None, ())


async def test_periods_are_replaced(erp: EmbeddedErp, holdings: Holdings, invoice: Fields) -> None:
    """Closing a month in its midst splits it: what was open before is closed from then on."""
    split = (
        Period(start=dt.date(2026, 11, 1), end=dt.date(2026, 11, 10), state="closed"),
        Period(start=dt.date(2026, 11, 11), end=dt.date(2026, 11, 30), state="open"),
    )
    await erp.take_in(dataclasses.replace(holdings, periods=split))
    draft = await erp.draft_voucher(DraftVoucher(**invoice()), "k1")
    assert draft.state == "draft"


async def test_a_stale_version_is_not_overwritten(
    erp: EmbeddedErp, database: Database, holdings: Holdings
) -> None:
    """Each change of a master record raises its version by one, in each tenant by itself."""
    south = EmbeddedErp(Tenancy(database, "south"))
    await south.take_in(holdings)
    for city in ("Bremen", "Hamburg"):
        moved = holdings.suppliers[0].model_copy(update={"city": city})
        await erp.take_in(dataclasses.replace(holdings, suppliers=(moved,)))
    asked = FindSupplier(vat="DE999999026")
    for site, version in ((erp, 3), (south, 1)):
        found = (await site.find_supplier(asked)).value.supplier
        assert found is not None
        assert found.version == version
