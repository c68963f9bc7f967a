"""G-C01: whether somebody who would be paid resembles an entry of a sanctions list."""

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from policies.facts.likeness import name_permille
from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.erp.supplier import Supplier
from tools.sanctions.screening import Screening


class ScreeningFacts(BaseModel):
    """How near a sanctions list somebody is who would be paid.

    `screening_permille` of the best match of anybody who was looked up, due or not;
    `listed_name_contained` in such a name; `screened`: everybody who is due was screened, against a
    list that is not empty.
    """

    model_config = ConfigDict(frozen=True)

    screening_permille: int
    listed_name_contained: bool
    screened: bool
    limit_screening_permille: int


def to_screen(invoice: Invoice, supplier: Supplier | None) -> tuple[str, ...]:
    """Who is looked up with every invoice: whom it wants paid, and the supplier of the master.

    A list may have changed since anybody was screened last, so what it says today always counts.
    """
    extra = (supplier.name,) if supplier else ()
    return tuple(dict.fromkeys((*all_names(invoice), *extra)))


def due_names(
    invoice: Invoice, supplier: Supplier | None, limits: Limits, today: date
) -> tuple[str, ...]:
    """Of these who must have been screened: new, not screened lately, another payee or holder.

    Where no list is loaded nobody else is held.
    """
    if supplier is None or _long_ago(supplier.screened, limits, today):
        return to_screen(invoice, supplier)
    known = [n for n in (supplier.name, invoice.seller.name, invoice.seller.trading_name) if n]
    return tuple(n for n in all_names(invoice) if not _is_one_of(n, known, limits))


def cleared_entries(invoice: Invoice, supplier: Supplier | None, limits: Limits) -> tuple[str, ...]:
    """Entries of the list that are not this supplier; none where another name is on the invoice."""
    alone = supplier and all(_is_one_of(n, [supplier.name], limits) for n in all_names(invoice))
    return supplier.cleared if supplier and alone else ()


def all_names(invoice: Invoice) -> tuple[str, ...]:
    """Everybody whom the invoice wants paid: seller, payee, holders of accounts."""
    payee = invoice.payee.name if invoice.payee else None
    holders = (p.holder for p in invoice.payments)
    names = (invoice.seller.name, invoice.seller.trading_name, payee, *holders)
    return tuple(dict.fromkeys(n for n in names if n))


def screening_facts(
    due: tuple[str, ...],
    screening: Screening | None,
    limits: Limits,
    cleared: tuple[str, ...] = (),
) -> ScreeningFacts:
    """What `screening` says, and whether it has all who are `due`.

    Entries that are `cleared` say nothing: people have found them to be somebody else.
    """
    done = screening is not None and screening.entries > 0 and set(due) <= set(screening.names)
    matches = [m for m in screening.matches if m.entry not in cleared] if screening else []
    return ScreeningFacts(
        screening_permille=max((m.score for m in matches), default=0),
        listed_name_contained=any(m.contained for m in matches),
        screened=done or not due,
        limit_screening_permille=limits.screening_permille,
    )


def _is_one_of(name: str, known: list[str], limits: Limits) -> bool:
    return any(name_permille(name, k) >= limits.supplier_name_permille for k in known)


def _long_ago(day: date | None, limits: Limits, today: date) -> bool:
    return day is None or today - day > timedelta(days=limits.screening_max_age_days)
