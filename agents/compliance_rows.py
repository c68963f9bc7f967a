"""Rows of compliance: what of them is a case's input, and what a case's row shows."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast

from agents.compliance_case import ComplianceCase, kind_of
from agents.moments import day_of
from leitstand.digest import canonical
from leitstand.project import Told
from policies.facts.compliance.limits import compliance_limits
from policies.facts.compliance.listed import hits_of
from policies.facts.compliance.retention import asked_in
from policies.facts.compliance.whistleblowing import RULE, recognise
from policies.facts.headings import renamed
from tools.sanctions import Screening

_TEXTS = ("query", "article", "mail")
_REQUEST = ("mail", "article", "records")
"""Columns of a data subject's request: beside one of them a name is that of whoever asks."""
_DAYS = ("received", "deadline")
_LONGEST = 20_000


def given(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The input of a row: a name, or a request with its records.

    Of a report (G-C05) nothing is: whoever brought the row has it. What has no sense is left out
    and named in `unusable`; a day of a record without sense is left out alone, for the rules tell
    that it is missing.
    """
    row = renamed(renamed(row, "compliance"), "compliance_list", lambda v: isinstance(v, list))
    row = row if any(row.get(name) for name in _REQUEST) else renamed(row, "compliance_name")
    mail = str(row.get("mail") or "")
    if recognise(mail, str(row.get("subject") or ""), asked=_asks(row, mail)):
        return {"sealed": True}
    found: dict[str, Any] = {n: _text(row[n]) for n in _TEXTS if row.get(n) not in (None, "")}
    found |= {n: _day(row[n]) for n in _DAYS if row.get(n) not in (None, "")}
    unusable = [name for name, value in found.items() if value is None]
    records, wrong = _records(row.get("records"))
    found |= {"records": records, "unusable": [*unusable, *wrong]}
    return {name: value for name, value in found.items() if value not in (None, [])}


def _asks(row: Mapping[str, Any], mail: str) -> bool:
    """Whether a row asks for something that is done here: a name's screening, a subject's right."""
    named = any(row.get(name) for name in ("query", "article", "records"))
    return named or bool(asked_in(mail, compliance_limits({})))


def columns(told: Told) -> Mapping[str, object]:
    """`decision` in the house's words; hits of a screening, or what becomes of each record."""
    case = ComplianceCase.model_validate_json(canonical(dict(told.given)))
    kind = kind_of(case)
    if kind == "screening":
        return dict(_screened(told))
    if kind == "request":
        return dict(_answered(told))
    if kind == "sealed":
        return {"guardrails": [RULE]}
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


def _records(raw: object) -> tuple[list[dict[str, str]], list[str]]:
    """The records of a row, and which of them cannot be used."""
    if raw is None:
        return [], []
    rows = cast("list[object]", raw) if isinstance(raw, list) else [None]
    found = [dict(_record(one)) for one in rows]
    names = Counter(record.get("record") for record in found)
    wrong = [
        f"records.{n}"
        for n, record in enumerate(found)
        if not _named(record) or names[record["record"]] > 1
    ]
    return [record for record in found if _named(record)], wrong


def _record(raw: object) -> Iterator[tuple[str, str]]:
    row = renamed(cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}, "compliance_record")
    for name in ("record", "type", "subject"):
        if text := _text(row.get(name)):
            yield name, text
    if day := _day(row.get("date")):
        yield "date", day


def _named(record: Mapping[str, str]) -> bool:
    return "record" in record and "type" in record


def _text(value: object) -> str | None:
    """A text without what nobody sees; None for anything that is none, or longer than any."""
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > _LONGEST:
        return None
    shown = (c for c in str(value) if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return "".join(shown).strip() or None


def _day(value: object) -> str | None:
    """A day as 2026-11-16 or 16.11.2026; None for anything else."""
    day = day_of(value)
    return day.isoformat() if day else None
