"""G-A20: to which day an invoice is posted."""

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits


class PeriodFacts(BaseModel):
    """Which days lie in a closed period.

    `document_closed`: the invoice's own date. `posting_closed`: the day it is to be posted to,
    because no later period is open or another day was asked for. `posting_ahead`: that day is so
    far ahead that the invoice's date must be wrong.
    """

    model_config = ConfigDict(frozen=True)

    document_closed: bool
    posting_closed: bool
    posting_ahead: bool


def posting_date(day: date, limits: Limits) -> date:
    """The document's own day, or the next open one where its period is closed (and one is open)."""
    opened = limits.next_open_posting_date
    if not _closed(day, limits) or opened is None or _closed(opened, limits):
        return day
    return opened


def period_facts(
    document: date | None, posting: date | None, today: date, limits: Limits
) -> PeriodFacts:
    """Where the document's day and the asked posting day lie."""
    latest = today + timedelta(days=limits.posting_ahead_days)
    return PeriodFacts(
        document_closed=_closed(document, limits),
        posting_closed=_closed(posting, limits),
        posting_ahead=posting is not None and posting > latest,
    )


def _closed(day: date | None, limits: Limits) -> bool:
    """Whether a day lies in a closed period: to the last closed day, and before the next open one.

    So the books have it, too (`tools.holdings`).
    """
    until, opened = limits.closed_periods_until, limits.next_open_posting_date
    if until is None or day is None:
        return False
    return day <= until or (opened is not None and day < opened)
