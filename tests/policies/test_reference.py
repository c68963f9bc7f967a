"""The reference world: what rules say of its 35 invoices is what its truth says."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from policies.facts.brief import brief_of
from policies.facts.voucher import draft_of
from tests.agents.paper import WORLD
from tests.policies.conftest import Desk

ROWS = [
    json.loads(line)
    for line in (WORLD.parent / "truth.jsonl").read_text("utf-8").splitlines()
    if line
]
EACH = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])


@EACH
def test_decision_rules_and_people(row: Mapping[str, Any], reference: Desk) -> None:
    """Decision, every rule that leaves a mark, roles and number of approvers."""
    verdict, truth = reference.judged[row["case"]].verdict, row["truth"]
    decision = reference.judged[row["case"]].decision
    people = (
        (list[str](), 0) if decision == "auto_draft" else (sorted(verdict.roles), verdict.approvers)
    )
    assert verdict.error == ""
    assert decision == truth["decision"]
    assert set(verdict.rules) == set(truth["guardrails"])
    assert people == (sorted(truth["approval"]["roles"]), truth["approval"]["approvers"])


@EACH
def test_information_that_the_truth_names(row: Mapping[str, Any], reference: Desk) -> None:
    """What only informs is there; it may say more than the truth lists."""
    told = {text.split()[0] for text in row["truth"].get("info", ())}
    assert told <= set(reference.judged[row["case"]].verdict.notes)


@EACH
def test_account_day_and_discount(row: Mapping[str, Any], reference: Desk) -> None:
    """Accounts, posting date and Skonto; none where nothing will be paid."""
    judged, truth = reference.judged[row["case"]], row["truth"]
    brief = brief_of(judged.dossier)
    assert brief.accounts is not None
    assert brief.accounts.model_dump() == {"skr03": truth["skr03"], "skr04": truth["skr04"]}
    assert draft_of(judged.dossier).posting_date.isoformat() == truth["posting_date"]
    skonto = brief.discount if judged.decision != "reject" else None
    told = skonto.model_dump(mode="json") if skonto else None
    assert told == truth.get("skonto")


def test_clean_invoices_need_nobody(reference: Desk) -> None:
    """Whatever is drafted on its own holds no argument that rests on the document alone."""
    drafted = [j for j in reference.judged.values() if j.decision == "auto_draft"]
    assert drafted
    for judged in drafted:
        hits = [h.rule for h in judged.verdict.hits]
        assert "tainted-argument" not in hits
