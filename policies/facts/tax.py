"""G-A14, G-A16, G-A25: whether the VAT of an invoice fits who sells what from where."""

import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict
from stdnum.eu import vat as eu_vat

from policies.facts.limits import Limits
from policies.facts.wording import names_small_business
from tools.einvoice.invoice import Invoice
from tools.einvoice.parts import Tax
from tools.erp.voucher import TaxCase

Judgement = Literal["ordinary", "plausible", "implausible"]
Place = Literal["home", "registered", "eu", "third"]

_FILE = Path(__file__).parent.with_name("vat.toml")
_MEMBERS = frozenset(code.upper() for code in eu_vat.MEMBER_STATES) | {"EL"}
_ISO = {"EL": "GR"}
_ORDER: tuple[Judgement, ...] = ("ordinary", "plausible", "implausible")
_EXEMPT = frozenset({"E", "O"})
_BUYER_OWES = frozenset({"reverse_charge_13b", "intra_eu"})


class TaxFacts(BaseModel):
    """How the VAT of the invoice looks as a whole; the gravest breakdown counts.

    `small_business`: a seller here names § 19 UStG. `vat_shown`: some VAT is charged.
    `currency_foreign`: not the books' currency. `tax_in_book_currency`: VAT is stated in the books'
    currency too (BT-111, § 16 (6) UStG), or there is none.
    """

    model_config = ConfigDict(frozen=True)

    vat_case: Judgement
    small_business: bool
    vat_shown: bool
    currency_foreign: bool
    tax_in_book_currency: bool


def tax_facts(invoice: Invoice, limits: Limits) -> TaxFacts:
    """The VAT of `invoice` under `policies/vat.toml`."""
    small = _is_small_business(invoice, limits)
    shown = bool(invoice.tax_total) or any(tax.amount for tax in invoice.taxes)
    foreign = invoice.currency is not None and invoice.currency != limits.currency
    in_books = invoice.tax_currency == limits.currency and invoice.tax_total_accounting is not None
    return TaxFacts(
        vat_case=_gravest(invoice, limits, small=small),
        small_business=small,
        vat_shown=shown,
        currency_foreign=foreign,
        tax_in_book_currency=not (foreign and shown) or in_books,
    )


def tax_case_of(invoice: Invoice, limits: Limits) -> TaxCase:
    """How the books treat the invoice: domestic where VAT is charged, else by its breakdown."""
    if _is_small_business(invoice, limits):
        return "small_business"
    if any(tax.amount for tax in invoice.taxes):
        return "domestic"
    found = [case for tax in invoice.taxes if (case := _case(tax, invoice, limits))]
    return found[0].tax_case if found else "domestic"


class _Case(NamedTuple):
    """A row of the table."""

    judgement: Judgement
    tax_case: TaxCase
    needs: tuple[str, ...]
    reason: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    codes: frozenset[str]


class _Asked(NamedTuple):
    """What the needs of a row are looked up in."""

    tax: Tax
    invoice: Invoice
    limits: Limits
    case: _Case


def _gravest(invoice: Invoice, limits: Limits, *, small: bool) -> Judgement:
    if _mixed(invoice, limits):
        return "implausible"
    found: list[Judgement] = [_judge(t, invoice, limits, small=small) for t in invoice.taxes]
    return max(("ordinary", *found), key=_ORDER.index)


def _mixed(invoice: Invoice, limits: Limits) -> bool:
    """VAT that the buyer owes beside any other: no voucher can hold both, a person parts them."""
    cases = {case.tax_case for t in invoice.taxes if (case := _case(t, invoice, limits))}
    return len(cases) > 1 and bool(cases & _BUYER_OWES)


def _judge(tax: Tax, invoice: Invoice, limits: Limits, *, small: bool) -> Judgement:
    if small and tax.category in _EXEMPT:
        return "ordinary"
    case = _case(tax, invoice, limits)
    if case is None:
        return "implausible"
    asked = _Asked(tax, invoice, limits, case)
    return case.judgement if all(_NEEDS[need](asked) for need in case.needs) else "implausible"


def _case(tax: Tax, invoice: Invoice, limits: Limits) -> _Case | None:
    return _table().get((tax.category or "", _place(invoice, limits)))


def _place(invoice: Invoice, limits: Limits) -> Place:
    home = limits.company.home
    seller = invoice.seller
    agent = invoice.tax_representative.vat_id if invoice.tax_representative else None
    prefix = (seller.vat_id or agent or "")[:2].upper()
    address = (seller.address.country if seller.address else None) or home
    country = _ISO.get(prefix, prefix) if prefix.isalpha() else address
    if country == home:
        return "home" if address == home else "registered"
    return "eu" if country in _MEMBERS else "third"


def _is_small_business(invoice: Invoice, limits: Limits) -> bool:
    texts = [
        *(tax.exemption_reason for tax in invoice.taxes),
        *(note.text for note in invoice.notes),
        invoice.terms_text,
        invoice.seller.legal_info,
    ]
    return _place(invoice, limits) == "home" and names_small_business(texts)


def _has_rate(asked: _Asked) -> bool:
    return asked.tax.rate is not None and asked.tax.rate in asked.limits.home_rates


def _has_reason(asked: _Asked) -> bool:
    text, code, case = asked.tax.exemption_reason, asked.tax.exemption_code, asked.case
    if case.unless is not None and case.unless.search((text or "").casefold()):
        return False
    if case.reason is None:
        return bool(text or code)
    named = bool(text) and case.reason.search((text or "").casefold()) is not None
    return named or (code or "").upper() in case.codes


def _has_sellers_vat(asked: _Asked) -> bool:
    agent = asked.invoice.tax_representative
    return bool(asked.invoice.seller.vat_id or (agent and agent.vat_id))


def _is_here(asked: _Asked) -> bool:
    address = asked.invoice.delivery_address
    return not (address and address.country) or address.country == asked.limits.company.home


_NEEDS: Mapping[str, Callable[[_Asked], bool]] = {
    "rate": _has_rate,
    "reason": _has_reason,
    "seller_vat": _has_sellers_vat,
    "buyer_vat": lambda asked: bool(asked.invoice.buyer.vat_id),
    "no_tax": lambda asked: (asked.tax.amount or Decimal(0)) == 0,
    "here": _is_here,
}


@cache
def _table() -> Mapping[tuple[str, str], _Case]:
    rows: list[dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["case"]
    return {(row["category"], seller): _row(row) for row in rows for seller in row["seller"]}


def _row(row: Mapping[str, Any]) -> _Case:
    unknown = set(row["needs"]) - _NEEDS.keys()
    if unknown:
        raise ValueError(f"vat.toml: unknown needs {sorted(unknown)}")
    return _Case(
        judgement=row["judgement"],
        tax_case=row["tax_case"],
        needs=tuple(row["needs"]),
        reason=re.compile(row["reason"]) if "reason" in row else None,
        unless=re.compile(row["unless"]) if "unless" in row else None,
        codes=frozenset(row.get("code", ())),
    )
