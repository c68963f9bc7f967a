"""G-A17: terms of payment, cash discount (Skonto) and the day a payment has to leave."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from leitstand.values import Frozen
from policies.facts.arithmetic import cent, totals_of
from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.einvoice.parts import Discount
from tools.erp.supplier import Supplier


class TermsFacts(BaseModel):
    """What the invoice grants beside what was agreed.

    `terms_worse`: a smaller or shorter cash discount, or none; payment due sooner.
    `discount_offered`: it grants some cash discount.
    """

    model_config = ConfigDict(frozen=True)

    terms_worse: bool
    discount_offered: bool


class Skonto(Frozen):
    """A cash discount: `percent` off, paid `until` that day.

    In the invoice's currency: both amounts are rounded commercially, each for itself. What is paid
    and taken off when it is paid adds up (`policies.facts.brief.payment_of`).
    """

    until: date
    percent: Decimal
    discount: Decimal
    pay_with_discount: Decimal


def terms_facts(invoice: Invoice, supplier: Supplier | None) -> TermsFacts:
    """The invoice's terms against the master record's; nothing to compare for credit notes."""
    agreed = () if supplier is None or invoice.credit_note else supplier.discounts
    less = any(not _covered(a.percent, a.days, invoice.discounts) for a in agreed)
    return TermsFacts(
        terms_worse=less or _due_sooner(invoice, supplier),
        discount_offered=bool(invoice.discounts) and not invoice.credit_note,
    )


def skonto_of(invoice: Invoice, today: date) -> Skonto | None:
    """The highest discount that can still be had; after all their days the highest of all."""
    offered = skontos_of(invoice)
    still = (s for s in offered if s.until >= today)
    return next(still, offered[0] if offered else None)


def skontos_of(invoice: Invoice) -> tuple[Skonto, ...]:
    """All discounts of an invoice that leave something to pay, the highest first.

    None for credit notes. Each is taken off what the parts of the invoice add up to, not off a
    total that may be wrong.
    """
    payable, day = totals_of(invoice).payable, invoice.issue_date
    if payable is None or day is None or invoice.credit_note:
        return ()
    best_first = sorted(invoice.discounts, key=lambda d: (-d.percent, -d.days))
    granted = (_skonto(discount, payable, day) for discount in best_first)
    return tuple(skonto for skonto in granted if skonto.pay_with_discount > 0)


def due_date(invoice: Invoice, supplier: Supplier | None) -> date | None:
    """When the invoice is due: as it says, else by the supplier's terms."""
    if invoice.due_date or invoice.issue_date is None or supplier is None:
        return invoice.due_date
    days = supplier.terms_days
    return None if days is None else invoice.issue_date + timedelta(days=days)


def bank_day(day: date, limits: Limits) -> date:
    """The last day up to `day` on which banks settle (TARGET calendar)."""
    while not _settles(day, limits):
        day -= timedelta(days=1)
    return day


def _skonto(offer: Discount, payable: Decimal, day: date) -> Skonto:
    off = (offer.base if offer.base is not None else payable) * offer.percent / 100
    return Skonto(
        until=day + timedelta(days=offer.days),
        percent=offer.percent.quantize(Decimal("0.01")),
        discount=cent(off),
        pay_with_discount=cent(payable - off),
    )


def _covered(percent: Decimal, days: int, offered: Iterable[Discount]) -> bool:
    return any(d.percent >= percent and d.days >= days for d in offered)


def _due_sooner(invoice: Invoice, supplier: Supplier | None) -> bool:
    if supplier is None or supplier.terms_days is None or invoice.credit_note:
        return False
    if invoice.due_date is None or invoice.issue_date is None:
        return False
    return invoice.due_date < invoice.issue_date + timedelta(days=supplier.terms_days)


def _settles(day: date, limits: Limits) -> bool:
    moving = {_easter(day.year) + timedelta(days=d) for d in limits.bank_holidays_from_easter}
    fixed = day.strftime("%m-%d") in limits.bank_holidays
    return day.isoweekday() <= 5 and not fixed and day not in moving  # noqa: PLR2004 - Friday


def _easter(year: int) -> date:
    """Easter Sunday (Gregorian computus of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)
