"""The embedded treasury: a payment is in one order, and an order has its file."""

import asyncio
import datetime as dt
import hashlib
from pathlib import Path

import pytest

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing, Unreachable
from tools.database import Database, Tenancy
from tools.erp import PostVoucher, ProposePayment, ReverseVoucher, TaxShare
from tools.erp.embedded import EmbeddedErp
from tools.treasury import FindDue, PrepareOrder, Transfer
from tools.treasury.embedded import EmbeddedTreasury

OWN = "DE02120300000000202051"
KELLER = "DE43290400900602051017"
DAY = dt.date(2026, 11, 20)


@pytest.fixture
async def treasury(
    erp: EmbeddedErp, database: Database, clock: FixedClock, tmp_path: Path
) -> EmbeddedTreasury:
    """A treasury over the books of the small company."""
    system = EmbeddedTreasury(Tenancy(database, "nord", clock), tmp_path / "treasury")
    await system.prepare()
    return system


async def proposed(erp: EmbeddedErp, number: str, cents: int = 119_00) -> str:
    """A posted invoice of Keller whose payment is proposed; the voucher's number."""
    net = cents * 100 // 119
    voucher = await erp.post_voucher(
        PostVoucher(
            supplier_id="S1",
            invoice_no=number,
            invoice_date=dt.date(2026, 11, 2),
            posting_date=dt.date(2026, 11, 2),
            gross_cents=cents,
            net_cents=net,
            tax_cents=cents - net,
            payable_cents=cents,
            tax_case="domestic",
            taxes=(TaxShare(rate_permyriad=1900, net_cents=net, tax_cents=cents - net),),
            account="material",
            document_sha256="0" * 64,
        ),
        f"post-{number}",
    )
    payment = ProposePayment(
        supplier_id="S1", invoice_no=number, iban=KELLER, amount_cents=cents, execute_on=DAY
    )
    await erp.propose_payment(payment, f"pay-{number}")
    return voucher.voucher_no


async def order_of_all(treasury: EmbeddedTreasury) -> PrepareOrder:
    """The order of all that is due."""
    due = (await treasury.find_due(FindDue(until=DAY))).value.payments
    transfers = tuple(
        Transfer.model_validate(p.model_dump(include=set(Transfer.model_fields))) for p in due
    )
    return PrepareOrder(
        debtor_name="Nordwerk",
        debtor_iban=OWN,
        execute_on=DAY,
        total_cents=sum(one.amount_cents for one in transfers),
        transfers=transfers,
    )


async def test_an_order_is_made_once_with_its_file(
    treasury: EmbeddedTreasury, erp: EmbeddedErp
) -> None:
    """The same key is the same order, however often and at once; the file is what it names."""
    await proposed(erp, "A-1")
    await proposed(erp, "A-2")
    args = await order_of_all(treasury)
    assert await treasury.order_of("k") is None
    many = await asyncio.gather(*(treasury.prepare_order(args, "k") for _ in range(4)))
    assert {one.order_no for one in many} == {"ZL-000001"}
    order = many[0]
    assert (order.transfers, order.total_cents) == (2, 238_00)
    content = (treasury.folder / order.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == order.sha256
    assert (treasury.folder / order.file).stat().st_mode & 0o777 == 0o600
    assert (await treasury.find_due(FindDue(until=DAY))).value.payments == ()


async def test_a_payment_is_in_one_order(treasury: EmbeddedTreasury, erp: EmbeddedErp) -> None:
    """Another key, another order: what is taken is not open any more, and nothing is half done."""
    await proposed(erp, "A-1")
    first = await order_of_all(treasury)
    await treasury.prepare_order(first, "k")
    await proposed(erp, "A-2")
    (second,) = (await order_of_all(treasury)).transfers
    both = first.model_copy(update={"transfers": (second, *first.transfers), "total_cents": 238_00})
    with pytest.raises(Missing, match="no payment `Z-000001` is open"):
        await treasury.prepare_order(both, "other")
    assert await treasury.order_of("other") is None
    due = (await treasury.find_due(FindDue(until=DAY))).value.payments
    assert [p.payment_no for p in due] == ["Z-000002"]


@pytest.mark.parametrize(
    "other",
    [
        {"iban": "DE73290400900546290415"},
        {"amount_cents": 118_99},
        {"creditor_name": "Keller"},
        {"remittance": "x"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_the_books_have_the_last_word(
    other: dict[str, object], treasury: EmbeddedTreasury, erp: EmbeddedErp
) -> None:
    """A transfer that says something else than its proposal is refused, whoever asks."""
    await proposed(erp, "A-1")
    args = await order_of_all(treasury)
    wrong = args.transfers[0].model_copy(update=other)
    changed = args.model_copy(update={"transfers": (wrong,), "total_cents": wrong.amount_cents})
    with pytest.raises(Contradiction, match="something else of payment `Z-000001`"):
        await treasury.prepare_order(changed, "k")


async def test_what_is_reversed_is_not_due(treasury: EmbeddedTreasury, erp: EmbeddedErp) -> None:
    """A voucher that is taken back takes its proposal with it."""
    number = await proposed(erp, "A-1")
    args = await order_of_all(treasury)
    back = ReverseVoucher(voucher_no=number, posting_date=DAY, reason="duplicate")
    await erp.reverse_voucher(back, "back")
    assert (await treasury.find_due(FindDue(until=DAY))).value.payments == ()
    with pytest.raises(Missing):
        await treasury.prepare_order(args, "k")


async def test_a_file_that_could_not_be_written_comes_with_the_next_try(
    treasury: EmbeddedTreasury, erp: EmbeddedErp
) -> None:
    """The order stands; looking it up under its key writes the file that is missing."""
    await proposed(erp, "A-1")
    args = await order_of_all(treasury)
    treasury.folder.write_text("in the way")
    with pytest.raises(Unreachable, match=r"`ZL-000001.xml` cannot be written"):
        await treasury.prepare_order(args, "k")
    treasury.folder.unlink()
    found = await treasury.order_of("k")
    assert found is not None
    assert (treasury.folder / found.file).is_file()
