"""Payment proposals and bank changes: what may be proposed, and from where its data come."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from leitstand.errors import CallFailed, Contradiction, Missing
from tools.erp import (
    DraftVoucher,
    FindSupplier,
    PostVoucher,
    ProposeBankChange,
    ProposePayment,
    ReverseVoucher,
    VoucherDiscount,
)
from tools.erp.embedded import EmbeddedErp
from tools.erp.intake import Holdings

Fields = Callable[..., dict[str, Any]]
DAY = dt.date(2026, 11, 20)
MASTER = "DE43290400900602051017"
OTHER = "DE89370400440532013000"


def payment(**changed: object) -> ProposePayment:
    """A payment of 119 € to the master's account."""
    fields: dict[str, Any] = {
        "supplier_id": "S1",
        "invoice_no": "RE-1",
        "iban": MASTER,
        "amount_cents": 11_900,
        "execute_on": DAY,
    }
    return ProposePayment.model_validate(fields | changed)


async def test_a_payment_takes_its_data_from_the_books(erp: EmbeddedErp, invoice: Fields) -> None:
    """Payee and remittance are the ERP's; a euro amount is a SEPA payment; the key is honoured."""
    posted = await erp.post_voucher(PostVoucher(**invoice()), "k1")
    proposed = await erp.propose_payment(payment(), "k2")
    assert proposed.creditor_name == "Keller Dichtungstechnik GmbH"
    assert proposed.remittance == "RE-1 06.11.2026"
    assert (proposed.scheme, proposed.voucher_no) == ("sepa", posted.voucher_no)
    assert await erp.propose_payment(payment(), "k2") == proposed
    assert await erp.payment_of("k2") == proposed


@pytest.mark.parametrize(
    ("changed", "failure", "says"),
    [
        ({"iban": OTHER}, Contradiction, "master record"),
        ({"amount_cents": 11_901}, Contradiction, "11900 cents are open"),
        ({"currency": "CHF"}, Contradiction, "in EUR"),
        ({"amount_cents": 11_662, "discount_cents": 238}, Contradiction, "no such discount"),
        ({"invoice_no": "RE-2"}, Missing, "no posted voucher"),
        ({"supplier_id": "S9"}, Missing, "no supplier"),
    ],
)
async def test_what_is_not_proposed(
    erp: EmbeddedErp,
    invoice: Fields,
    changed: dict[str, Any],
    failure: type[CallFailed],
    says: str,
) -> None:
    """Another account, too much, another currency or an unknown invoice is refused."""
    await erp.post_voucher(PostVoucher(**invoice()), "k1")
    with pytest.raises(failure, match=says):
        await erp.propose_payment(payment(**changed), "k2")
    assert await erp.payment_of("k2") is None


async def test_only_posted_invoices_are_paid(erp: EmbeddedErp, invoice: Fields) -> None:
    """A draft, a credit note and a reversed voucher are never proposed."""
    await erp.draft_voucher(DraftVoucher(**invoice()), "k1")
    with pytest.raises(Missing):
        await erp.propose_payment(payment(), "k2")
    posted = await erp.post_voucher(PostVoucher(**invoice()), "k3")
    args = ReverseVoucher(voucher_no=posted.voucher_no, posting_date=DAY, reason="withdrawn")
    await erp.reverse_voucher(args, "k4")
    with pytest.raises(Missing):
        await erp.propose_payment(payment(), "k5")
    await erp.post_voucher(PostVoucher(**invoice(credit=True)), "k6")
    with pytest.raises(Contradiction, match="set off"):
        await erp.propose_payment(payment(), "k7")


async def test_a_reversal_withdraws_the_payment(erp: EmbeddedErp, invoice: Fields) -> None:
    """What was proposed for a reversed voucher is withdrawn and does not count any more."""
    posted = await erp.post_voucher(PostVoucher(**invoice()), "k1")
    await erp.propose_payment(payment(), "k2")
    args = ReverseVoucher(voucher_no=posted.voucher_no, posting_date=DAY, reason="withdrawn")
    await erp.reverse_voucher(args, "k3")
    await erp.post_voucher(PostVoucher(**invoice()), "k4")
    assert (await erp.propose_payment(payment(), "k5")).payment_no == "Z-000002"


