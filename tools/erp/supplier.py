"""Suppliers: the master record, and how an invoice's seller is found in it."""

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import field_validator

from leitstand.values import Frozen, Identifier, Reading, Text, Word

Trait = Literal["vat", "stnr", "iban", "name"]
"""What a supplier was recognised by: VAT ID, German tax number, bank account, name."""

_NAMED = re.compile(r"(\d+(?:[.,]\d+)?)\s*%", re.ASCII)
_PERCENT, _DAYS = r"(?P<percent>\d{1,2}(?:[.,]\d{1,2})?)\s*%", r"(?P<days>\d{1,3})"
_TERM = re.compile(rf"{_PERCENT}[^\d%;]{{1,30}}{_DAYS}(?![\d.,]*\d|\s*%)", re.ASCII)
_TURNED = re.compile(
    rf"{_DAYS}\s*(?:tage?n?|days?|t|d)\b[^\d%;]{{0,20}}{_PERCENT}", re.ASCII | re.IGNORECASE
)
"""`2%/14`, `2 % in 14 Tagen`; and turned round `14 Tage 2 %`."""


class Discount(Frozen):
    """A cash discount (Skonto): `percent` off when paid within `days` of the invoice date."""

    percent: Decimal
    days: int


class Supplier(Frozen):
    """A supplier's master record: the only source of bank details, addresses and terms.

    `vat` and `stnr` are the VAT ID and the German tax number, `creditor` the personal account,
    `account` the key of the usual expense account in the chart (`material`), `terms_days` the days
    until payment is due, `skonto` the agreed cash discounts as written in the master (`2%/14`),
    `screened` the day of the last sanctions screening, `cleared` the ids of entries of a list that
    people have compared with the supplier and found to be somebody else. `version` rises with every
    change.
    """

    id: Identifier
    name: Text
    street: Text = ""
    zip: Text = ""
    city: Text = ""
    country: Word = ""
    vat: Text | None = None
    stnr: Text | None = None
    iban: Text | None = None
    tel: Text = ""
    mail: Text = ""
    creditor: Text = ""
    account: Word | None = None
    terms_days: int | None = None
    skonto: Word | None = None
    status: Word = "active"
    screened: date | None = None
    cleared: tuple[Text, ...] = ()
    version: int = 1

    @field_validator("iban")
    @classmethod
    def _bare(cls, value: str | None) -> str | None:
        """An account as systems write it, however it is printed."""
        return "".join(value.split()).upper() if value else value

    @property
    def discounts(self) -> tuple[Discount, ...]:
        """The agreed cash discounts in the order of the master: `2%/14` is 2 percent in 14 days."""
        return _terms(self.skonto or "")


class SupplierRow(Supplier):
    """A master record as a company's file states it: its cash discounts can be read."""

    @field_validator("skonto")
    @classmethod
    def _read_whole(cls, value: str | None) -> str | None:
        """Every percentage has its days: what is agreed is not lost unread."""
        named = [p for p in _NAMED.findall(value or "") if Decimal(p.replace(",", "."))]
        if len(named) > len(_terms(value or "")):
            raise ValueError(f"`{value}` is no cash discount such as 2%/14 or 3%/10 2%/20")
        return value


def _terms(text: str) -> tuple[Discount, ...]:
    found = list(_TURNED.finditer(text)) or list(_TERM.finditer(text))
    return tuple(
        Discount(percent=Decimal(m["percent"].replace(",", ".")), days=int(m["days"]))
        for m in found
    )


class FindSupplier(Frozen):
    """Find a supplier by what a document says of its seller; every field may be missing."""

    name: Text | None = None
    vat: Text | None = None
    stnr: Text | None = None
    iban: Text | None = None


class Candidate(Frozen):
    """A supplier that may be meant: traits that agree, similarity of the names in permille."""

    supplier: Supplier
    traits: tuple[Trait, ...]
    name_permille: int


class SupplierMatch(Frozen):
    """The answer of a search.

    `supplier` is set only where VAT ID or tax number name exactly one (`found_by` says which).
    `candidates` hold everyone who agrees in some trait or resembles in name, best first, the found
    one included: whether a name alone is near enough is for the rules to judge.
    """

    supplier: Supplier | None = None
    found_by: Trait | None = None
    candidates: tuple[Candidate, ...] = ()


class FoundSupplier(Reading[SupplierMatch]):
    """Reading of a search for a supplier."""
