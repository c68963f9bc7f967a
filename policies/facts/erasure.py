"""What becomes of a case that is to be erased: by the retention table of the answers to people."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from leitstand.digest import canonical
from leitstand.policy import FactCall, FactMissing, facts
from leitstand.values import Frozen
from policies.facts.compliance.limits import compliance_limits
from policies.facts.compliance.retention import answer_to, unknown_kinds
from tools.erasure import EraseCase, Part, RestrictCase, case_standing
from tools.privacy import Measure, Record, Request

_DEFAULTS: dict[str, Any] = tomllib.loads(
    Path(__file__).parents[1].joinpath("erasure.toml").read_text(encoding="utf-8")
)


class ErasureLimits(BaseModel):
    """`erasure` of `compliance.json`, completed by `policies/erasure.toml`, table by table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    readers: tuple[str, ...]
    bases: Mapping[str, str]
    roles: Mapping[str, str]
    writes: Mapping[str, str]


class ErasureFacts(Frozen):
    """`unknown`: roles, writes and kinds without a period. `differing`: not as the rules say."""

    open: bool
    running: bool
    unknown: frozenset[str]
    differing: frozenset[str]
    checked: frozenset[str]


def erasure_limits(tenant: Mapping[str, Any]) -> ErasureLimits:
    """The tenant's data for erasing. Raises pydantic.ValidationError: a value has no sense."""
    return _parse(canonical(tenant.get("compliance", {}).get("erasure", {})))


@lru_cache(maxsize=32)
def _parse(own: bytes) -> ErasureLimits:
    given = json.loads(own)
    tables = {n: {**_DEFAULTS[n], **given.get(n, {})} for n in ("bases", "roles", "writes")}
    return ErasureLimits.model_validate({**_DEFAULTS, **given, **tables})


def order_of(
    parts: Sequence[Part], basis: str, today: date, tenant: Mapping[str, Any]
) -> EraseCase | RestrictCase:
    """Erase the case, or restrict it until the last of its periods is over."""
    limits, case = erasure_limits(tenant), parts[0].case
    kept = _kept(_request(parts, today, limits), tenant)
    if kept is None or kept.keep_until is None:
        return EraseCase(case=case, basis=limits.bases.get(basis, basis))
    until, law = kept.keep_until, kept.basis or ""
    return RestrictCase(case=case, roles=limits.readers, until=until, basis=law)


@facts("case.erase", "case.restrict", model=ErasureFacts)
def erasure_facts(call: FactCall) -> ErasureFacts:
    """The order against the case's standing. Raises FactMissing: that is not among the evidence."""
    found = call.evidence.one(case_standing)
    if found is None:
        raise FactMissing("the standing of the case is not among the evidence")
    limits, parts = erasure_limits(call.limits), found.value
    request = _request(parts, call.today, limits)
    order = order_of(parts, "", call.today, call.limits)
    known = order.model_dump(mode="json")
    if isinstance(order, EraseCase):
        known["basis"] = call.args["basis"] if call.args["basis"] in limits.bases.values() else ""
    same = frozenset(name for name, value in call.args.items() if known.get(name) == value)
    named = {f"{kind}" for kind, of, _ in _kinds(parts, limits) if of is None}
    return ErasureFacts(
        open=any(part.open for part in parts),
        running=isinstance(order, RestrictCase),
        unknown=frozenset({*named, *unknown_kinds(request, compliance_limits(call.limits))}),
        differing=frozenset(call.args) - same,
        checked=same,
    )


def _kept(request: Request, tenant: Mapping[str, Any]) -> Measure | None:
    """What is kept longest; None where nothing is."""
    answer = answer_to(request, compliance_limits(tenant))
    kept = [m for m in answer.measures if m.action != "erase"] if answer else []
    return max(kept, key=lambda m: m.keep_until or date.min, default=None)


def _request(parts: Sequence[Part], today: date, limits: ErasureLimits) -> Request:
    records = (Record(record=n, type=of, date=on) for n, of, on in _kinds(parts, limits) if of)
    return Request(article="17", received=today, records=tuple(records))


def _kinds(parts: Sequence[Part], limits: ErasureLimits) -> Iterator[tuple[str, str | None, date]]:
    """What there is, its kind of the retention table (None: nobody said), and its day."""
    for part in parts:
        yield part.role, limits.roles.get(part.role), part.on
        yield from ((one.tool, limits.writes.get(one.tool), one.on) for one in part.wrote)
