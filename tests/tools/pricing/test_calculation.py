"""Prices to the cent: discounts, rounding, freight, VAT, and their edges."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tools.pricing import CalculatePrice, PriceRules, Wanted, calculate

RULES = PriceRules.model_validate(
    {
        "vat": "19",
        "valid_days": 30,
        "quantity_discounts": [
            {"sku_prefix": "NW-2", "min_qty": 50, "pct": "5"},
            {"sku_prefix": "NW-2", "min_qty": 200, "pct": "9"},
        ],
        "customer_discounts": {"C1": "3"},
        "max_discount_without_approval_pct": "10",
        "freight": {"flat": "120.00", "free_from_net": "5000.00"},
    }
)


def wanted(sku: str, qty: str, list_cents: int, asked: str = "0") -> Wanted:
    """A line."""
    return Wanted(sku=sku, qty=Decimal(qty), list_cents=list_cents, asked_pct=Decimal(asked))


def test_quantity_discounts_begin_at_their_step() -> None:
    """49, 50, 199, 200; only for the article numbers that they are for."""
    steps = {"49": "0", "50": "5", "199": "5", "200": "9"}
    for qty, pct in steps.items():
        price = calculate(RULES, CalculatePrice(lines=(wanted("NW-200", qty, 7850),)))
        assert price.lines[0].discount_pct == Decimal(pct)
    other = calculate(RULES, CalculatePrice(lines=(wanted("NW-310", "500", 100),)))
    assert other.lines[0].discount_pct == 0


def test_discounts_add_up_and_the_unit_is_rounded_first() -> None:
    """5 + 3 on 78.50 is 72.22, sixty times; half a cent goes up."""
    args = CalculatePrice(customer_id="C1", lines=(wanted("NW-200", "60", 7850),))
    line = calculate(RULES, args).lines[0]
    assert (str(line.discount_pct), line.unit_cents, line.net_cents) == ("8", 7222, 433320)
    half = calculate(RULES, CalculatePrice(lines=(wanted("X", "3", 1, "50"),)))
    assert (half.lines[0].unit_cents, half.lines[0].net_cents) == (1, 3)


def test_freight_is_free_from_the_limit_on() -> None:
    """One cent less is not enough; VAT is due on the freight, too."""
    below = calculate(RULES, CalculatePrice(lines=(wanted("X", "1", 499_999),)))
    at = calculate(RULES, CalculatePrice(lines=(wanted("X", "1", 500_000),)))
    assert (below.freight_cents, at.freight_cents) == (12_000, 0)
    assert (below.net_cents, below.vat_cents) == (511_999, 97_280)
    assert (at.net_cents, at.vat_cents, at.gross_cents) == (500_000, 95_000, 595_000)


def test_no_discount_exceeds_the_price() -> None:
    """100 % is the end."""
    args = CalculatePrice(customer_id="C1", lines=(wanted("X", "2", 500, "99"),))
    line = calculate(RULES, args).lines[0]
    assert (line.discount_pct, line.net_cents) == (100, 0)


@given(
    st.lists(
        st.tuples(st.integers(1, 10_000), st.integers(0, 10**7), st.integers(0, 100)),
        min_size=1,
        max_size=8,
    )
)
def test_totals_are_the_sum_of_what_is_shown(lines: list[tuple[int, int, int]]) -> None:
    """What a customer adds up from the quote is what stands under it."""
    args = CalculatePrice(
        lines=tuple(wanted(f"A{i}", str(q), c, str(p)) for i, (q, c, p) in enumerate(lines))
    )
    price = calculate(RULES, args)
    goods = sum(line.net_cents for line in price.lines)
    assert all(line.net_cents == line.unit_cents * line.qty for line in price.lines)
    assert price.net_cents == goods + price.freight_cents
    assert price.gross_cents == price.net_cents + price.vat_cents
    assert abs(Decimal(price.vat_cents) - Decimal(price.net_cents) * 19 / 100) <= Decimal("0.5")
