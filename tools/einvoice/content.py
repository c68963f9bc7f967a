"""The contents that § 14 (4) and § 14a UStG ask for: what a typed invoice lacks (Inhaltsfehler).

An invoice may pass schema and business rules and still be no proper invoice: XRechnung only warns
when the time of supply is missing. What is asked for, its texts, and what small invoices and small
businesses need not state is data (`content.toml`); how it is seen in an invoice is here.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from leitstand.values import Frozen
from tools.einvoice.fault import Fault
from tools.einvoice.invoice import Invoice, Party

_PREPAYMENT = "386"
_RATELESS = frozenset({"O"})
_NEED_NOTE = frozenset({"E", "AE", "K", "G", "O"})
_INTRA_EU = "K"
_SUPPLY_TIME = "supply_time"


class Requirement(Frozen):
    """One thing the law asks for, its texts, and who is relieved of it."""

    check: str
    law: str
    de: str
    en: str
    small: bool = False
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """What the law asks for, and when it asks for less."""

    requirements: tuple[Requirement, ...]
    small_gross: Decimal
    small_not_for: frozenset[str]
    exempt_pattern: re.Pattern[str]
    supply_on_issue: re.Pattern[str]
    ancillary: re.Pattern[str]
    exempt_categories: frozenset[str]

    def missing(self, invoice: Invoice) -> tuple[Fault, ...]:
        """What an invoice lacks of what it must hold; reliefs are taken into account."""
        return tuple(
            _fault(need) for need in self._lacks(invoice) if not self._waived(need, invoice)
        )

    def relieved(self, invoice: Invoice) -> tuple[Fault, ...]:
        """What an invoice lacks and need not hold (§§ 33, 34a UStDV)."""
        return tuple(_fault(need) for need in self._lacks(invoice) if self._waived(need, invoice))

    def small(self, invoice: Invoice) -> bool:
        """Whether § 33 UStDV applies: a small gross amount in EUR, no intra-EU or §13b supply."""
        special = any(tax.category in self.small_not_for for tax in invoice.taxes)
        gross = invoice.gross_total
        return (
            gross is not None
            and abs(gross) <= self.small_gross
            and invoice.currency == "EUR"
            and not special
        )

    def small_business(self, invoice: Invoice) -> bool:
        """Whether the issuer names § 19 UStG and shows no tax (§ 34a UStDV applies)."""
        if not invoice.taxes or invoice.tax_total:
            return False
        if any(tax.category not in self.exempt_categories for tax in invoice.taxes):
            return False
        texts = (*(t.exemption_reason for t in invoice.taxes), *(n.text for n in invoice.notes))
        return any(self.exempt_pattern.search(text) for text in texts if text)

    def _lacks(self, invoice: Invoice) -> list[Requirement]:
        return [need for need in self.requirements if not self._has(need.check, invoice)]

    def _has(self, check: str, invoice: Invoice) -> bool:
        if _CHECKS[check](invoice):
            return True
        texts = (*(note.text for note in invoice.notes), invoice.terms_text)
        return check == _SUPPLY_TIME and any(self.supply_on_issue.search(t) for t in texts if t)

    def _waived(self, need: Requirement, invoice: Invoice) -> bool:
        small = need.small and self.small(invoice)
        return small or (need.exempt and self.small_business(invoice))


def load(file: Path) -> Contents:
    """Requirements in the format of `content.toml`.

    Raises pydantic.ValidationError or KeyError: a row is incomplete, or its check is unknown.
    """
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    needs = tuple(Requirement(**row) for row in table["requirement"])
    for need in needs:
        _ = _CHECKS[need.check]
    return Contents(
        requirements=needs,
        small_gross=Decimal(table["small_gross"]),
        small_not_for=frozenset(table["small_not_for"]),
        exempt_pattern=re.compile(table["exempt_pattern"], re.IGNORECASE),
        supply_on_issue=re.compile(table["supply_on_issue"], re.IGNORECASE),
        ancillary=re.compile(table["ancillary"], re.IGNORECASE),
        exempt_categories=frozenset(table["exempt_categories"]),
    )


def _fault(need: Requirement) -> Fault:
    return Fault(
        code=f"content-{need.check.replace('_', '-')}",
        stage="content",
        verdict="valid",
        bmf_class="Inhaltsfehler",
        de=f"{need.de} ({need.law})",
        en=f"{need.en} ({need.law})",
    )


def _named(party: Party) -> bool:
    return bool(party.name and party.address and party.address.complete)


def _tax_id(invoice: Invoice) -> bool:
    agent = invoice.tax_representative
    return bool(invoice.seller.vat_id or invoice.seller.tax_number or (agent and agent.vat_id))


def _items(invoice: Invoice) -> bool:
    lines = invoice.counted_lines
    return bool(lines) and all(x.quantity is not None and (x.name or x.description) for x in lines)


def is_ancillary(text: str | None) -> bool:
    """Whether a line is for freight, postage or packaging, which share the fate of the goods."""
    return bool(text) and DEFAULT.ancillary.fullmatch(text.strip()) is not None


def _supply_time(invoice: Invoice) -> bool:
    """A day or a period, of the invoice or of each line; what is ancillary needs none."""
    if invoice.type_code == _PREPAYMENT:
        return True
    dates = (invoice.delivery_date, invoice.period_start, invoice.period_end)
    supplies = (x for x in invoice.counted_lines if not is_ancillary(x.name))
    lines = [x.delivery_date or x.period_start or x.period_end for x in supplies]
    return any(dates) or (bool(lines) and all(lines))


def _net_per_rate(invoice: Invoice) -> bool:
    return bool(invoice.taxes) and all(tax.base is not None for tax in invoice.taxes)


def _tax_per_rate(invoice: Invoice) -> bool:
    return bool(invoice.taxes) and all(
        tax.amount is not None and (tax.rate is not None or tax.category in _RATELESS)
        for tax in invoice.taxes
    )


def _exemption_note(invoice: Invoice) -> bool:
    exempt = (tax for tax in invoice.taxes if tax.category in _NEED_NOTE)
    return all(tax.exemption_reason or tax.exemption_code for tax in exempt)


def _both_vat_ids(invoice: Invoice) -> bool:
    intra = any(tax.category == _INTRA_EU for tax in invoice.taxes)
    agent = invoice.tax_representative
    seller = invoice.seller.vat_id or (agent and agent.vat_id)
    return not intra or bool(seller and invoice.buyer.vat_id)


_CHECKS: Mapping[str, Callable[[Invoice], bool]] = {
    "seller": lambda invoice: _named(invoice.seller),
    "buyer": lambda invoice: _named(invoice.buyer),
    "tax_id": _tax_id,
    "date": lambda invoice: invoice.issue_date is not None,
    "number": lambda invoice: bool(invoice.number),
    "items": _items,
    "supply_time": _supply_time,
    "net_per_rate": _net_per_rate,
    "tax_per_rate": _tax_per_rate,
    "exemption_note": _exemption_note,
    "both_vat_ids": _both_vat_ids,
}

DEFAULT = load(Path(__file__).with_name("content.toml"))
"""The requirements that ship with the package."""
