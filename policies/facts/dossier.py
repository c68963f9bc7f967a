"""A dossier: all that the rules may look at for one invoice, taken from the readings of its case.

It is made from evidence that the guard resolved, never from what a step says. A reading that a rule
needs and that is not there ends in FactMissing, so the action is denied.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel

from leitstand.policy import Evidence, FactCall, FactMissing
from leitstand.tool import Tool
from policies.facts.correction import corrected_numbers
from policies.facts.document import is_structured
from policies.facts.likeness import number_permille
from policies.facts.limits import Limits, limits_of
from policies.facts.order import Basis, basis_of, contract_for
from policies.facts.pairing import Matched, find_line, left_on, match_lines
from policies.facts.parties import Seller, other_records, seller_of
from policies.facts.prepayment import KINDS, settled_numbers
from policies.facts.screening import cleared_entries, due_names, to_screen
from policies.facts.sibling import of_same_seller
from tools.dms import get_document
from tools.einvoice import read_document
from tools.einvoice.invoice import Invoice
from tools.einvoice.reader import ReadInvoice
from tools.erp import (
    Contract,
    GoodsReceipt,
    PostedInvoice,
    PurchaseOrder,
    Supplier,
    SupplierMatch,
    find_contracts,
    find_invoices,
    find_supplier,
    get_order,
    list_receipts,
)
from tools.erp.ledger import number_key
from tools.intake import Sibling, find_siblings
from tools.sanctions import Screening, screen

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True)
class Dossier:
    """What is known of an invoice.

    `ledger` is the supplier's, with what was booked to other records of his, before this case
    wrote anything; `ledger_after` what the last reading of it says. `siblings` are those of the
    whole intake.
    """

    read: ReadInvoice
    limits: Limits
    today: date
    stored_sha256: str | None = None
    filename: str = ""
    match: SupplierMatch | None = None
    order: PurchaseOrder | None = None
    receipts: tuple[GoodsReceipt, ...] = ()
    contracts: tuple[Contract, ...] = ()
    ledger: tuple[PostedInvoice, ...] = ()
    ledger_after: tuple[PostedInvoice, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    screening: Screening | None = None

    @cached_property
    def invoice(self) -> Invoice:
        """The typed invoice; one that says nothing where the file could not be read."""
        return self.read.invoice or Invoice(syntax="cii")

    @cached_property
    def seller(self) -> Seller | None:
        """Who the invoice comes from, if he is known."""
        return self.match and seller_of(self.invoice, self.match, self.limits)

    @property
    def supplier(self) -> Supplier | None:
        """The master record, if the seller is known."""
        return self.seller.supplier if self.seller else None

    @property
    def records(self) -> tuple[str, ...]:
        """Ids of the records that the supplier is kept under, the one in force first."""
        if self.match is None or self.supplier is None:
            return ()
        return (self.supplier.id, *other_records(self.match, self.supplier))

    @cached_property
    def basis(self) -> Basis:
        """What carries the invoice."""
        return basis_of(self.invoice, self.supplier, self.order, self.contracts, self.limits)

    @cached_property
    def contract(self) -> Contract | None:
        """The contract that carries the invoice, if it is one."""
        return contract_for(self.invoice, self.contracts) if self.basis == "contract" else None

    @cached_property
    def on_order(self) -> tuple[Matched, ...]:
        """The lines with those of the order; none where no order carries the invoice."""
        if self.order is None or self.basis != "order":
            return ()
        return match_lines(self.invoice, self.order, self.invoiced(), self.limits)

    @cached_property
    def own_siblings(self) -> tuple[Sibling, ...]:
        """The siblings of the same seller; what names a contract as its order is on none."""
        contracts = {number_key(c.contract) for c in self.contracts}
        own = of_same_seller(self.siblings, self.invoice, self.supplier, self.limits)
        return tuple(
            s.model_copy(update={"order": None}) if number_key(s.order or "") in contracts else s
            for s in own
        )

    @cached_property
    def booked(self) -> tuple[PostedInvoice, ...]:
        """The ledger without what siblings of this intake wrote into it meanwhile."""
        received = {s.sha256 for s in self.siblings}
        return tuple(r for r in self.ledger if r.live and r.document_sha256 not in received)

    @property
    def known_numbers(self) -> frozenset[str]:
        """Numbers of the seller's invoices that were ever received, no credit notes."""
        booked = (number_key(r.number) for r in self.ledger if not r.credit)
        others = (number_key(s.number or "") for s in self.own_siblings if not s.credit)
        return frozenset((*booked, *others))

    @property
    def own_order(self) -> PurchaseOrder | None:
        """The order that the invoice names, if it was placed with its seller."""
        order, supplier = self.order, self.supplier
        return order if order and supplier and order.supplier == supplier.id else None

    @property
    def names_to_screen(self) -> tuple[str, ...]:
        """Who is looked up in the sanctions list."""
        return to_screen(self.invoice, self.supplier)

    @property
    def names_due(self) -> tuple[str, ...]:
        """Who must have been screened against the sanctions list."""
        return due_names(self.invoice, self.supplier, self.limits, self.today)

    @property
    def cleared(self) -> tuple[str, ...]:
        """Entries of the sanctions list that people have found to be somebody else."""
        return cleared_entries(self.invoice, self.supplier, self.limits)

    def invoiced(self) -> dict[str, Decimal]:
        """What earlier invoices took of each order line, in the books or before this one here.

        Invoices that this one replaces do not count, nor do prepayments: nothing was supplied yet.
        """
        taken: dict[str, Decimal] = {}
        if self.order is None:
            return taken
        for row in self._booked_on_order():
            for line in row.lines:
                _add(taken, line.line, -line.qty if row.credit else line.qty)
        for sibling in self._before(number_key(self.order.po)):
            for asked in sibling.lines:
                left = left_on(self.order, taken)
                found = find_line(asked, self.order.lines, left, self.limits)
                _add(taken, found.line if found else "", asked.quantity)
        return taken

    def invoiced_unseen(self) -> Decimal:
        """Gross of what the books hold on the order without quantities, less what is taken off.

        That are credit notes, and BT-113 where the books know of no prepayment that it is for.
        """
        rows = (row for row in self._booked_on_order() if not row.lines)
        gross = sum((-row.gross if row.credit else row.gross for row in rows), Decimal(0))
        return gross if self._settled else gross - (self.invoice.prepaid or 0)

    @cached_property
    def _settled(self) -> frozenset[str]:
        """Numbers of the invoices for parts that this one settles."""
        return settled_numbers(self.invoice, self.booked, self.own_siblings)

    @cached_property
    def _replaced(self) -> frozenset[str]:
        """Numbers of invoices that this one corrects or settles: what they took, it takes anew."""
        return self._settled | corrected_numbers(self.invoice)

    def _booked_on_order(self) -> Iterator[PostedInvoice]:
        """What the books hold of supplies on the order, beside this invoice."""
        order = number_key(self.order.po if self.order else "")
        for row in self.booked:
            on_order = number_key(row.po or "") == order
            fresh = number_key(row.number) not in self._replaced
            supplied = row.kind != "prepayment"
            if on_order and fresh and supplied and not self._resembles(row.number, row.gross):
                yield row

    def _before(self, order: str) -> Iterable[Sibling]:
        """Siblings on the same order that come first by date and number and are no twins.

        A number that was received twice is one invoice, the larger where they differ.
        """
        own = (self.invoice.issue_date or date.min, number_key(self.invoice.number or ""))
        booked = {number_key(r.number) for r in self.booked}

        def counts(sibling: Sibling) -> bool:
            number = number_key(sibling.number or "")
            first = (sibling.issue_date or date.min, number) < own
            fresh = number not in booked and number not in self._replaced
            on_order = number_key(sibling.order or "") == order
            supplied = not sibling.credit and KINDS.get(sibling.type_code or "") != "prepayment"
            twin = self._resembles(sibling.number, sibling.gross)
            return on_order and supplied and first and fresh and not twin

        rising = sorted(filter(counts, self.own_siblings), key=lambda s: s.gross or Decimal(0))
        return {number_key(s.number or ""): s for s in rising}.values()

    def _resembles(self, number: str | None, gross: Decimal | None) -> bool:
        """Whether it may be the same invoice: then G-A10 speaks, and nothing is counted twice."""
        own = self.invoice
        alike = number_permille(number, own.number) > self.limits.number_permille
        same = number_key(number or "") == number_key(own.number or "")
        return same or (alike and gross == own.gross_total)


