"""The report for programs: the verdict and every figure as one JSON document."""

from itertools import islice
from typing import Any

from leitstand.evals.report.report import Report

MOST = 1000
"""Failing cases named with their problems; `results.jsonl` of the run holds all of them."""


def document(report: Report) -> dict[str, Any]:
    """A report as JSON data, without times: the same for the same state."""
    verdict = report.verdict
    return {
        "suite": report.suite.name,
        "verdict": verdict.state,
        "exit": verdict.exit_code,
        "findings": [f.model_dump(mode="json") for f in verdict.findings],
        "change": verdict.change.model_dump(mode="json"),
        "quarantined": [w.model_dump(mode="json") for w in verdict.quarantined],
        "figures": report.figures.model_dump(mode="json"),
        "failing": [
            {"case": r.case, "kind": kind, "critical": r.critical, "problems": list(r.problems)}
            for kind, r in islice(report.failing(), MOST)
        ],
        "run": report.saved.run.model_dump(mode="json", exclude={"at", "coverable"}),
    }
