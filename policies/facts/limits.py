"""A tenant's limits, typed: tiers, tolerances, windows, its own name. Data, never code."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from leitstand.digest import canonical
from leitstand.errors import Cause, Missing

_DEFAULTS: dict[str, Any] = tomllib.loads(
    Path(__file__).parent.with_name("defaults.toml").read_text(encoding="utf-8")
)


def cause_words(cause: Cause) -> str:
    """Why a case leaves the automation, as people read it (`defaults.toml`)."""
    return str(_DEFAULTS["causes"][cause])


class _Record(BaseModel):
    """Data of the tenant: numbers may come as JSON numbers or texts, unknown keys are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class Tier(_Record):
    """Up to `max_gross` (None: any amount) `approvers` people of `roles` sign; 0 means nobody."""

    max_gross: Decimal | None = None
    approvers: int = Field(default=0, ge=0)
    roles: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _can_be_signed(self) -> "Tier":
        if self.approvers and not self.roles:
            raise ValueError("approvers are asked for, but `roles` names nobody")
        return self


class ThreeWayMatch(_Record):
    """How far an invoice may be from order and receipt."""

    price_tolerance_pct: Decimal = Decimal(0)
    price_tolerance_abs_line: Decimal = Decimal(0)
    quantity_tolerance: Decimal = Decimal(0)
    unplanned_charges_max: Decimal = Decimal(0)


class Company(_Record):
    """Who the invoices must be made out to."""

    name: str
    street: str = ""
    zip: str = ""
    city: str = ""
    country: str = ""
    vat: str = ""

    @property
    def home(self) -> str:
        """Where the company is registered: its country, else the prefix of its VAT ID."""
        return self.country or self.vat[:2]


class Datev(_Record):
    """What received invoices are called at the tax adviser's, and where they are filed."""

    document_type: str = ""
    filed: tuple[str, str, str] | None = None


class Limits(_Record):
    """The keys of a world's `policy.json`, completed by `policies/defaults.toml`."""

    currency: str
    company: Company
    approval_tiers: tuple[Tier, ...] = Field(min_length=1)
    three_way_match: ThreeWayMatch = ThreeWayMatch()
    accounts: Mapping[str, Mapping[str, str]] = {}
    closed_periods_until: date | None
    next_open_posting_date: date | None
    posting_ahead_days: int
    own_vat_required: bool
    small_invoice_gross: Decimal
    default_account: str
    buyer_owes_accounts: frozenset[str]
    clerk_role: str
    supplier_name_permille: int
    buyer_name_permille: int
    seller_name_permille: int
    holder_name_permille: int
    item_name_permille: int
    number_permille: int
    line_rounding_cents: int
    document_rounding_cents: int
    payable_rounding_cents: int
    contract_months: int
    screening_permille: int
    screening_max_age_days: int
    structuring_window_days: int
    structuring_within_percent_below_tier: Decimal
    structuring_min_invoices: int
    open_order_statuses: frozenset[str]
    active_supplier_statuses: frozenset[str]
    bank_register_countries: frozenset[str]
    sepa_means: frozenset[str]
    sepa_countries: frozenset[str]
    settled_means: frozenset[str]
    euro_countries: frozenset[str]
    no_invoice_types: frozenset[str]
    self_billed_types: frozenset[str]
    attachment_types: frozenset[str]
    attachment_endings_refused: tuple[str, ...]
    home_rates: frozenset[Decimal]
    standard_rate: Decimal
    bank_holidays: frozenset[str]
    bank_holidays_from_easter: tuple[int, ...]
    task_title: str
    file_title: str
    roles: frozenset[str]
    compliance_role: str
    compliance_title: str
    compliance_people: frozenset[str]
    newcomer_title: str
    newcomer_clear: str
    newcomer_open: str
    datev: Datev | None = None

    @model_validator(mode="before")
    @classmethod
    def _opened(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Where nobody says which day is open next (null says: none), it is the one after."""
        if "next_open_posting_date" in data or not data.get("closed_periods_until"):
            return {"next_open_posting_date": None, **data}
        closed = date.fromisoformat(str(data["closed_periods_until"]))
        return {"next_open_posting_date": closed + timedelta(days=1), **data}

    @field_validator("closed_periods_until", "next_open_posting_date", mode="before")
    @classmethod
    def _absent(cls, value: object) -> object:
        return value or None

    @field_validator("open_order_statuses", "active_supplier_statuses")
    @classmethod
    def _folded(cls, values: frozenset[str]) -> frozenset[str]:
        return frozenset(value.casefold() for value in values)

    @field_validator("approval_tiers")
    @classmethod
    def _ascending(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        return tuple(sorted(tiers, key=lambda t: (t.max_gross is None, t.max_gross or 0)))

    def numbers_of(self, account: str) -> Mapping[str, str] | None:
        """The numbers of an account key in both charts; None where one of them lacks it."""
        numbers = self.accounts.get(account, {})
        return numbers if {"skr03", "skr04"} <= numbers.keys() else None

    @property
    def stranger_account(self) -> str:
        """The account key that is shown for a supplier who is not taken on; nothing is booked."""
        known = self.default_account in self.accounts or not self.accounts
        return self.default_account if known else next(iter(self.accounts))


def limits_of(tenant: Mapping[str, Any]) -> Limits:
    """The tenant's data with defaults for what it does not set.

    Raises Missing: nothing of it is there; pydantic.ValidationError: a value is missing that has no
    default (company, tiers), or is none.
    """
    if "company" not in tenant and "approval_tiers" not in tenant:
        raise Missing("the company has no data for accounting", where="policy.json")
    return _parse(canonical(tenant))


@lru_cache(maxsize=32)
def _parse(tenant: bytes) -> Limits:
    """The same data are parsed once; they are told by their content, so a change is a change."""
    return Limits.model_validate({**_DEFAULTS, **json.loads(tenant, parse_float=Decimal)})


def cents(amount: Decimal) -> int:
    """Whole cents of a limit, rounded down: a limit is never made wider."""
    return int((amount * 100).to_integral_value(ROUND_FLOOR))