def _add(taken: dict[str, Decimal], line: str, quantity: Decimal) -> None:
    taken[line] = taken.get(line, Decimal(0)) + quantity


def dossier_of(call: FactCall) -> Dossier:
    """The dossier of a call. Raises FactMissing: a reading that a rule needs is not there."""
    limits, evidence = limits_of(call.limits), call.evidence
    read = _needed(evidence.one(read_document), read_document).value
    stored = evidence.one(get_document)
    original = stored.value if stored else None
    kept = original.sha256 if original else None
    filename = original.filename if original else ""
    if read.invoice is None or not is_structured(read):
        return Dossier(read, limits, call.today, kept, filename)
    match = _needed(evidence.one(find_supplier), find_supplier).value
    seller = seller_of(read.invoice, match, limits)
    ledgers, contracts = _records(evidence, seller.supplier, match) if seller else ((), ())
    order = _order(evidence, read.invoice)
    screened = evidence.one(screen)
    return Dossier(
        read=read,
        limits=limits,
        today=call.today,
        stored_sha256=kept,
        filename=filename,
        match=match,
        order=order,
        receipts=_receipts(evidence, order),
        contracts=contracts,
        ledger=ledgers[0] if ledgers else (),
        ledger_after=ledgers[-1] if ledgers else (),
        siblings=_siblings(evidence),
        screening=screened.value if screened else None,
    )


