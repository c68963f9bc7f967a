"""G-A05: whether the figures of an invoice add up. Decimal throughout, never rounded away."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict

from leitstand.values import Frozen
from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice, Line
from tools.einvoice.parts import Adjustment

_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_SENSE = Decimal(10**15)


class Totals(Frozen):
    """What an invoice's parts add up to, whatever total it states; None where one is missing."""

    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    payable: Decimal | None


class ArithmeticFacts(BaseModel):
    """The largest gaps, in cents rounded up, between what is stated and what its parts add up to.

    `line_gap_cents`: quantity times price (BT-146 per BT-149, line allowances and charges) against
    the line's net. `document_gap_cents`: lines against totals, VAT per category, net plus VAT
    against gross, and gross against payable where nothing was prepaid (else that is G-A27's); what
    is called a rounding (BT-114) and is more than one is a gap as a whole.
    """

    model_config = ConfigDict(frozen=True)

    line_gap_cents: int
    document_gap_cents: int
    limit_line_gap_cents: int
    limit_document_gap_cents: int


def arithmetic_facts(invoice: Invoice, limits: Limits) -> ArithmeticFacts:
    """The largest gaps of an invoice; a figure that is absent has none (G-A02, G-A03 see to it)."""
    return ArithmeticFacts(
        line_gap_cents=_largest(_line_gaps(invoice.lines)),
        document_gap_cents=_largest(_document_gaps(invoice, limits)),
        limit_line_gap_cents=limits.line_rounding_cents,
        limit_document_gap_cents=limits.document_rounding_cents,
    )


def totals_of(invoice: Invoice) -> Totals:
    """Net and VAT as stated, and the gross and payable amount that follow from them."""
    net, tax = invoice.net_total, invoice.tax_total
    if tax is None and not invoice.taxes:
        tax = _ZERO
    gross = None if net is None or tax is None else net + tax
    open_ = (invoice.rounding or _ZERO) - (invoice.prepaid or _ZERO) + invoice.for_third_parties
    return Totals(net=net, tax=tax, gross=gross, payable=None if gross is None else gross + open_)


def cent(amount: Decimal) -> Decimal:
    """Commercial rounding (half up) to whole cents; an amount beyond all sense stays as it is."""
    return amount if abs(amount) >= _SENSE else amount.quantize(_CENT, ROUND_HALF_UP)


def line_due(line: Line) -> Decimal | None:
    """What a line comes to: quantity times price (per BT-149), line charges and allowances."""
    if line.quantity is None or line.price is None:
        return None
    due = line.quantity * line.price / (line.base_quantity or 1)
    return cent(due + _sum(line.charges) - _sum(line.allowances))


def _line_gaps(lines: Iterable[Line]) -> Iterator[Decimal]:
    for line in lines:
        due = line_due(line)
        if due is not None and line.net is not None:
            yield abs(due - line.net)


def undue_rounding(invoice: Invoice, limits: Limits) -> Decimal:
    """BT-114 where it is more than the payable amount may be rounded by, up or down; else 0."""
    rounding = invoice.rounding or _ZERO
    return rounding if abs(rounding) * 100 > limits.payable_rounding_cents else _ZERO


def _document_gaps(invoice: Invoice, limits: Limits) -> Iterator[Decimal]:
    lines = sum((line.net or _ZERO for line in invoice.counted_lines), _ZERO)
    charges, allowances = _sum(invoice.charges), _sum(invoice.allowances)
    totals = totals_of(invoice)
    stated = [
        (invoice.line_total, lines),
        (invoice.charge_total, charges),
        (invoice.allowance_total, allowances),
        (invoice.net_total, lines + charges - allowances),
        (invoice.gross_total, totals.gross),
    ]
    if not invoice.prepaid:
        stated.append((invoice.payable, _payable(invoice)))
    yield from (abs(a - b) for a, b in stated if a is not None and b is not None)
    yield abs(undue_rounding(invoice, limits))
    yield from _tax_gaps(invoice)


def _payable(invoice: Invoice) -> Decimal | None:
    """What is to be paid of the stated gross: a gross that is wrong is one gap, not two."""
    totals = totals_of(invoice)
    if invoice.gross_total is None or totals.gross is None or totals.payable is None:
        return totals.payable
    return invoice.gross_total + totals.payable - totals.gross


def _tax_gaps(invoice: Invoice) -> Iterator[Decimal]:
    for tax in invoice.taxes:
        if tax.base is not None and tax.amount is not None:
            yield abs(cent(tax.base * (tax.rate or _ZERO) / 100) - tax.amount)
    amounts = [tax.amount for tax in invoice.taxes if tax.amount is not None]
    bases = [tax.base for tax in invoice.taxes if tax.base is not None]
    if amounts and invoice.tax_total is not None:
        yield abs(sum(amounts, _ZERO) - invoice.tax_total)
    if bases and invoice.net_total is not None:
        yield abs(sum(bases, _ZERO) - invoice.net_total)


def _sum(adjustments: Iterable[Adjustment]) -> Decimal:
    return sum((a.amount or _ZERO for a in adjustments), _ZERO)


def _largest(gaps: Iterable[Decimal]) -> int:
    return int(min((max(gaps, default=_ZERO) * 100).to_integral_value(ROUND_CEILING), _SENSE))
