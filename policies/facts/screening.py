"""G-C01: whether somebody who would be paid resembles an entry of a sanctions list."""

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from policies.facts.likeness import name_permille
from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.erp.supplier import Supplier
from tools.sanctions.screening import Screening

__all__ = ["ScreeningFacts", "all_names", "screening_facts", "to_screen"]


class ScreeningFacts(BaseModel):
    """How near a sanctions list somebody is who would be paid.

    `screening_permille` of the best match; `listed_name_contained` in a screened name; `screened`:
    everybody who has to be was screened, against a list that is not empty.
    """

    model_config = ConfigDict(frozen=True)

    screening_permille: int
    listed_name_contained: bool
    screened: bool
    limit_screening_permille: int


def to_screen(
    invoice: Invoice, supplier: Supplier | None, limits: Limits, today: date
) -> tuple[str, ...]:
    """Who has to be screened: a new supplier, one not screened lately, another payee or holder."""
    if supplier is None or _long_ago(supplier.screened, limits, today):
        extra = (supplier.name,) if supplier else ()
        return tuple(dict.fromkeys((*all_names(invoice), *extra)))
    known = [n for n in (supplier.name, invoice.seller.name, invoice.seller.trading_name) if n]
    return tuple(n for n in all_names(invoice) if not _is_one_of(n, known, limits))


def all_names(invoice: Invoice) -> tuple[str, ...]:
    """Everybody whom the invoice wants paid: seller, payee, holders of accounts."""
    payee = invoice.payee.name if invoice.payee else None
    holders = (p.holder for p in invoice.payments)
    names = (invoice.seller.name, invoice.seller.trading_name, payee, *holders)
    return tuple(dict.fromkeys(n for n in names if n))


def screening_facts(
    names: tuple[str, ...], screening: Screening | None, limits: Limits
) -> ScreeningFacts:
    """What `screening` says of the `names` that have to be screened."""
    done = screening is not None and screening.entries > 0 and set(names) <= set(screening.names)
    matches = screening.matches if screening else ()
    return ScreeningFacts(
        screening_permille=max((m.score for m in matches), default=0),
        listed_name_contained=any(m.contained for m in matches),
        screened=done or not names,
        limit_screening_permille=limits.screening_permille,
    )


def _is_one_of(name: str, known: list[str], limits: Limits) -> bool:
    return any(name_permille(name, k) >= limits.supplier_name_permille for k in known)


def _long_ago(day: date | None, limits: Limits, today: date) -> bool:
    return day is None or today - day > timedelta(days=limits.screening_max_age_days)
