"""G-A04, G-A06, G-A09: who the invoice is made out to and who it comes from."""

from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict
from stdnum.eu import vat as eu_vat

from leitstand.values import Frozen
from policies.facts.likeness import (
    is_addressed_to,
    leaves_words_out,
    name_permille,
    shares_word,
)
from policies.facts.limits import Company, Limits
from tools.einvoice.invoice import Invoice, Party
from tools.erp.supplier import Supplier, SupplierMatch
from tools.names import fold

Agreement = Literal["same", "other", "absent"]
"""Whether a value equals the one of the master record; absent: one side has none."""

_MEMBERS = frozenset(eu_vat.MEMBER_STATES)
_GREECE = "EL"


class Seller(Frozen):
    """The supplier an invoice comes from, and what it was recognised by."""

    supplier: Supplier
    found_by: Literal["vat", "stnr", "name"]
    name_permille: int = 0


class PartyFacts(BaseModel):
    """Both parties of the invoice against the master data.

    `buyer_*` compare with the tenant's own company, whose name may be written short beside its VAT
    ID. `supplier_known`: recognised by VAT ID, tax number or a name that is near enough;
    `supplier_active`: the master record is not blocked. `seller_name_permille`: how near the
    seller's names come to the master record's, 1000 where they share a word or nobody is known: a
    number of one company under the name of another is a mistake, or worse. `seller_vat_valid`: the
    VAT ID has the form and check digits of its country (absent counts as valid, a country outside
    the EU cannot be checked).
    """

    model_config = ConfigDict(frozen=True)

    buyer_name_permille: int
    limit_buyer_name_permille: int
    buyer_vat: Agreement
    buyer_address: Agreement
    supplier_known: bool
    supplier_active: bool
    seller_name_permille: int
    limit_seller_name_permille: int
    seller_vat_valid: bool
    seller_vat: Agreement
    seller_tax_number: Agreement


def seller_of(invoice: Invoice, match: SupplierMatch, limits: Limits) -> Seller | None:
    """The supplier that a search found: by VAT ID or tax number, else by the nearest name.

    What the search says is held against the invoice itself: a search for somebody else finds
    nobody.
    """
    party, found = invoice.seller, match.supplier
    if found is not None and agreement(party.vat_id, found.vat) == "same":
        return Seller(supplier=found, found_by="vat")
    if found is not None and agreement(party.tax_number, found.stnr) == "same":
        return Seller(supplier=found, found_by="stnr")
    near = [(name_permille(party.name, c.supplier.name), c.supplier) for c in match.candidates]
    alike, best = max(near, key=lambda pair: pair[0], default=(0, None))
    if best is None or alike < limits.supplier_name_permille:
        return None
    return Seller(supplier=best, found_by="name", name_permille=alike)


def other_records(match: SupplierMatch, supplier: Supplier) -> tuple[str, ...]:
    """Ids of records under which he is kept as well (same VAT ID or tax number): merged, blocked.

    What was booked to one of them is booked.
    """
    return tuple(
        c.supplier.id
        for c in match.candidates
        if c.supplier.id != supplier.id and not {"vat", "stnr"}.isdisjoint(c.traits)
    )


def party_facts(invoice: Invoice, seller: Seller | None, limits: Limits) -> PartyFacts:
    """Both parties of `invoice`; `seller` is None for an unknown supplier."""
    buyer, company = invoice.buyer, limits.company
    supplier = seller.supplier if seller else None
    status = supplier.status if supplier else ""
    return PartyFacts(
        buyer_name_permille=_name_likeness(buyer, company),
        limit_buyer_name_permille=limits.buyer_name_permille,
        buyer_vat=agreement(buyer.vat_id, company.vat),
        buyer_address=_address(buyer, company),
        supplier_known=supplier is not None,
        supplier_active=status.casefold() in limits.active_supplier_statuses,
        seller_name_permille=_seller_likeness(invoice.seller, supplier),
        limit_seller_name_permille=limits.seller_name_permille,
        seller_vat_valid=is_valid_vat(invoice.seller.vat_id),
        seller_vat=agreement(invoice.seller.vat_id, supplier.vat if supplier else None),
        seller_tax_number=agreement(invoice.seller.tax_number, supplier.stnr if supplier else None),
    )


def agreement(one: str | None, other: str | None) -> Agreement:
    """Whether two identifiers are the same; blanks, marks and case do not count."""
    first, second = _compact(one), _compact(other)
    if not first or not second:
        return "absent"
    return "same" if first == second else "other"


@lru_cache(maxsize=8192)
def is_valid_vat(vat_id: str | None) -> bool:
    """Form and check digits of an EU VAT ID (stdnum); True where there is nothing to check."""
    text = _compact(vat_id)
    prefix = text[:2].casefold()
    if text.startswith(_GREECE):
        prefix = "gr"
    return prefix not in _MEMBERS or eu_vat.is_valid(text)


def _name_likeness(buyer: Party, own: Company) -> int:
    """Beside our VAT ID our name may be written short; who else could be meant?"""
    ours = agreement(buyer.vat_id, own.vat) == "same"
    if is_addressed_to(buyer.name, own.name) or (ours and leaves_words_out(buyer.name, own.name)):
        return 1000
    return name_permille(buyer.name, own.name)


def _seller_likeness(seller: Party, supplier: Supplier | None) -> int:
    names = [name for name in (seller.name, seller.trading_name) if name]
    if supplier is None or any(shares_word(name, supplier.name) for name in names):
        return 1000
    return max((name_permille(name, supplier.name) for name in names), default=1000)


def _address(buyer: Party, company: Company) -> Agreement:
    """Postcode and town count; the street may be a post box."""
    address = buyer.address
    if address is None or not (address.zip or address.city) or not (company.zip or company.city):
        return "absent"
    same = _compact(address.zip) == _compact(company.zip)
    return "same" if same and fold(address.city or "") == fold(company.city) else "other"


@lru_cache(maxsize=8192)
def _compact(value: str | None) -> str:
    return "".join(c for c in value or "" if c.isalnum()).upper()
