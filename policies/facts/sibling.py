"""Which documents of an intake come from the same seller as an invoice."""

from collections.abc import Iterable

from policies.facts.likeness import name_permille
from policies.facts.limits import Limits
from policies.facts.parties import agreement, is_valid_vat
from tools.einvoice.invoice import Invoice
from tools.erp.supplier import Supplier
from tools.intake import Sibling


def of_same_seller(
    siblings: Iterable[Sibling], invoice: Invoice, supplier: Supplier | None, limits: Limits
) -> tuple[Sibling, ...]:
    """The siblings that come from the same seller: by VAT ID, tax number, else by the name.

    Two VAT IDs that are both sound are two companies', whatever their names.
    """
    party = invoice.seller
    vat = (supplier.vat if supplier else None) or party.vat_id
    tax_number = (supplier.stnr if supplier else None) or party.tax_number
    name = supplier.name if supplier else party.name

    def same(sibling: Sibling) -> bool:
        by_vat = agreement(sibling.seller_vat, vat)
        if by_vat == "same" or agreement(sibling.seller_tax_number, tax_number) == "same":
            return True
        if by_vat == "other" and is_valid_vat(sibling.seller_vat) and is_valid_vat(vat):
            return False
        return name_permille(sibling.seller_name, name) >= limits.supplier_name_permille

    return tuple(s for s in siblings if same(s))
