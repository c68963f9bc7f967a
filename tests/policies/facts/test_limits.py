"""Limits: the tenant's numbers exactly as written, completed by defaults."""

import json
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from policies.facts.limits import cents, limits_of
from policies.facts.tier import tier_amount, tier_facts
from tests.agents.paper import WORLD
from tools.einvoice import Invoice

POLICY = json.loads((WORLD / "policy.json").read_text("utf-8"))


def test_numbers_are_exact() -> None:
    """A float of JSON is taken by its text: 2.3 stays 2.3."""
    match = {"price_tolerance_pct": 2.3, "price_tolerance_abs_line": 0.1}
    limits = limits_of({**POLICY, "three_way_match": match})
    assert limits.three_way_match.price_tolerance_pct == Decimal("2.3")
    assert cents(limits.three_way_match.price_tolerance_abs_line) == 10


def test_the_tenant_goes_before_the_defaults() -> None:
    """What it sets counts, what it leaves out is filled in."""
    limits = limits_of({**POLICY, "number_permille": 900})
    assert limits.number_permille == 900
    assert limits.supplier_name_permille == 920


def test_what_has_no_default_must_be_there() -> None:
    """Company and tiers are nobody's but the tenant's."""
    for name in ("company", "approval_tiers"):
        with pytest.raises(ValidationError):
            limits_of({k: v for k, v in POLICY.items() if k != name})


@pytest.mark.parametrize("tier", [{"approvers": -1, "roles": ["x"]}, {"approvers": 1, "roles": []}])
def test_a_tier_that_nobody_can_sign_is_refused(tier: dict[str, object]) -> None:
    """Fewer approvers than none would ask nobody; approvers without a role would wait for ever."""
    with pytest.raises(ValidationError, match="approval_tiers"):
        limits_of({**POLICY, "approval_tiers": [tier]})


def test_the_day_after_the_closed_ones_is_open() -> None:
    """Where the tenant does not say so otherwise; null says that no period is open."""
    unsaid = {k: v for k, v in POLICY.items() if k != "next_open_posting_date"}
    assert limits_of({**unsaid, "closed_periods_until": "2026-12-31"}).next_open_posting_date == (
        date(2027, 1, 1)
    )
    assert limits_of({**POLICY, "next_open_posting_date": None}).next_open_posting_date is None


def test_account_numbers_may_be_numbers() -> None:
    """3400 and "3400" are one account."""
    limits = limits_of({**POLICY, "accounts": {"material": {"skr03": 3400, "skr04": 5400}}})
    assert limits.accounts["material"] == {"skr03": "3400", "skr04": "5400"}


def test_another_chart_has_another_first_account() -> None:
    """A house without `material` shows strangers on its own first account."""
    limits = limits_of({**POLICY, "accounts": {"goods": {"skr03": "3200", "skr04": "5200"}}})
    assert limits.stranger_account == "goods"


@pytest.mark.parametrize(
    ("gross", "approvers", "roles"),
    [
        ("1000.01", 1, {"department_head"}),
        ("-5000", 1, {"department_head"}),
        ("10000.00", 1, {"department_head"}),
        ("10000.01", 2, {"department_head", "managing_director"}),
        ("1e40", 2, {"department_head", "managing_director"}),
    ],
)
def test_tiers_begin_above_their_limit(gross: str, approvers: int, roles: set[str]) -> None:
    """Up to and including the limit; a credit counts by its amount."""
    facts = tier_facts(Decimal(gross), limits_of(POLICY))
    assert (facts.approval_approvers, set(facts.approval_roles)) == (approvers, roles)
    assert facts.gross_cents > facts.limit_free_cents == 100_000


def test_unordered_and_unlimited_tiers() -> None:
    """Tiers may stand in any order, and the last may end."""
    tiers = [
        {"max_gross": 5000, "approvers": 2, "roles": ["b"]},
        {"max_gross": 100, "approvers": 1, "roles": ["a"]},
    ]
    limits = limits_of({**POLICY, "approval_tiers": tiers})
    assert tier_facts(Decimal(100), limits).approval_roles == {"a"}
    assert tier_facts(Decimal(9999), limits).approval_roles == {"b"}
    assert tier_facts(Decimal(0), limits).limit_free_cents == -1


@pytest.mark.parametrize(("top", "free"), [(1000, 100_000), (None, 10**15)])
def test_a_house_without_approvers_asks_the_clerk(top: int | None, free: int) -> None:
    """Whatever asks, somebody is asked; up to the only tier's end nothing does."""
    limits = limits_of({**POLICY, "approval_tiers": [{"max_gross": top, "approvers": 0}]})
    facts = tier_facts(Decimal(5000), limits)
    assert (facts.approval_roles, facts.approval_approvers) == ({"clerk"}, 1)
    assert facts.limit_free_cents == free


@pytest.mark.parametrize(
    ("gross", "tax", "own", "currency", "counted"),
    [
        ("9000", "1500", "1740", "EUR", "10440"),  # Dearer than the euro: its worth.
        ("9000", "1500", "150", "EUR", "9000"),  # Never less than its number.
        ("9000", "1500", None, None, "9000"),
        ("9000", "0", "0", "EUR", "9000"),
        ("9000", "1500", "1740", "USD", "9000"),  # Stated in yet another currency.
        ("-9000", "-1500", "-1740", "EUR", "-10440"),
    ],
)
def test_a_tier_counts_what_an_amount_is_worth(
    gross: str, tax: str, own: str | None, currency: str | None, counted: str
) -> None:
    """An invoice in pounds passes no tier because its number is small."""
    invoice = Invoice.model_construct(
        gross_total=Decimal(gross),
        tax_total=Decimal(tax),
        tax_total_accounting=Decimal(own) if own else None,
        tax_currency=currency,
    )
    assert tier_amount(invoice, limits_of(POLICY)) == Decimal(counted)


@pytest.mark.parametrize(
    ("proposed", "rate", "counted"),
    [
        ("11900", "0", "11900"),  # Somebody raised the amount of the voucher.
        ("100", "0", "9000"),  # Lowering it leads past nobody.
        ("9000", "1.17", "10530"),  # Somebody entered the rate of a dearer currency.
    ],
)
def test_a_tier_counts_what_is_to_be_booked(proposed: str, rate: str, counted: str) -> None:
    """Whoever edits a voucher needs the signatures of what they make of it."""
    invoice = Invoice.model_construct(gross_total=Decimal(9000), tax_total=Decimal(1500))
    found = tier_amount(invoice, limits_of(POLICY), Decimal(proposed), Decimal(rate))
    assert found == Decimal(counted)
