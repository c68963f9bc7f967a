"""Double entry of every tax case, in both charts."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leitstand.errors import Contradiction, Missing
from tools.erp import DraftVoucher, TaxShare
from tools.erp.booking import book, convert, reverse
from tools.erp.chart import Account, Chart, Framework, standard_accounts

Fields = Callable[..., dict[str, Any]]
ACCOUNTS = dict(standard_accounts()) | {
    "material": Account("material", "3400", "5400"),
    "construction13b": Account("construction13b", "3120", "5920"),
    "igE": Account("igE", "3425", "5425"),
}


def booked(
    args: DraftVoucher, framework: Framework = "skr03", micros: int = 1_000_000
) -> list[Any]:
    """Account and cents of every line."""
    booking = book(args, Chart(ACCOUNTS, framework), "70001", micros)
    assert sum(line.amount_cents for line in booking.lines) == 0
    return [(line.account, line.amount_cents) for line in booking.lines]


@pytest.mark.parametrize(
    ("framework", "expense", "tax"), [("skr03", "3400", "1576"), ("skr04", "5400", "1406")]
)
def test_domestic(invoice: Fields, framework: Framework, expense: str, tax: str) -> None:
    """Net to the expense account, VAT to input VAT, gross to the creditor (§ 15 UStG)."""
    lines = booked(DraftVoucher(**invoice()), framework)
    assert lines == [(expense, 10_000), (tax, 1_900), ("70001", -11_900)]


def test_two_rates(invoice: Fields) -> None:
    """Each rate has its own account of input VAT."""
    shares = (
        TaxShare(rate_permyriad=1900, net_cents=10_000, tax_cents=1_900),
        TaxShare(rate_permyriad=700, net_cents=5_000, tax_cents=350),
    )
    args = DraftVoucher(
        **invoice(net_cents=15_000, tax_cents=2_250, gross_cents=17_250, taxes=shares)
    )
    assert booked(args) == [("3400", 15_000), ("1576", 1_900), ("1571", 350), ("70001", -17_250)]


@pytest.mark.parametrize(
    ("case", "account", "sides"),
    [
        ("reverse_charge_13b", "construction13b", [("1577", 140_600), ("1787", -140_600)]),
        ("intra_eu", "igE", [("1574", 140_600), ("1774", -140_600)]),
    ],
)
def test_vat_that_the_buyer_owes(
    invoice: Fields, case: str, account: str, sides: list[tuple[str, int]]
) -> None:
    """19 % of the net amount is assessed and deducted at once (§ 13b, § 1a UStG)."""
    fields = invoice(
        tax_case=case, account=account, net_cents=740_000, tax_cents=0, gross_cents=740_000
    )
    lines = booked(DraftVoucher(**fields))
    assert lines[1:-1] == sides
    assert lines[-1] == ("70001", -740_000)
    booking = book(DraftVoucher(**fields), Chart(ACCOUNTS), "70001")
    assert booking.self_assessed_cents == 140_600


@pytest.mark.parametrize("case", ["small_business", "exempt", "export_other"])
def test_no_vat_at_all(invoice: Fields, case: str) -> None:
    """A small business (§ 19 UStG) or an exempt supply has no input VAT, however it is called."""
    args = DraftVoucher(**invoice(tax_case=case, net_cents=48_000, tax_cents=0, gross_cents=48_000))
    assert booked(args) == [("3400", 48_000), ("70001", -48_000)]


def test_a_credit_note_turns_the_sides(invoice: Fields) -> None:
    """A credit note is booked with the opposite sign on the same accounts."""
    lines = booked(DraftVoucher(**invoice(credit=True)))
    assert lines == [("3400", -10_000), ("1576", -1_900), ("70001", 11_900)]


def test_foreign_currency_is_converted_once(invoice: Fields) -> None:
    """Amounts are converted by the rate, half up; the books stay balanced to the cent."""
    fields = invoice(
        tax_case="intra_eu", account="igE", net_cents=94_501, tax_cents=0, gross_cents=94_501
    )
    lines = booked(DraftVoucher(**fields), micros=1_071_200)
    assert lines == [
        ("3425", 101_229),
        ("1574", 19_234),
        ("1774", -19_234),
        ("70001", -101_229),
    ]


def test_an_account_that_the_chart_lacks(invoice: Fields) -> None:
    """An unknown key or a rate without account is missing data, never a guess."""
    odd = (TaxShare(rate_permyriad=1600, net_cents=10_000, tax_cents=1_900),)
    for changed in ({"account": "travel"}, {"taxes": odd}):
        with pytest.raises(Missing, match="no key"):
            booked(DraftVoucher(**invoice(**changed)))
    zero = (TaxShare(rate_permyriad=0, net_cents=10_000, tax_cents=1_900),)
    with pytest.raises(Contradiction):
        booked(DraftVoucher(**invoice(taxes=zero)))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"gross_cents": 11_901}, "add up to gross_cents"),
        ({"taxes": ()}, "by rate"),
        ({"tax_case": "exempt"}, "must be 0"),
        ({"taxes": ({"rate_permyriad": 1900, "net_cents": 9_000, "tax_cents": 1_900},)}, "taxes"),
    ],
)
def test_a_voucher_that_does_not_close_is_refused(
    invoice: Fields, changed: dict[str, Any], says: str
) -> None:
    """Arguments that contradict each other never reach the books."""
    with pytest.raises(ValidationError, match=says):
        DraftVoucher(**invoice(**changed))


CENTS = st.integers(min_value=-(10**9), max_value=10**9)


@given(
    net=st.lists(st.tuples(st.sampled_from([700, 1900]), CENTS), min_size=1, max_size=4),
    case=st.sampled_from(["domestic", "reverse_charge_13b", "intra_eu", "exempt"]),
    sign=st.sampled_from([1, -1]),
    micros=st.integers(min_value=1, max_value=10**9),
)
def test_every_booking_balances(
    net: list[tuple[int, int]], case: str, sign: int, micros: int
) -> None:
    """For any amounts, rates, tax case, sign and currency, debit equals credit."""
    taxed = case == "domestic"
    shares = tuple(
        TaxShare(rate_permyriad=rate, net_cents=n, tax_cents=n * rate // 10_000 if taxed else 0)
        for rate, n in net
    )
    total, tax = sum(n for _, n in net), sum(s.tax_cents for s in shares)
    fields: dict[str, Any] = {
        "supplier_id": "S1",
        "invoice_no": "1",
        "invoice_date": "2026-11-06",
        "posting_date": "2026-11-06",
        "gross_cents": total + tax,
        "net_cents": total,
        "tax_cents": tax,
        "payable_cents": total + tax,
        "tax_case": case,
        "taxes": [s.model_dump() for s in shares],
        "account": "material",
        "credit": sign < 0,
        "document_sha256": "0" * 64,
    }
    args = DraftVoucher.model_validate(fields, strict=False)
    booking = book(args, Chart(ACCOUNTS), "70001", micros)
    assert sum(line.amount_cents for line in booking.lines) == 0
    assert booking.lines[-1].amount_cents == -sign * convert(total + tax, micros)
    assert sum(line.amount_cents for line in reverse(booking.lines)) == 0


@given(CENTS, st.integers(min_value=1, max_value=10**9))
def test_conversion_is_symmetric(cents: int, micros: int) -> None:
    """Commercial rounding treats a credit like a charge."""
    assert convert(-cents, micros) == -convert(cents, micros)
