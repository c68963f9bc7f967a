"""What a company's sales are bound by, typed: price rules, words, roles. Data, never code."""

import json
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict

from leitstand.digest import canonical
from leitstand.errors import Missing
from policies.facts.patterns import fold
from tools.pricing import PriceRules

LEXICON = Path(__file__).parents[2] / "sales.toml"
"""Defaults and word lists."""

Meaning = Literal[
    "safety",
    "malfunction",
    "spare_part",
    "documentation",
    "maintenance",
    "invoice",
    "delivery",
    "warranty",
    "lead",
    "elsewhere",
]
"""What a mail is about; `elsewhere`: nothing that service is there for."""

Urgency = Literal["danger", "impaired", "ordinary", "information"]
"""Danger to people or a line that stands, a line that is impaired, all else, information alone."""

_URGENCIES: tuple[Urgency, ...] = ("danger", "impaired", "ordinary", "information")


class SalesLimits(BaseModel):
    """A company's own data, completed by the defaults of `policies/sales.toml`.

    `queues`: by word of a category the queue. `category_words`, `priority_words`: what the company
    calls a meaning; what it has no word for is absent. `unknown_words`: categories that no list
    knows, so no mail is ever put there.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    rules: PriceRules | None = None
    queues: Mapping[str, str] = {}
    category_words: Mapping[str, str] = {}
    priority_words: Mapping[str, str] = {}
    unknown_words: tuple[str, ...] = ()
    hours_per_day: Decimal | None
    machine_from: Decimal
    follow_up_days: int
    sales_lead: tuple[str, ...]
    sales_rep: tuple[str, ...]
    safety_roles: tuple[str, ...]
    export_roles: tuple[str, ...]
    compliance_role: str
    compliance_title: str
    alarm_title: str
    ticket_title: str
    active_statuses: frozenset[str]
    home_countries: frozenset[str]
    embargo_countries: frozenset[str]
    quote_decisions: Mapping[str, str]
    quote_approvals: Mapping[str, str]
    ticket_decisions: Mapping[str, str]


@cache
def lexicon() -> Mapping[str, Any]:
    """`policies/sales.toml` as data."""
    return tomllib.loads(LEXICON.read_text(encoding="utf-8"))


def sales_limits(tenant: Mapping[str, Any]) -> SalesLimits:
    """The tenant's sales data with defaults.

    Raises Missing: nothing of it is there; pydantic.ValidationError: a value has no sense.
    """
    if "sales" not in tenant:
        raise Missing("the company has no data for sales", where="sales")
    return _parse(canonical(tenant["sales"]))


@lru_cache(maxsize=32)
def _parse(data: bytes) -> SalesLimits:
    given: dict[str, Any] = json.loads(data, parse_float=Decimal)
    own = {**lexicon()["defaults"], **given.get("own", {})}
    names = lexicon()["names"]
    queues = cast("Mapping[str, str]", given.get("categories", {}))
    by_hand = own.pop("categories")
    known = _words(queues, names["categories"], by_hand)
    words = _within(queues, names["within"], known) | known
    return SalesLimits.model_validate(
        {
            **own,
            "rules": given.get("price_rules") or None,
            "queues": queues,
            "category_words": words,
            "priority_words": _priorities(
                given.get("priorities", []), names["priorities"], own.pop("priorities")
            ),
            "unknown_words": tuple(sorted(set(queues) - set(words.values()))),
        }
    )


def _words(
    theirs: Mapping[str, Any] | list[str],
    names: Mapping[str, list[str]],
    set_by_hand: Mapping[str, str],
) -> dict[str, str]:
    """By meaning the company's word: as it says itself, else the one that a list knows."""
    found: dict[str, str] = {}
    for meaning, known in names.items():
        fitting = [word for word in theirs if fold(word).replace("-", "_") in known]
        by_rank = sorted(fitting, key=lambda word: known.index(fold(word).replace("-", "_")))
        if by_rank:
            found[meaning] = by_rank[0]
    return {**found, **{m: w for m, w in set_by_hand.items() if w in theirs}}


def _within(
    theirs: Mapping[str, str], parts: Mapping[str, list[str]], known: Mapping[str, str]
) -> dict[str, str]:
    """By meaning a word that holds a part of that meaning and of no other (`rechnungsfrage`)."""
    found: dict[str, str] = {}
    for word in theirs.keys() - set(known.values()):
        told = [m for m, some in parts.items() if any(part in fold(word) for part in some)]
        if len(told) == 1:
            found[told[0]] = min(word, found.get(told[0], word))
    return found


def _priorities(
    theirs: list[str], names: Mapping[str, list[str]], set_by_hand: Mapping[str, str]
) -> dict[str, str]:
    if len(theirs) == len(_URGENCIES) and not set_by_hand:
        return dict(zip(_URGENCIES, theirs, strict=True))
    return _words(theirs, names, set_by_hand)
