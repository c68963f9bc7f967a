"""Siblings: the other invoices of the same intake, as far as they bear on one another."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from leitstand.policy import Evidence
from leitstand.values import Frozen
from policies.facts.likeness import name_permille
from policies.facts.limits import Limits
from policies.facts.parties import agreement
from tools.einvoice.invoice import Invoice
from tools.erp.supplier import Supplier

__all__ = ["Sibling", "of_same_seller", "siblings_in"]


class Sibling(Frozen):
    """Another document of the intake: who it says it is from, and what it says it is.

    `sha256` of the file, `xml_sha256` of its structured part. `lines` are order line and quantity.
    """

    sha256: str
    xml_sha256: str | None = None
    seller_name: str | None = None
    seller_vat: str | None = None
    seller_tax_number: str | None = None
    number: str | None = None
    issue_date: date | None = None
    gross: Decimal | None = None
    currency: str | None = None
    credit: bool = False
    order: str | None = None
    lines: tuple[tuple[str, Decimal], ...] = ()


def of_same_seller(
    siblings: Iterable[Sibling], invoice: Invoice, supplier: Supplier | None, limits: Limits
) -> tuple[Sibling, ...]:
    """The siblings that come from the same seller: by VAT ID, tax number, else by the name."""
    party = invoice.seller
    vat = (supplier.vat if supplier else None) or party.vat_id
    tax_number = (supplier.stnr if supplier else None) or party.tax_number
    name = supplier.name if supplier else party.name

    def same(sibling: Sibling) -> bool:
        return (
            agreement(sibling.seller_vat, vat) == "same"
            or agreement(sibling.seller_tax_number, tax_number) == "same"
            or name_permille(sibling.seller_name, name) >= limits.supplier_name_permille
        )

    return tuple(s for s in siblings if same(s))


def siblings_in(evidence: Evidence, own_sha256: str) -> tuple[Sibling, ...]:
    """The siblings that the case's reading of the intake names, without the document itself."""
    return ()
