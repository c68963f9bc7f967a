"""G-A01, G-A02, G-A03, G-A15, G-A21, G-A22, G-A23: the document itself, before what it says."""

import re
from collections.abc import Iterator
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.einvoice.reader import ReadInvoice

_NOT_SMALL = frozenset({"K", "AE"})
_GAP = re.compile(r"\s+")
_FORMAT_ERROR = "Formatfehler"


class DocumentFacts(BaseModel):
    """What the reading of the file found.

    `structured`: an e-invoice that could be read (§ 14 (1) UStG). `no_invoice`: it calls itself
    (BT-3) something that settles no supply. `rules_law` and `rules_other`:
    fatal EN 16931 and CIUS rules that do or do not touch a field of § 14 UStG; `rules_checked`:
    whether they could be checked. `content_missing`: codes of what § 14 (4) asks for and the
    invoice lacks. `small_invoice`: § 33 UStDV applies. `original_stored`: the DMS holds these very
    bytes. `page_missing`: values of the XML that the page of a hybrid PDF does not show.
    `attachment_faults`: `malware`, `type`, `ending`, `unreadable`.
    """

    model_config = ConfigDict(frozen=True)

    structured: bool
    no_invoice: bool
    rules_law: frozenset[str]
    rules_other: frozenset[str]
    rules_checked: bool
    content_missing: frozenset[str]
    small_invoice: bool
    original_stored: bool
    page_missing: frozenset[str]
    attachment_faults: frozenset[str]


def document_facts(read: ReadInvoice, stored_sha256: str | None, limits: Limits) -> DocumentFacts:
    """What the reading `read` says of the file whose original the DMS holds as `stored_sha256`."""
    validation, invoice = read.validation, read.invoice
    fatal = [rule for rule in validation.rules if rule.severity == "fatal"]
    return DocumentFacts(
        structured=is_structured(read),
        no_invoice=invoice is not None and invoice.type_code in limits.no_invoice_types,
        rules_law=frozenset(r.id for r in fatal if r.vat_relevant),
        rules_other=frozenset(r.id for r in fatal if not r.vat_relevant),
        rules_checked=validation.verdict != "unchecked",
        content_missing=frozenset(missing_fields(read, limits)),
        small_invoice=invoice is not None and is_small(invoice, limits),
        original_stored=stored_sha256 == read.sha256,
        page_missing=frozenset(unseen(read)),
        attachment_faults=frozenset(_attachment_faults(read, limits)),
    )


def is_structured(read: ReadInvoice) -> bool:
    """§ 14 (1) UStG: a structured invoice of EN 16931 that could be read as such."""
    validation = read.validation
    sound = validation.standing == "e-invoice" and validation.bmf_class != _FORMAT_ERROR
    return sound and read.invoice is not None


def is_small(invoice: Invoice, limits: Limits) -> bool:
    """§ 33 UStDV: at most the small amount gross, and neither § 13b nor an intra-EU supply."""
    gross = invoice.gross_total
    special = any(tax.category in _NOT_SMALL for tax in invoice.taxes)
    small = gross is not None and abs(gross) <= limits.small_invoice_gross
    return small and invoice.currency == limits.currency and not special


def missing_fields(read: ReadInvoice, limits: Limits) -> Iterator[str]:
    """Codes of what § 14 (4) UStG and the tenant ask for and is missing or cannot be read."""
    yield from (fault.code for fault in read.validation.content)
    invoice = read.invoice
    if invoice is None:
        return
    yield from (f"unread {value.field}" for value in invoice.unread if value.expected != "base64")
    if is_small(invoice, limits):
        return
    if limits.own_vat_required and not invoice.buyer.vat_id:
        yield "buyer-vat-id"


def unseen(read: ReadInvoice) -> Iterator[str]:
    """Fields of the XML that the page text of a hybrid PDF does not show, in any usual writing."""
    invoice = read.invoice
    if invoice is None or read.validation.kind != "pdf":
        return
    page = (read.text or "").upper()
    shown = {
        "number": _written(invoice.number),
        "gross": _amount(invoice.gross_total),
        "vat_id": _written(invoice.seller.vat_id),
        **{f"iban_{i}": _written(iban) for i, iban in enumerate(invoice.ibans, start=1)},
    }
    for field, writing in shown.items():
        if writing and not re.search(writing, page):
            yield field


def _written(value: str | None) -> str:
    """A pattern for a value, blanks anywhere in it, that is no part of a longer number."""
    signs = _GAP.sub("", value or "").upper()
    before = r"(?<!\d)" if signs[:1].isdigit() else ""
    after = r"(?!\d)" if signs[-1:].isdigit() else ""
    return before + r"\s*".join(map(re.escape, signs)) + after if signs else ""


def _amount(amount: Decimal | None) -> str:
    """A pattern for an amount with or without thousands, German or English."""
    if amount is None:
        return ""
    whole, _, cents = f"{abs(amount):,.2f}".partition(".")
    groups = r"[.,'’\s]?".join(whole.split(","))
    return rf"(?<!\d)(?<!\d[.,'’]){groups}[.,]{cents}(?!\d)"


def _attachment_faults(read: ReadInvoice, limits: Limits) -> Iterator[str]:
    if read.validation.quarantine:
        yield "malware"
    for attachment in read.invoice.attachments if read.invoice else ():
        name = (attachment.filename or "").casefold()
        if attachment.eicar:
            yield "malware"
        if not attachment.readable:
            yield "unreadable"
        if attachment.size and attachment.mime not in limits.attachment_types:
            yield "type"
        if name.endswith(limits.attachment_endings_refused):
            yield "ending"
