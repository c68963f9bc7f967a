"""Looking up what an invoice is held against, in every system that knows something of it."""

from dataclasses import dataclass, replace
from typing import Any

from agents.invoice_case import InvoiceCase
from leitstand.desk import Desk
from leitstand.errors import Missing
from leitstand.values import Reading
from policies.facts.document import is_structured
from policies.facts.dossier import Dossier
from policies.facts.limits import limits_of
from tools.dms import GetDocument, get_document
from tools.einvoice import Invoice, ReadDocument, read_document
from tools.erp import (
    FindContracts,
    FindInvoices,
    FindSupplier,
    FoundContracts,
    FoundInvoices,
    FoundOrder,
    FoundReceipts,
    GetOrder,
    ListReceipts,
    find_contracts,
    find_invoices,
    find_supplier,
    get_order,
    list_receipts,
)
from tools.intake import FindSiblings, FoundSiblings, find_siblings
from tools.sanctions import Screen, Screened, screen
from tools.tenant import GetTenant, tenant_data


@dataclass(frozen=True, slots=True)
class Known:
    """A dossier and the ids of the readings that it was made of."""

    dossier: Dossier
    evidence: tuple[str, ...]

    def with_(self, dossier: Dossier, *readings: Reading[Any] | None) -> "Known":
        """Knowing more: the dossier that `readings` make of it."""
        ids = (reading.id for reading in readings if reading is not None)
        return Known(dossier, (*self.evidence, *ids))


async def open_document(case: InvoiceCase, desk: Desk) -> Known:
    """The stored original, what it says as an invoice, and the house that it came to."""
    tenant, kept, found = await desk.gather(
        desk.call(tenant_data, GetTenant()),
        desk.call(get_document, GetDocument(sha256=case.sha256)),
        desk.call(read_document, ReadDocument(sha256=case.sha256)),
    )
    dossier = Dossier(
        read=found.value,
        limits=limits_of(tenant.data()),
        today=(await desk.now()).date(),
        stored_sha256=kept.value.sha256 if kept.value else None,
        filename=kept.value.filename if kept.value else "",
    )
    return Known(dossier, (kept.id, found.id))


async def look_up(case: InvoiceCase, desk: Desk, known: Known) -> Known:
    """Everything that the systems know of the invoice; nothing where it could not be read."""
    if not is_structured(known.dossier.read):
        return known
    known = await _who_and_what(case, desk, known)
    return await _records(desk, known)


async def _who_and_what(case: InvoiceCase, desk: Desk, known: Known) -> Known:
    """The seller, the order with its receipts, and the other invoices of the intake."""
    invoice = known.dossier.invoice
    party = invoice.seller
    wanted = FindSupplier(
        name=party.name,
        vat=party.vat_id,
        stnr=party.tax_number,
        iban=next(iter(invoice.ibans), None),
    )
    match, (order, receipts), siblings = await desk.gather(
        desk.call(find_supplier, wanted), _order(desk, invoice), _siblings(case, desk)
    )
    dossier = replace(
        known.dossier,
        match=match.value,
        order=order.value if order else None,
        receipts=receipts.value if receipts else (),
        siblings=siblings.value if siblings else (),
    )
    return known.with_(dossier, match, order, receipts, siblings)


async def _records(desk: Desk, known: Known) -> Known:
    """The supplier's ledger and contracts, and what the sanctions list of today says."""
    dossier = known.dossier
    supplier = dossier.supplier.id if dossier.supplier else None
    ledger, contracts, screened = await desk.gather(
        _ledger(desk, supplier),
        _contracts(desk, supplier),
        _screening(desk, dossier.names_to_screen),
    )
    ledgers = [ledger, *[await _ledger(desk, record) for record in dossier.records[1:]]]
    booked = tuple(row for found in ledgers if found for row in found.value.invoices)
    dossier = replace(
        dossier,
        ledger=booked,
        ledger_after=booked,
        contracts=contracts.value if contracts else (),
        screening=screened.value if screened else None,
    )
    return known.with_(dossier, *ledgers, contracts, screened)


async def _order(desk: Desk, invoice: Invoice) -> tuple[FoundOrder | None, FoundReceipts | None]:
    if not invoice.order_reference:
        return None, None
    order = await desk.call(get_order, GetOrder(order_no=invoice.order_reference))
    if order.value is None:
        return order, None
    return order, await desk.call(list_receipts, ListReceipts(order_no=order.value.po))


async def _siblings(case: InvoiceCase, desk: Desk) -> FoundSiblings | None:
    if not case.intake:
        return None
    return await desk.call(find_siblings, FindSiblings(intake=case.intake, sha256=case.sha256))


async def _ledger(desk: Desk, supplier: str | None) -> FoundInvoices | None:
    return await desk.call(find_invoices, FindInvoices(supplier_id=supplier)) if supplier else None


async def _contracts(desk: Desk, supplier: str | None) -> FoundContracts | None:
    if supplier is None:
        return None
    return await desk.call(find_contracts, FindContracts(supplier_id=supplier))


async def _screening(desk: Desk, names: tuple[str, ...]) -> Screened | None:
    """None where no list is loaded: then whoever is due does not count as screened (G-C01)."""
    try:
        return await desk.call(screen, Screen(names=names)) if names else None
    except Missing:
        return None
