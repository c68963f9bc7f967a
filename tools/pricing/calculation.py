"""The calculation of a price: pure, exact, each amount rounded half up to the cent where it is due.

Discounts of a line are added up: by quantity (the highest step that the line reaches), by customer,
and what was asked for. The price of one unit is rounded first, then multiplied. Freight belongs to
the net amount, and VAT is due on both (§ 10 (1) UStG: ancillary costs share the fate of the goods).
"""

from decimal import ROUND_HALF_UP, Decimal

from tools.pricing.price import CalculatePrice, Price, PricedLine, Wanted
from tools.pricing.rules import PriceRules

_ALL = Decimal(100)


def calculate(rules: PriceRules, args: CalculatePrice) -> Price:
    """What the lines come to under `rules`."""
    granted = Decimal(0)
    if args.customer_id is not None:
        granted = rules.customer_discounts.get(args.customer_id, granted)
    lines = tuple(_line(rules, line, granted) for line in args.lines)
    goods = sum(line.net_cents for line in lines)
    freight = _freight(rules, goods)
    net = goods + freight
    vat = _cents(Decimal(net) * rules.vat / _ALL)
    return Price(
        lines=lines,
        freight_cents=freight,
        net_cents=net,
        vat_cents=vat,
        gross_cents=net + vat,
        currency=rules.currency,
        valid_days=rules.valid_days,
    )


def _line(rules: PriceRules, line: Wanted, granted: Decimal) -> PricedLine:
    pct = min(_by_quantity(rules, line) + granted + line.asked_pct, _ALL)
    unit = _cents(Decimal(line.list_cents) * (_ALL - pct) / _ALL)
    return PricedLine(
        sku=line.sku,
        qty=line.qty,
        list_cents=line.list_cents,
        discount_pct=pct,
        unit_cents=unit,
        net_cents=_cents(unit * line.qty),
    )


def _by_quantity(rules: PriceRules, line: Wanted) -> Decimal:
    reached = (
        step.pct
        for step in rules.quantity_discounts
        if line.sku.startswith(step.sku_prefix) and line.qty >= step.min_qty
    )
    return max(reached, default=Decimal(0))


def _freight(rules: PriceRules, goods: int) -> int:
    free = rules.freight.free_from_net
    if free is not None and goods >= free * 100:
        return 0
    return _cents(rules.freight.flat * 100)


def _cents(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))
