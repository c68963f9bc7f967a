"""A company's settings for payment runs, typed: `policies/treasury.toml`, then its own."""

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from leitstand.digest import canonical

_DEFAULTS: dict[str, Any] = tomllib.loads(
    Path(__file__).parents[2].joinpath("treasury.toml").read_text(encoding="utf-8")
)

Left = Literal["voucher", "supplier", "account", "currency", "discount", "listed"]
"""Why a payment is left out of an order."""


class TreasuryLimits(BaseModel):
    """The own account, who signs an order, whose tasks its rest is; unknown keys are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    holder: str = Field(default="", max_length=140)
    iban: str = Field(default="", pattern=r"^([A-Z]{2}[0-9]{2}[A-Z0-9]{10,30})?$")
    signers: frozenset[str]
    approvers: int = Field(ge=0)
    roles: tuple[str, ...] = Field(min_length=1)
    screening_roles: tuple[str, ...] = Field(min_length=1)
    screening: bool
    ahead_days: int = Field(ge=0)
    title: str
    reasons: Mapping[Left, str]


def treasury_limits_of(tenant: Mapping[str, Any]) -> TreasuryLimits:
    """Settings of a tenant's data, with defaults for what it does not set.

    Raises pydantic.ValidationError: a value is none.
    """
    return _parse(canonical(tenant.get("treasury") or {}))


@lru_cache(maxsize=32)
def _parse(own: bytes) -> TreasuryLimits:
    given: dict[str, Any] = json.loads(own)
    reasons: dict[str, str] = {**_DEFAULTS["reasons"], **(given.get("reasons") or {})}
    return TreasuryLimits.model_validate({**_DEFAULTS, **given, "reasons": reasons})