def _siblings(evidence: Evidence) -> tuple[Sibling, ...]:
    """The other documents of the intake; none where the invoice came in alone."""
    found = evidence.one(find_siblings)
    return found.value if found else ()


def _records(
    evidence: Evidence, supplier: Supplier, match: SupplierMatch
) -> tuple[tuple[tuple[PostedInvoice, ...], ...], tuple[Contract, ...]]:
    """All readings of the supplier's ledger, oldest first, and his contracts.

    Each has what the ledgers of his other records hold.
    """
    found = [reading.value for reading in evidence.all(find_invoices)]
    contracts = _needed(evidence.one(find_contracts), find_contracts).value
    others = other_records(match, supplier)
    elsewhere = {ledger.supplier: ledger.invoices for ledger in found if ledger.supplier in others}
    ledgers = [ledger.invoices for ledger in found if ledger.supplier == supplier.id]
    known = {supplier.id, *others}
    if not ledgers or {ledger.supplier for ledger in found} != known:
        raise FactMissing(f"no ledger of supplier `{supplier.id}`", where=find_invoices.name)
    own = tuple(c for c in contracts if c.supplier == supplier.id)
    rest = tuple(row for rows in elsewhere.values() for row in rows)
    return tuple((*ledger, *rest) for ledger in ledgers), own


def _order(evidence: Evidence, invoice: Invoice) -> PurchaseOrder | None:
    if not invoice.order_reference:
        return None
    found = _needed(evidence.one(get_order), get_order).value
    if found is not None and number_key(found.po) != number_key(invoice.order_reference):
        raise FactMissing(f"order `{found.po}` is not the one that the invoice names")
    return found


def _receipts(evidence: Evidence, order: PurchaseOrder | None) -> tuple[GoodsReceipt, ...]:
    if order is None:
        return ()
    found = _needed(evidence.one(list_receipts), list_receipts).value
    if any(number_key(receipt.po) != number_key(order.po) for receipt in found):
        raise FactMissing(f"the goods receipts are not those of order `{order.po}`")
    return found


def _needed(reading: R | None, tool: Tool[Any, R]) -> R:
    if reading is None:
        raise FactMissing(f"no reading of `{tool.name}`", where=tool.name)
    return reading
