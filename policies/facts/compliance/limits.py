"""What compliance needs of a tenant's data, typed; defaults are in `policies/compliance.toml`."""

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator

from leitstand.digest import canonical
from leitstand.holidays import Germany

_DEFAULTS: dict[str, Any] = tomllib.loads(
    Path(__file__).parents[2].joinpath("compliance.toml").read_text(encoding="utf-8")
)
_SHARED = ("screening_permille", "compliance_people")
"""What accounting's limits may set for both."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Rule(_Record):
    """A row of the retention table: how long a kind of record is kept, from when, and why.

    A row that names no period at all says nothing: none of years is a period, too.
    """

    type: str
    years: int | None = None
    months: int | None = None
    days: int | None = None
    start: str = ""
    basis: str = ""

    @property
    def period(self) -> tuple[int, int] | None:
        """Months and days that a record is kept; None where the row does not say."""
        if self.years is None and self.months is None and self.days is None:
            return None
        return (self.years or 0) * 12 + (self.months or 0), self.days or 0


class Right(_Record):
    """What an article gives a right to, the words that ask for it, and what says the contrary."""

    ask: Literal["disclose", "erase", "restrict"]
    article: tuple[str, ...]
    words: tuple[str, ...]
    unless: str = "(?!)"


class Aside(_Record):
    """Words of sentences that ask for nothing."""

    words: str


class Start(_Record):
    """Words of the retention table for periods that count from the end of the year."""

    words: tuple[str, ...]


class ComplianceLimits(_Record):
    """The keys of `compliance.json` and `retention.json`, completed by the defaults."""

    screening_permille: int
    identity_check: bool
    answer_months: int
    state: str
    acknowledge_days: int
    feedback_months: int
    compliance_people: tuple[str, ...]
    privacy_people: tuple[str, ...]
    reporting_people: tuple[str, ...]
    sealed_reason: str
    report_title: str
    feedback_title: str
    suspicion_title: str
    reading_workflow: str
    reading_note: str
    decisions: Mapping[str, str]
    retention: tuple[Rule, ...]
    right: tuple[Right, ...]
    aside: Aside
    withdrawn: Aside
    start: tuple[Start, ...]

    @field_validator("state")
    @classmethod
    def _land(cls, state: str) -> str:
        if state and state not in Germany.subdivisions:
            raise ValueError(f"no Bundesland `{state}`")
        return state


def compliance_limits(tenant: Mapping[str, Any]) -> ComplianceLimits:
    """The tenant's data for compliance. Raises pydantic.ValidationError: a value has no sense."""
    shared = {name: tenant[name] for name in _SHARED if name in tenant}
    return _parse(canonical({**shared, **tenant.get("compliance", {})}))


@lru_cache(maxsize=32)
def _parse(own: bytes) -> ComplianceLimits:
    return ComplianceLimits.model_validate({**_DEFAULTS, **json.loads(own)})
