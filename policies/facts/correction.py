"""G-A24: credit notes and corrections refer to an invoice, and fit it; who self-billed is we."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.erp.ledger import PostedInvoice, number_key
from tools.erp.order import PurchaseOrder
from tools.intake import Sibling

_CORRECTION = "384"
_NEED_REFERENCE = frozenset({"381", "384"})
_ZERO = Decimal(0)


class _Booked(NamedTuple):
    """An invoice or credit note that counts, with what it refers to; numbers are folded."""

    number: str
    gross: Decimal
    po: str | None
    credit: bool
    names: frozenset[str] = frozenset()


def corrected_numbers(invoice: Invoice) -> frozenset[str]:
    """Folded numbers of the invoices that a credit note or a correction (384) takes back.

    Any other invoice may name earlier ones too (BG-3): it stands beside them and replaces none.
    """
    if not (invoice.credit_note or invoice.type_code == _CORRECTION):
        return frozenset()
    return frozenset(number_key(p.number) for p in invoice.preceding if p.number)


class CorrectionFacts(BaseModel):
    """How credit notes and corrections fit what they correct.

    `correcting`: it is a credit note or correction. `correction_faults`: `reference` no earlier
    invoice is named (§ 31 (5) UStDV); `unknown` nobody knows the one named, and no order vouches
    for an older one, or it is a credit note itself; `sign` a negative total that is no
    correction's; `amount` more is given back than was invoiced, or was ever ordered; `reversed` the
    books hold the one named as reversed: nothing is left to give back; `not_reversed` the invoice
    to be corrected is still booked, or about to be: it came in together with its correction;
    `self_billed` by its kind the buyer has made it (§ 14 (2) UStG), so it would have come from us.
    """

    model_config = ConfigDict(frozen=True)

    correcting: bool
    correction_faults: frozenset[str]


def correction_facts(
    invoice: Invoice,
    ledger: Iterable[PostedInvoice],
    siblings: Iterable[Sibling],
    known: frozenset[str],
    order: PurchaseOrder | None,
    limits: Limits,
) -> CorrectionFacts:
    """`ledger` is what the books hold of the supplier, `siblings` his others of the intake.

    `order` is the one that carries the document.

    `known`: numbers of his invoices that were ever received, reversed ones included.
    """
    correcting = invoice.credit_note or invoice.type_code in _NEED_REFERENCE
    named = {number_key(p.number) for p in invoice.preceding if p.number}
    standing = tuple(_standing(invoice, ledger, siblings))
    faults = set(_faults(invoice, standing, order))
    none_named = order is None and not named & known
    if correcting and named and (none_named or named <= _credits(invoice, standing)):
        faults.add("unknown")
    if invoice.credit_note and named & known and not _originals(named, standing):
        faults.add("reversed")
    if invoice.type_code in limits.self_billed_types:
        faults.add("self_billed")
    return CorrectionFacts(correcting=correcting, correction_faults=frozenset(faults))


def _standing(
    invoice: Invoice, ledger: Iterable[PostedInvoice], siblings: Iterable[Sibling]
) -> Iterator[_Booked]:
    """What the books hold, and what they are about to hold beside `invoice`."""
    for row in ledger:
        if row.live:
            yield _Booked(number_key(row.number), row.gross, row.po, credit=row.credit)
    own = number_key(invoice.number or "")
    for other in siblings:
        number = number_key(other.number or "")
        if other.gross is not None and number != own:
            names = frozenset(map(number_key, other.preceding))
            yield _Booked(number, abs(other.gross), other.order, other.credit, names)


def _faults(
    invoice: Invoice, standing: tuple[_Booked, ...], order: PurchaseOrder | None
) -> Iterator[str]:
    named = {number_key(p.number) for p in invoice.preceding if p.number}
    originals = _originals(named, standing)
    if (invoice.credit_note or invoice.type_code in _NEED_REFERENCE) and not named:
        yield "reference"
    if _wrong_sign(invoice):
        yield "sign"
    if invoice.credit_note and _too_much(invoice, standing, originals, order):
        yield "amount"
    if invoice.type_code == _CORRECTION and originals:
        yield "not_reversed"


def _originals(named: set[str], standing: Iterable[_Booked]) -> tuple[_Booked, ...]:
    return _once(b for b in standing if b.number in named and not b.credit)


def _credits(invoice: Invoice, standing: Iterable[_Booked]) -> set[str]:
    """Numbers of credit notes that are no invoice's as well, its own included."""
    others = {b.number for b in standing if not b.credit}
    found = {b.number for b in standing if b.credit}
    if invoice.credit_note:
        found.add(number_key(invoice.number or ""))
    return found - others


def _wrong_sign(invoice: Invoice) -> bool:
    gross = invoice.gross_total
    return gross is not None and gross < 0 and invoice.type_code != _CORRECTION


def _too_much(
    invoice: Invoice,
    standing: tuple[_Booked, ...],
    originals: tuple[_Booked, ...],
    order: PurchaseOrder | None,
) -> bool:
    """More than the invoice named; where it is older than our books, more than was ordered."""
    if originals:
        earlier = _once(b for b in standing if b.credit and _on(b, originals))
        credited = sum((b.gross for b in earlier), _ZERO)
        return abs(invoice.gross_total or _ZERO) + credited > sum(b.gross for b in originals)
    if order is None:
        return False
    ordered = sum((line.qty * line.price for line in order.lines), _ZERO)
    return abs(invoice.net_total or _ZERO) > ordered


def _on(credit: _Booked, originals: tuple[_Booked, ...]) -> bool:
    """Whether it takes from these: it names one, or, where it names none, their order."""
    if credit.names:
        return not credit.names.isdisjoint(r.number for r in originals)
    return credit.po is not None and credit.po in {r.po for r in originals}


def _once(rows: Iterable[_Booked]) -> tuple[_Booked, ...]:
    """Each number once: what is in the books goes before what was received again."""
    return tuple({row.number: row for row in reversed((*rows,))}.values())
