"""Rows of compliance: what of them is a case's input, and what a case's row shows."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

from agents.compliance_case import ComplianceCase, kind_of
from leitstand.digest import canonical
from leitstand.project import Told
from policies.facts.compliance.limits import compliance_limits
from policies.facts.compliance.listed import hits_of
from tools.sanctions import Screening

__all__ = ["columns", "given"]

_TEXTS = ("query", "article", "mail")
_DAYS = ("received", "deadline")


def given(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The input of a row: a name, or a request with its records.

    What has no sense as a day or a record is left out: the role then says what is missing.
    """
    found: dict[str, Any] = {n: str(row[n]) for n in _TEXTS if row.get(n) is not None}
    found |= {n: str(row[n])[:10] for n in _DAYS if _day(row.get(n))}
    records = row.get("records")
    if isinstance(records, list):
        found["records"] = [dict(_record(r)) for r in cast("list[Any]", records) if _named(r)]
    return found


def columns(told: Told) -> Mapping[str, object]:
    """`decision` in the house's words; hits of a screening, or what becomes of each record."""
    case = ComplianceCase.model_validate_json(canonical(dict(told.given)))
    kind = kind_of(case)
    if kind == "screening":
        return dict(_screened(told))
    if kind == "request":
        return dict(_answered(told))
    return {}


def _screened(told: Told) -> Iterator[tuple[str, object]]:
    found = told.readings.get("sanctions.screen", {}).get("value")
    if found is None:
        return
    limits = compliance_limits(told.limits)
    screening = Screening.model_validate_json(canonical(found))
    hits = hits_of(screening.matches, limits)
    yield "hit", bool(hits)
    yield "id", hits[0].entry if hits else None
    yield "ids", [hit.entry for hit in hits]
    yield "score", hits[0].score / 1000 if hits else 0
    yield "list_sha256", screening.list_sha256
    word = limits.decisions["hit" if hits else "clear"]
    if told.decision in ("escalate", "auto_draft"):
        yield "decision", word


def _answered(told: Told) -> Iterator[tuple[str, object]]:
    args = told.args
    if "measures" not in args:
        return
    names = ("action", "keep_until", "basis")
    yield "identity_check", args["identity_check"]
    yield "deadline", args["deadline"]
    yield "actions", {m["record"]: {n: m.get(n) for n in names} for m in args["measures"]}


def _record(raw: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name in ("record", "type", "subject"):
        if raw.get(name) is not None:
            yield name, str(raw[name])
    if _day(raw.get("date")):
        yield "date", str(raw["date"])[:10]


def _named(raw: object) -> bool:
    row = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    return bool(row.get("record")) and bool(row.get("type"))


def _day(value: object) -> bool:
    try:
        date.fromisoformat(str(value)[:10])
    except ValueError:
        return False
    return True
