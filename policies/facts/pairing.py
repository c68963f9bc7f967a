"""Which line of its order each line of an invoice is for."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product

from leitstand.values import Frozen
from policies.facts.likeness import is_article, name_permille
from policies.facts.limits import Limits
from tools.einvoice.content import is_ancillary
from tools.einvoice.invoice import Invoice, Line
from tools.erp.order import OrderLine, PurchaseOrder
from tools.intake import InvoicedLine

_ZERO = Decimal(0)


class Matched(Frozen):
    """An invoice line and the order line it is for (None: none).

    `charge`: it is a charge of the document (BG-21) that the order has as a line, such as freight.
    """

    line: Line
    order_line: OrderLine | None
    charge: bool = False


def match_lines(
    invoice: Invoice, order: PurchaseOrder, invoiced: Mapping[str, Decimal], limits: Limits
) -> tuple[Matched, ...]:
    """Each counted line with its order line: by BT-132, then by article number, then by text.

    Behind them stand the charges that an order line without a line of the invoice is for. Where
    several order lines are of one article, those that earlier invoices (`invoiced`) or other lines
    have used up come last; lines that name theirs choose first.
    """
    lines, left = invoice.counted_lines, left_on(order, invoiced)
    found: dict[int, OrderLine | None] = {}
    for n in sorted(range(len(lines)), key=lambda n: not lines[n].order_line):
        found[n] = _find(lines[n], order.lines, left, limits)
        _take(left, found[n], lines[n].quantity)
    pairs = (Matched(line=line, order_line=found[n]) for n, line in enumerate(lines))
    return (*pairs, *_ordered_charges(invoice, order, found.values(), left, limits))


def _ordered_charges(
    invoice: Invoice,
    order: PurchaseOrder,
    matched: Collection[OrderLine | None],
    left: dict[str, Decimal],
    limits: Limits,
) -> Iterator[Matched]:
    """Charges whose reason is an order line's text, as lines for one piece of it."""
    free = tuple(o for o in order.lines if o not in matched)
    for charge in invoice.charges:
        line = Line(name=charge.reason, quantity=Decimal(1), price=charge.amount, net=charge.amount)
        open_ = tuple(o for o in free if left[line_no(o.line)] > 0)
        found = _find(line, open_, left, limits) if charge.reason else None
        if found is not None:
            _take(left, found, line.quantity)
            yield Matched(line=line, order_line=found, charge=True)


def left_on(order: PurchaseOrder, invoiced: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What is left of each order line, by its number, after what earlier invoices took."""
    left = {line_no(o.line): o.qty for o in order.lines}
    for line, quantity in invoiced.items():
        left[line_no(line)] = left.get(line_no(line), _ZERO) - quantity
    return left


def _take(left: dict[str, Decimal], line: OrderLine | None, quantity: Decimal | None) -> None:
    if line is not None:
        left[line_no(line.line)] -= quantity or _ZERO


def find_line(
    asked: InvoicedLine,
    ordered: Iterable[OrderLine],
    left: Mapping[str, Decimal],
    limits: Limits,
) -> OrderLine | None:
    """The order line that an invoiced one is for: by BT-132, then article number, then text.

    Of several lines of one article or text it is the one whose price is nearest (the lower of two),
    then one with room for the quantity, the smallest such; one of which nothing is `left` only
    where that is so of all. Where no text is alike, one that says more (or less) of the article is
    its text, and `Versandkosten` are the order's `Fracht`, if a single line is meant.
    """
    lines = tuple(sorted(ordered, key=lambda o: _rank(asked, o, left[line_no(o.line)])))
    numbers = {line_no(o.line): o for o in lines}
    if asked.order_line and line_no(asked.order_line) in numbers:
        return numbers[line_no(asked.order_line)]
    near = [(name_permille(asked.name, o.name), o) for o in lines]
    alike, best = max(near, key=lambda pair: pair[0], default=(0, None))
    if alike < limits.item_name_permille:
        named = [o for o in lines if _same_thing(asked.name, o.name)]
        best = named[0] if len(named) == 1 else None
    return _by_sku(asked.sku, lines) or best


def _rank(asked: InvoicedLine, ordered: OrderLine, left: Decimal) -> tuple[Decimal | bool, ...]:
    """How well an order line fits what is asked beside its article, the best first."""
    gap = abs(ordered.price - _price(asked, ordered))
    return left <= 0, gap, ordered.price, max(asked.quantity - left, _ZERO), left


def _same_thing(asked: str | None, ordered: str | None) -> bool:
    return is_article(asked, ordered) or (is_ancillary(asked) and is_ancillary(ordered))


def _price(asked: InvoicedLine, ordered: OrderLine) -> Decimal:
    return ordered.price if asked.price is None else asked.price


def _by_sku(sku: str | None, lines: Iterable[OrderLine]) -> OrderLine | None:
    """By the article number as it stands, else without blanks and marks (`WD 1` for `WD-1`)."""
    candidates = [o for o in lines if sku and o.sku]
    for written in (str.casefold, _bare):
        found = (o for o in candidates if written(o.sku or "") == written(sku or "") != "")
        if line := next(found, None):
            return line
    return None


def _bare(sku: str) -> str:
    return "".join(c for c in sku.casefold() if c.isalnum())


def _find(
    line: Line, ordered: tuple[OrderLine, ...], left: Mapping[str, Decimal], limits: Limits
) -> OrderLine | None:
    """As `find_line`, by each article number (BT-155 to BT-157) and either text of the line."""
    standard = line.standard_id.value if line.standard_id else None
    skus = [s for s in (line.buyer_sku, line.seller_sku, standard) if s]
    writings = product(dict.fromkeys(skus) or (None,), (line.name, line.description))
    asked = (
        InvoicedLine(
            order_line=line.order_line,
            sku=sku,
            name=name,
            quantity=line.quantity or _ZERO,
            price=unit_price(line),
        )
        for sku, name in writings
    )
    return next((found for a in asked if (found := find_line(a, ordered, left, limits))), None)


def line_no(line: str) -> str:
    """The number of a line without blanks and leading zeros."""
    return line.strip().lstrip("0") or "0"


def unit_price(line: Line) -> Decimal:
    """Price of one unit: BT-146 for BT-149 of them, less the line's allowances (BG-27)."""
    price = (line.price or _ZERO) / (line.base_quantity or 1)
    off = sum((a.amount or _ZERO for a in line.allowances), _ZERO)
    return price - off / line.quantity if line.quantity else price
