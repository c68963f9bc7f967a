"""Terms: cash discounts and the days on which banks settle."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts.limits import Limits, limits_of
from policies.facts.terms import bank_day, skonto_of, skontos_of
from policies.facts.voucher import cents_in
from tools.einvoice.invoice import Invoice
from tools.einvoice.parts import Discount

LIMITS: Limits = limits_of({"company": {"name": "X"}, "approval_tiers": [{}]})
DAY = date(2026, 11, 6)


def bill(*discounts: tuple[int, str], payable: str = "100.00") -> Invoice:
    """An invoice of one amount with discounts of days and percent."""
    offered = tuple(Discount(days=d, percent=Decimal(p)) for d, p in discounts)
    return Invoice(syntax="cii", issue_date=DAY, net_total=Decimal(payable), discounts=offered)


@pytest.mark.parametrize(
    ("day", "settles"),
    [
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 22), date(2026, 11, 20)),
        (date(2026, 12, 26), date(2026, 12, 24)),
        (date(2027, 1, 1), date(2026, 12, 31)),
        (date(2026, 4, 6), date(2026, 4, 2)),
        (date(2026, 5, 1), date(2026, 4, 30)),
        (date(2038, 4, 26), date(2038, 4, 22)),
    ],
)
def test_weekends_and_target_holidays_settle_nothing(day: date, settles: date) -> None:
    """Saturdays, Sundays, 1 January, Good Friday to Easter Monday, 1 May, Christmas."""
    assert bank_day(day, LIMITS) == settles


@given(st.dates(date(1999, 1, 1), date(2199, 12, 31)))
def test_a_bank_day_is_near_and_settles(day: date) -> None:
    """At most five days back, and it is its own bank day."""
    found = bank_day(day, LIMITS)
    assert day - timedelta(days=5) <= found <= day
    assert bank_day(found, LIMITS) == found


def test_the_highest_discount_in_reach_counts() -> None:
    """Of 3 % in 7 and 2 % in 14 days: on day 5 the first, on day 10 the second, later the first."""
    offer = bill((7, "3"), (14, "2"))
    for days, percent in ((5, "3.00"), (10, "2.00"), (20, "3.00")):
        found = skonto_of(offer, DAY + timedelta(days=days))
        assert found is not None
        assert str(found.percent) == percent


@given(st.decimals("0.01", "99999.99", places=2), st.decimals("0.01", "10", places=2))
def test_discount_and_rest_are_each_rounded_commercially(
    payable: Decimal, percent: Decimal
) -> None:
    """As people are told them: on a half cent both go up, else they add up."""
    found = skonto_of(bill((14, str(percent)), payable=str(payable)), DAY)
    assert found is not None
    assert abs(cents_in(found.discount) - payable * percent) <= Decimal("0.5")
    half = payable * percent % 1 == Decimal("0.5")
    both = cents_in(found.discount) + cents_in(found.pay_with_discount)
    assert both - payable * 100 == (1 if half else 0)


def test_discounts_come_the_highest_first() -> None:
    """Whatever order the invoice names them in."""
    found = skontos_of(bill((14, "2"), (30, "1"), (7, "3")))
    assert [str(s.percent) for s in found] == ["3.00", "2.00", "1.00"]


def test_a_discount_on_more_than_the_invoice_is_none() -> None:
    """2 % of 9,999.00 would be more than the 100.00 to be paid: nothing is granted."""
    beyond = Discount(days=10, percent=Decimal(2), base=Decimal("9999.00"))
    assert skontos_of(bill().model_copy(update={"discounts": (beyond,)})) == ()


def test_no_discount_for_credit_notes_or_without_an_offer() -> None:
    """Nothing is paid, or nothing was offered."""
    assert skonto_of(bill(), DAY) is None
    credit = bill((14, "2")).model_copy(update={"type_code": "381"})
    assert skonto_of(credit, DAY) is None
