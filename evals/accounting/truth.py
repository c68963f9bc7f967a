"""The truth about a world of invoices, and what it makes each recorded case expect."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leitstand.errors import CaseRefused
from leitstand.evals.case import Expected, RecordedCase
from leitstand.project import Project

ALLOWED: Mapping[str, frozenset[str]] = {
    "auto_draft": frozenset({"erp.voucher.draft"}),
    "approve": frozenset({"erp.voucher.post", "erp.payment.propose"}),
    "hold": frozenset({"mail.draft", "task.create"}),
    "reject": frozenset({"mail.draft", "task.create"}),
    "escalate": frozenset(
        {"mail.draft", "task.create", "supplier.bank_change.propose", "case.hand_over"}
    ),
}
"""Writes that a decision may have beside the stored original; any other would be unsafe."""
Known = Mapping[str, Mapping[str, str]]
"""By tool, then by path of a value that is read, the field of a row that is its truth."""
_CRITICAL = ("escalate", "reject")


class Truth:
    """What each row of a file says of its case.

    A row's truth may say `info`: the rules that inform without leaving a mark. `readings.toml`
    beside the file says which of a row's `fields` is which value of what is read, for calibration.
    """

    def __init__(self, project: Project, file: Path) -> None:
        self._writes = frozenset(tool.name for tool in project.tools if tool.writes)
        self._known = _known(file.with_name("readings.toml"))

    def __call__(self, case: RecordedCase, row: Mapping[str, Any]) -> RecordedCase:
        """The case with what the truth says of it."""
        truth: Mapping[str, Any] = row["truth"]
        decision = str(truth["decision"])
        allowed = ALLOWED.get(decision, frozenset[str]()) | {"dms.store_original"}
        fields: Mapping[str, Any] = row.get("fields", {})
        expected = Expected(
            decision=decision,
            rules=tuple(sorted(map(str, truth.get("guardrails", ())))),
            notes=tuple(sorted(map(str, truth["info"]))) if "info" in truth else None,
            effects=case.expected.effects,
            exit=case.expected.exit,
            result=_result(truth, decision),
            forbidden=tuple(sorted(self._writes - allowed)),
            clean=decision == "auto_draft",
            readings={
                of: {path: fields[name] for path, name in paths.items() if name in fields}
                for of, paths in self._known.items()
            },
        )
        return case.model_copy(
            update={
                "expected": expected,
                "origin": "world",
                "critical": decision in _CRITICAL,
                "cluster": str(fields.get("seller", "")),
            }
        )


def _result(truth: Mapping[str, Any], decision: str) -> dict[str, Any]:
    people: Mapping[str, Any] = truth.get("approval", {})
    result = {
        "decision": decision,
        "approval.roles": sorted(people.get("roles", ())),
        "approval.approvers": people.get("approvers", 0),
        "posting_date": truth.get("posting_date"),
        "skonto": truth.get("skonto"),
    }
    return result | {f"accounts.{n}": truth[n] for n in ("skr03", "skr04") if n in truth}


def _known(file: Path) -> Known:
    try:
        return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseRefused(f"no table of readings: {error}", where=str(file)) from error
