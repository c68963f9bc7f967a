"""G-A18S: an amount cut into several invoices that each stay just below a tier of approval."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from leitstand.values import Frozen
from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.erp.ledger import PostedInvoice, number_key
from tools.intake import Sibling


class SplitFacts(BaseModel):
    """How many pieces an amount may have been cut into.

    `split_invoices`: invoices of one supplier without an order, this one included, just below the
    same tier within the window of days; 0 where this one is none.
    """

    model_config = ConfigDict(frozen=True)

    split_invoices: int
    limit_split_invoices: int


class _Piece(Frozen):
    """An invoice without an order just below a tier."""

    number: str
    day: date
    tier: Decimal


def split_facts(
    invoice: Invoice,
    ledger: Iterable[PostedInvoice],
    siblings: Iterable[Sibling],
    limits: Limits,
) -> SplitFacts:
    """`invoice` with the supplier's `ledger` and his others of the intake, each number once."""
    own = _piece(
        invoice.number,
        invoice.issue_date,
        None if invoice.order_reference or invoice.credit_note else invoice.gross_total,
        limits,
    )
    others = [
        *(
            _piece(r.number, r.date, None if r.po or r.credit else r.gross, limits)
            for r in ledger
            if r.live
        ),
        *(
            _piece(s.number, s.issue_date, None if s.order or s.credit else s.gross, limits)
            for s in siblings
        ),
    ]
    group = [p for p in others if own and p and p.tier == own.tier and p.number != own.number]
    return SplitFacts(
        split_invoices=_largest(own, group, limits) if own else 0,
        limit_split_invoices=limits.structuring_min_invoices,
    )


def _piece(
    number: str | None, day: date | None, gross: Decimal | None, limits: Limits
) -> _Piece | None:
    if gross is None or day is None:
        return None
    share = 1 - limits.structuring_within_percent_below_tier / 100
    tops = [t.max_gross for t in limits.approval_tiers if t.max_gross is not None]
    tier = next((top for top in tops if top * share <= gross <= top), None)
    return None if tier is None else _Piece(number=number_key(number or ""), day=day, tier=tier)


def _largest(own: _Piece, others: Iterable[_Piece], limits: Limits) -> int:
    """The most invoices, this one among them, that any window of the given length holds."""
    pieces = (*others, own)
    window = timedelta(days=limits.structuring_window_days)
    starts = [p.day for p in pieces if p.day <= own.day <= p.day + window]
    return max(len({p.number for p in pieces if s <= p.day <= s + window}) for s in starts)