async def test_parts_never_exceed_the_whole(erp: EmbeddedErp, invoice: Fields) -> None:
    """Several proposals share what is open; a prepayment has been taken off before."""
    await erp.post_voucher(PostVoucher(**invoice(payable_cents=9_000)), "k1")
    await erp.propose_payment(payment(amount_cents=5_000), "k2")
    with pytest.raises(Contradiction, match="4000 cents"):
        await erp.propose_payment(payment(amount_cents=4_001), "k3")
    await erp.propose_payment(payment(amount_cents=4_000), "k4")


async def test_a_discount_counts_until_its_day(erp: EmbeddedErp, invoice: Fields) -> None:
    """The discount of the voucher is taken on its last day and not a day later."""
    until = dt.date(2026, 11, 20)
    terms = {"discount_until": until, "discount_cents": 238}
    await erp.post_voucher(PostVoucher(**invoice(**terms)), "k1")
    taken = {"amount_cents": 11_662, "discount_cents": 238}
    with pytest.raises(Contradiction, match="discount"):
        await erp.propose_payment(payment(**taken, execute_on=until + dt.timedelta(days=1)), "k2")
    await erp.propose_payment(payment(**taken, execute_on=until), "k3")


@pytest.mark.parametrize(
    ("days", "most"),
    [(0, 357), (1, 238), (7, 238), (8, 0)],
)
async def test_a_later_discount_counts_once_the_higher_has_lapsed(
    days: int, most: int, erp: EmbeddedErp, invoice: Fields
) -> None:
    """Of 3 % and, for a week more, 2 %: each up to its own day, and never more than it grants."""
    until = dt.date(2026, 11, 13)
    later = VoucherDiscount(
        discount_until=until + dt.timedelta(days=7), discount_percent=Decimal(2), discount_cents=238
    )
    terms = {"discount_until": until, "discount_cents": 357, "later_discounts": (later,)}
    await erp.post_voucher(PostVoucher(**invoice(**terms)), "k1")
    day = until + dt.timedelta(days=days)
    more, asked = (
        payment(amount_cents=11_900 - off, discount_cents=off, execute_on=day)
        for off in (most + 1, most)
    )
    with pytest.raises(Contradiction, match="no such discount"):
        await erp.propose_payment(more, "k2")
    assert (await erp.propose_payment(asked, "k3")).amount_cents == 11_900 - most


async def test_an_inactive_supplier_is_not_paid(
    erp: EmbeddedErp, invoice: Fields, holdings: Holdings
) -> None:
    """A supplier that was blocked after the posting is not paid."""
    await erp.post_voucher(PostVoucher(**invoice()), "k1")
    blocked = holdings.suppliers[0].model_copy(update={"status": "blocked"})
    await erp.take_in(dataclasses.replace(holdings, suppliers=(blocked,)))
    with pytest.raises(Contradiction, match="is blocked"):
        await erp.propose_payment(payment(), "k2")


async def test_a_bank_change_changes_nothing(erp: EmbeddedErp) -> None:
    """The master keeps its account; a second proposal of the same account is the same one."""
    args = ProposeBankChange(supplier_id="S1", iban=OTHER, document_sha256="0" * 64)
    first = await erp.propose_bank_change(args, "k1")
    second = await erp.propose_bank_change(args, "k2")
    assert first == second
    assert (first.known_iban, first.call_back) == (MASTER, "+49 000 907796")
    found = (await erp.find_supplier(FindSupplier(vat="DE999999026"))).value.supplier
    assert found is not None
    assert found.iban == MASTER
    with pytest.raises(Contradiction, match="already"):
        await erp.propose_bank_change(args.model_copy(update={"iban": MASTER}), "k3")


@pytest.mark.parametrize("iban", ["DE43 2904 0090", "de89370400440532013000", "DE89", "x" * 22])
def test_an_iban_is_in_electronic_form(iban: str) -> None:
    """Blanks, small letters and anything that is no IBAN do not become arguments."""
    with pytest.raises(ValidationError):
        payment(iban=iban)


@pytest.mark.parametrize("amount", [0, -1, True, "119", 119.0])
def test_an_amount_is_positive_whole_cents(amount: object) -> None:
    """Zero, negative, boolean, text and float amounts do not become arguments."""
    with pytest.raises(ValidationError):
        payment(amount_cents=amount)
