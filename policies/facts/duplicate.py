"""G-A10: whether an invoice is in the books or in the intake already.

Trap: the same goods ordered again cost the same. Two invoices on two orders, two counters of one
number series in one intake, or two months of one contract are no twins, however alike they look.
One month of one contract asked for twice is suspicious, whatever the numbers.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from leitstand.values import Frozen
from policies.facts.correction import corrected_numbers
from policies.facts.likeness import number_permille, one_series
from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.einvoice.reader import ReadInvoice
from tools.erp.ledger import PostedInvoice, number_key
from tools.intake import Sibling


class DuplicateFacts(BaseModel):
    """Whether the invoice is there already.

    `twin`: the same number of the same supplier, or the same bytes, is in the books, or the same
    number and amount, or an earlier copy of these bytes, stand before this one in the intake.
    `alike_permille`: how alike the number of an earlier invoice of the same supplier and gross
    amount is; 1000 where two invoices of the intake have one number and two amounts, where an
    invoice and a credit note have one number, or where a month has as many invoices already as
    contracts of that amount run.

    Of several in one intake the first by date, number and hash stands, whatever the order of files.
    """

    model_config = ConfigDict(frozen=True)

    twin: bool
    alike_permille: int
    limit_number_permille: int


class _Other(Frozen):
    """Another document of the supplier, from the books or the intake.

    `same_kind`: both are invoices, or both are credit notes.
    """

    number: str
    same_kind: bool
    sha256: str | None
    gross: Decimal | None
    day: date | None
    order: str | None
    sibling: bool
    month: date | None = None


def duplicate_facts(
    read: ReadInvoice,
    ledger: Iterable[PostedInvoice],
    siblings: Iterable[Sibling],
    limits: Limits,
    *,
    by_contract: int,
) -> DuplicateFacts:
    """`read` against the supplier's `ledger` and his other invoices of the intake.

    `by_contract`: how many running contracts its amount is the monthly rate of; 0: it rests on
    none. What siblings drafted meanwhile is left out of the ledger, so the order in which an intake
    is judged changes nothing.
    """
    invoice = read.invoice or Invoice(syntax="cii")
    others = list(_others(invoice, ledger, tuple(siblings)))
    corrected = corrected_numbers(invoice)
    others = [o for o in others if number_key(o.number) not in corrected]
    alike = (_alike(read, other, by_contract=by_contract > 0) for other in others)
    taken = sum(other.same_kind and _takes_month(read, other) for other in others)
    return DuplicateFacts(
        twin=any(other.same_kind and _is_twin(read, invoice, other) for other in others),
        alike_permille=1000 if 0 < by_contract <= taken else max(alike, default=0),
        limit_number_permille=limits.number_permille,
    )


def _others(
    invoice: Invoice, ledger: Iterable[PostedInvoice], siblings: tuple[Sibling, ...]
) -> Iterator[_Other]:
    received = {s.sha256 for s in siblings}
    for row in ledger:
        if row.live and row.document_sha256 not in received:
            yield _Other(
                number=row.number,
                same_kind=row.credit == invoice.credit_note,
                sha256=row.document_sha256,
                gross=row.gross,
                day=row.date,
                order=row.po,
                sibling=False,
            )
    for file in siblings:
        if file.number:
            yield _Other(
                number=file.number,
                same_kind=file.credit == invoice.credit_note,
                sha256=file.sha256,
                gross=file.gross,
                day=file.issue_date,
                order=file.order,
                sibling=True,
                month=file.period_start,
            )


def _is_twin(read: ReadInvoice, invoice: Invoice, other: _Other) -> bool:
    if not other.sibling:
        return _same_number(invoice, other) or other.sha256 == read.sha256
    same = _same_number(invoice, other) and other.gross == invoice.gross_total
    return other.sha256 == read.sha256 or (same and _is_before(other, read))


def _alike(read: ReadInvoice, other: _Other, *, by_contract: bool) -> int:
    invoice = read.invoice or Invoice(syntax="cii")
    if not other.same_kind:
        return 1000 if _same_number(invoice, other) else 0
    same_gross = other.gross == invoice.gross_total
    if other.sibling and _same_number(invoice, other):
        return 0 if same_gross else 1000
    if not same_gross or not _is_before(other, read):
        return 0
    recurs = _recurs(invoice, other, by_contract=by_contract)
    return 0 if recurs else number_permille(invoice.number, other.number)


def _takes_month(read: ReadInvoice, other: _Other) -> bool:
    """Whether an earlier invoice of that amount, on no order, was for the same month.

    Where not both name their month, their days have to be of one month as well: what is invoiced
    in advance or in arrears stands beside another month's.
    """
    invoice = read.invoice or Invoice(syntax="cii")
    own, theirs = invoice.period[0], other.month
    pairs = [(own or invoice.issue_date, theirs or other.day)]
    if not (own and theirs):
        pairs.append((invoice.issue_date, other.day))
    same = all(a and b and (a.year, a.month) == (b.year, b.month) for a, b in pairs)
    fits = not other.order and other.gross == invoice.gross_total
    return same and fits and _is_before(other, read)


def _is_before(other: _Other, read: ReadInvoice) -> bool:
    """What is in the books came first; of an intake, what is first by date, number and hash."""
    invoice = read.invoice or Invoice(syntax="cii")
    own = (invoice.issue_date or date.max, number_key(invoice.number or ""), read.sha256)
    first = (other.day or date.max, number_key(other.number), other.sha256 or "")
    return not other.sibling or first < own


def _recurs(invoice: Invoice, other: _Other, *, by_contract: bool) -> bool:
    """Whether something tells that this is another delivery of the same amount."""
    if invoice.order_reference and other.order:
        return number_key(invoice.order_reference) != number_key(other.order)
    if other.sibling and one_series(invoice.number, other.number):
        return True
    days = (invoice.issue_date, other.day)
    months = {(d.year, d.month) for d in days if d}
    return by_contract and all(days) and len(months) == len(days)


def _same_number(invoice: Invoice, other: _Other) -> bool:
    return bool(invoice.number) and number_key(invoice.number or "") == number_key(other.number)
