"""G-A12, G-A13: order, goods receipt and invoice side by side; a contract stands in for both."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import count, islice
from typing import Any

from pydantic import BaseModel, ConfigDict

from policies.facts.compliance.calendar import later
from policies.facts.limits import Limits, cents
from policies.facts.pairing import Matched, line_no, match_lines, unit_price
from tools.einvoice.content import is_ancillary
from tools.einvoice.invoice import Invoice, Line
from tools.erp.contract import Contract
from tools.erp.order import PurchaseOrder
from tools.erp.receipt import GoodsReceipt

_ZERO = Decimal(0)
_MOST = 10**15
_BEYOND = 10**9
"""Stands for a price over one that is zero or in another currency: more than any tolerance."""


class MatchFacts(BaseModel):
    """The largest deviations to our disadvantage; 0 where there is none or nothing to compare.

    `price_over_permyriad` and `price_over_cents`: of a line's price over the ordered one, in
    1/10,000 of it (beyond all bounds where the order is in a foreign currency that is not the
    invoice's) and as the line's amount. `quantity_over_milli`: invoiced beyond what arrived and
    was not invoiced yet, in thousandths of the unit. `unplanned_cents`: charges, and lines that no
    order line stands for, or what goes beyond the order's amount where earlier invoices on it are
    known by their amounts alone. `unordered_lines`: lines that name an order line which does not
    exist.
    `goods_missing`: nothing of the order has arrived. All rounded against the invoice.
    """

    model_config = ConfigDict(frozen=True)

    price_over_permyriad: int = 0
    price_over_cents: int = 0
    quantity_over_milli: int = 0
    unplanned_cents: int = 0
    unordered_lines: int = 0
    goods_missing: bool = False
    limit_price_permyriad: int = 0
    limit_price_line_cents: int = 0
    limit_quantity_milli: int = 0
    limit_unplanned_cents: int = 0


def order_match(
    invoice: Invoice,
    order: PurchaseOrder,
    receipts: tuple[GoodsReceipt, ...],
    invoiced: Mapping[str, Decimal],
    unseen: Decimal,
    limits: Limits,
) -> MatchFacts:
    """Three-way match. `invoiced`: what earlier invoices took of each order line.

    `unseen`: gross of earlier invoices on the order of which no quantities are known.

    A credit note takes nothing, so it is matched with its invoice (G-A24) and not with receipts.
    """
    if invoice.credit_note:
        return no_match(limits)
    pairs = match_lines(invoice, order, invoiced, limits)
    received, beyond = _arrived(order, receipts), quantities_over(order, pairs, receipts, invoiced)
    over = [(m.line, m.order_line.price) for m in pairs if m.order_line]
    return MatchFacts(
        price_over_permyriad=(
            _BEYOND
            if order.currency not in {limits.currency, invoice.currency}
            else max((_permyriad(unit_price(x), price) for x, price in over), default=0)
        ),
        price_over_cents=max((_over_cents(x, price) for x, price in over), default=0),
        quantity_over_milli=_up(max((over for _, over in beyond), default=_ZERO) * 1000),
        unplanned_cents=max(
            _unplanned(invoice, pairs),
            _beyond_order(invoice, order, _quantities(pairs, invoiced), received, unseen),
        ),
        unordered_lines=sum(1 for m in pairs if is_unordered(m)),
        goods_missing=not any(received.values()),
        **_tolerances(limits),
    )


def quantities_over(
    order: PurchaseOrder,
    pairs: Iterable[Matched],
    receipts: Iterable[GoodsReceipt],
    invoiced: Mapping[str, Decimal],
) -> tuple[tuple[Matched, Decimal], ...]:
    """Matched lines with what is invoiced beyond what arrived and was not invoiced yet.

    Lines of one article and price share their quantities. Where nothing arrived at all there are
    none: that is G-A13's finding, not a difference in quantity.
    """
    received, pools = _arrived(order, receipts), _pools(order)
    if not any(received.values()):
        return ()
    on_order = [(m, m.order_line.line) for m in pairs if m.order_line]
    lines = ((line, m.line.quantity or _ZERO) for m, line in on_order)
    asked, taken = _pooled(lines, pools), _pooled(invoiced.items(), pools)
    arrived = _pooled(received.items(), pools)
    over = {n: q - (arrived.get(n, _ZERO) - taken.get(n, _ZERO)) for n, q in asked.items()}
    return tuple((m, over[pools.get(line_no(line), line_no(line))]) for m, line in on_order)


def contract_match(
    invoice: Invoice, contract: Contract, contracts: tuple[Contract, ...], limits: Limits
) -> MatchFacts:
    """The invoice's net amount against the contract's, for the months that it says it is for.

    `contracts` are the supplier's: where `contract` ends within the period, the rate of the one
    that follows counts. More months than may be invoiced at once do not count: nobody pays years
    ahead unasked.
    """
    if invoice.credit_note:
        return no_match(limits)
    net = invoice.net_total or _ZERO
    following = [c for c in contracts if _follows(c, contract)]
    months = islice(_months(invoice), limits.contract_months)
    due = sum((_rate(day, contract, following) * share for day, share in months), _ZERO)
    return MatchFacts(
        price_over_permyriad=_permyriad(net, due),
        price_over_cents=_up(max(net - due, _ZERO) * 100),
        unplanned_cents=_up(invoice.for_third_parties * 100),
        **_tolerances(limits),
    )


def no_match(limits: Limits) -> MatchFacts:
    """Nothing to compare with."""
    return MatchFacts(**_tolerances(limits))


def _tolerances(limits: Limits) -> dict[str, Any]:
    match = limits.three_way_match
    return {
        "limit_price_permyriad": cents(match.price_tolerance_pct),
        "limit_price_line_cents": cents(match.price_tolerance_abs_line),
        "limit_quantity_milli": int(match.quantity_tolerance * 1000),
        "limit_unplanned_cents": cents(match.unplanned_charges_max),
    }


def _arrived(order: PurchaseOrder, receipts: Iterable[GoodsReceipt]) -> dict[str, Decimal]:
    """What the receipts have of each order line.

    Nobody receives freight and packaging by themselves: they arrive with the goods they go with
    (UStAE 3.10 (5)). What is ordered by the piece is goods, however it is called.
    """
    arrived: dict[str, Decimal] = {}
    for receipt in receipts:
        for line in receipt.lines:
            arrived[line_no(line.line)] = arrived.get(line_no(line.line), _ZERO) + line.qty
    for line in order.lines if any(arrived.values()) else ():
        if line.qty <= 1 and is_ancillary(line.name):
            arrived.setdefault(line_no(line.line), line.qty)
    return arrived


def _permyriad(price: Decimal, ordered: Decimal) -> int:
    if price <= ordered:
        return 0
    return _up((price - ordered) / ordered * 10_000) if ordered > 0 else _BEYOND


def _over_cents(line: Line, ordered: Decimal) -> int:
    over = max(unit_price(line) - ordered, _ZERO)
    return _up(over * (line.quantity or _ZERO) * 100)


def _pools(order: PurchaseOrder) -> Mapping[str, str]:
    """Each line by the first of one article and price: an invoice need not tell these apart."""
    first: dict[tuple[str, Decimal], str] = {}
    return {
        line_no(o.line): first.setdefault(((o.sku or o.name).casefold(), o.price), line_no(o.line))
        for o in order.lines
    }


def _pooled(
    quantities: Iterable[tuple[str, Decimal]], pools: Mapping[str, str]
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line, qty in quantities:
        number = pools.get(line_no(line), line_no(line))
        found[number] = found.get(number, _ZERO) + qty
    return found


def is_unordered(match: Matched) -> bool:
    """Whether a line names an order line which does not exist."""
    return match.order_line is None and bool(match.line.order_line)


def _unplanned(invoice: Invoice, pairs: Iterable[Matched]) -> int:
    """Charges, lines beside the order and payments for others; an allowance below 0 is a charge."""
    extra = [m.line.net or _ZERO for m in pairs if m.order_line is None and not m.line.order_line]
    charges = [c.amount or _ZERO for c in invoice.charges]
    ordered = sum((m.line.net or _ZERO for m in pairs if m.charge), _ZERO)
    disguised = [-(a.amount or _ZERO) for a in invoice.allowances]
    on_lines = [c.amount or _ZERO for m in pairs for c in m.line.charges]
    parts = (*extra, *charges, *disguised, *on_lines, invoice.for_third_parties)
    return _up((sum((x for x in parts if x > 0), _ZERO) - ordered) * 100)


def _quantities(pairs: Iterable[Matched], invoiced: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What this and earlier invoices take of each order line."""
    asked = ((line_no(m.order_line.line), m.line.quantity or _ZERO) for m in pairs if m.order_line)
    found = {line_no(line): qty for line, qty in invoiced.items()}
    for line, qty in asked:
        found[line] = found.get(line, _ZERO) + qty
    return found


def _beyond_order(
    invoice: Invoice,
    order: PurchaseOrder,
    taken: Mapping[str, Decimal],
    received: Mapping[str, Decimal],
    unseen: Decimal,
) -> int:
    """By how much all invoices exceed the order, or what arrived where that is more, in cents.

    `taken` counts at the ordered prices, `unseen` less VAT in the proportion of this invoice.
    """
    if unseen <= 0:
        return 0
    net, gross = invoice.net_total, invoice.gross_total
    worth = unseen * net / gross if net and gross else unseen
    for line in order.lines:
        number = line_no(line.line)
        due = max(line.qty, received.get(number, _ZERO))
        worth += (taken.get(number, _ZERO) - due) * line.price
    return _up(worth * 100)


def _months(invoice: Invoice) -> Iterator[tuple[date | None, Decimal]]:
    """First days of the months of the period, counted from its start, and how much of each it has.

    The first counts whole; of one that has begun after it, its days count. Without a period that
    can be counted it is one month.
    """
    start, end = invoice.period
    yield start, Decimal(1)
    if start is None or end is None or end.year == date.max.year:
        return
    for number in count(1):
        day, following = later(start, number), later(start, number + 1)
        if day > end:
            return
        days = min((end - day).days + 1, (following - day).days)
        yield day, Decimal(days) / (following - day).days


def _rate(day: date | None, contract: Contract, following: Iterable[Contract]) -> Decimal:
    """What a month that begins on `day` costs; nothing where no contract runs any more."""
    if day is None or contract.runs(day):
        return contract.monthly_net
    return min((c.monthly_net for c in following if c.runs(day)), default=_ZERO)


def _follows(other: Contract, contract: Contract) -> bool:
    """Whether it takes the place of a contract that ends: of its kind, and from a later day."""
    if contract.valid_to is None or other.valid_from is None or other.type != contract.type:
        return False
    return other.valid_from > contract.valid_to


def _up(value: Decimal) -> int:
    return min(max(int(value.to_integral_value(ROUND_CEILING)), 0), _MOST)
