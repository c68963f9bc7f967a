"""A company's settings for HR, typed. Data, never code: `policies/hr.toml`, then its own."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, field_validator

from leitstand.digest import canonical

_DEFAULTS: dict[str, Any] = tomllib.loads(
    Path(__file__).parents[2].joinpath("hr.toml").read_text(encoding="utf-8")
)

Level = Literal["auto_draft", "approve", "hold", "escalate", "reject", "noticed"]


class _Record(BaseModel):
    """Data of the tenant: numbers may come as JSON numbers or texts, unknown keys are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class LeaveLimits(_Record):
    """`kinds` that are counted against the balance, in small letters; who decides; BUrlG.

    `undated_days`: how long before it is worked off a request may have come in that names no day.
    `twelfths`: whether leave beyond the statutory one is earned by twelfths, whatever § 4 gives.
    """

    kinds: frozenset[str]
    approver: str
    undated_days: int
    waiting_months: int
    statutory_weeks: int
    twelfths: bool

    @field_validator("kinds")
    @classmethod
    def _folded(cls, values: frozenset[str]) -> frozenset[str]:
        return frozenset(" ".join(value.casefold().split()) for value in values)


class SickLimits(_Record):
    """EntgFG: days; what a notice must not leave behind."""

    free_days: int
    pay_days: int
    waiting_days: int
    query_after_days: int
    must_not_store: str


class WorktimeLimits(_Record):
    """ArbZG: minutes."""

    daily_max: int
    rest_min: int
    break_30_over: int
    break_45_over: int
    break_part_min: int
    one_shift_gap_max: int
    sundays: bool


class RequestLimits(_Record):
    """Who may ask by mail, who decides, and what is done about a suspicious one."""

    own_domains: frozenset[str]
    freemail: frozenset[str]
    works_council: str
    pay_roles: frozenset[str]
    pay_approvers: int
    probation_months_max: int
    actions: tuple[str, ...]
    must_not: tuple[str, ...]

    @field_validator("own_domains", "freemail")
    @classmethod
    def _folded(cls, values: frozenset[str]) -> frozenset[str]:
        return frozenset(value.casefold() for value in values)


class PayrollLimits(_Record):
    """Which role takes approved changes over, whose tasks they are, who signs an entry.

    Percent of the pay so far that a change may be, once or for good; words of what is paid once.
    """

    agent: str
    roles: tuple[str, ...]
    signers: frozenset[str]
    approvers: int
    max_percent: Decimal
    max_once_percent: Decimal
    once: str
    lasting: str


class TaskLimits(_Record):
    """Whose tasks may be."""

    roles: frozenset[str]


class OnboardingStep(_Record):
    """What is to be done for a new colleague: `days` from the start, minus is before it."""

    kind: str
    role: str
    days: int


class HrLimits(_Record):
    """The keys of `policies/hr.toml`, each with the company's own value where it has one."""

    numbers: tuple[str, ...]
    today: date | None
    weekdays: tuple[str, ...]
    weekday_names: Mapping[str, str]
    company_workdays: tuple[str, ...]
    days_off: frozenset[str]
    half_days: frozenset[str]
    holidays: tuple[str, ...]
    places: Mapping[str, str]
    leave: LeaveLimits
    min_staffing: Mapping[str, int]
    sick: SickLimits
    channel: Mapping[str, str]
    insurances: Mapping[str, frozenset[str]]
    worktime: WorktimeLimits
    worktime_words: Mapping[str, tuple[str, str]]
    requests: RequestLimits
    payroll: PayrollLimits
    decisions: Mapping[str, Mapping[Level, str]]
    notes: Mapping[str, str]
    reasons: Mapping[str, str]
    titles: Mapping[str, str]
    tasks: TaskLimits
    onboarding: tuple[OnboardingStep, ...]
    vocabulary: Mapping[str, tuple[str, ...]] = {}

    @field_validator("vocabulary", mode="before")
    @classmethod
    def _lists(cls, value: Mapping[str, object]) -> object:
        return {name: value[name] for name in value if isinstance(value[name], list)}

    @field_validator("today", mode="before")
    @classmethod
    def _absent(cls, value: object) -> object:
        return value or None


def hr_limits_of(tenant: Mapping[str, Any]) -> HrLimits:
    """HR's settings of a tenant's data, with defaults for what it does not set.

    The day of recorded data is the company's (`policy.json`) where HR has none of its own.
    Raises pydantic.ValidationError: a value is none.
    """
    own: Mapping[str, Any] = tenant.get("hr") or {}
    shared = {"today": tenant["today"]} if tenant.get("today") else {}
    return _parse(canonical({**shared, **own}))


@lru_cache(maxsize=32)
def _parse(own: bytes) -> HrLimits:
    """The same data are parsed once; they are told by their content, so a change is a change."""
    return HrLimits.model_validate(_over(_DEFAULTS, json.loads(own, parse_float=Decimal)))


def _over(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The company's value where it has one; tables key by key."""
    merged = {**defaults, **own}
    for name, default in defaults.items():
        value = own.get(name)
        if isinstance(default, dict) and isinstance(value, dict):
            merged[name] = _over(cast("dict[str, Any]", default), cast("dict[str, Any]", value))
    return merged
