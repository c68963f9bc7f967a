"""Scenes beyond the reference world: each rule's text, tried at its edges."""

import re

import pytest

from policies.facts.voucher import draft_of
from tests.policies.office import ROOT, Judged
from tests.policies.scenes import SCENES

EVERY_RULE = {f"G-A{n:02d}" for n in range(1, 28)} | {"G-A18S", "G-C01"}
ELSEWHERE = {"G-A01", "G-A19", "G-A21", "G-A22"}
"""Rules whose scenes are no invoices: files that are none, people, the archive, pages of PDFs."""


@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, played: dict[str, Judged]) -> None:
    """Decision, all rules that leave a mark, who is asked, and what informs where it is said."""
    judged, expected = played[name], SCENES[name].expected
    verdict = judged.verdict
    drafted = judged.decision == "auto_draft"
    people = (frozenset[str](), 0) if drafted else (frozenset(verdict.roles), verdict.approvers)
    assert (judged.decision, frozenset(verdict.rules)) == (expected.decision, expected.rules)
    assert people == (expected.roles, expected.approvers)
    assert not expected.info or frozenset(verdict.notes) == expected.info


def test_scenes_try_every_rule() -> None:
    """No rule is without a scene that fires it."""
    fired = {r for s in SCENES.values() for r in (*s.expected.rules, *s.expected.info)}
    assert fired >= EVERY_RULE - ELSEWHERE


def test_each_guardrail_of_the_decisions_page_has_a_scene() -> None:
    """What was chosen where the text of a guardrail leaves a choice is tried by a scene of it."""
    page = (ROOT / "docs" / "decisions" / "accounting.md").read_text("utf-8")
    chosen = page.partition("## Decision")[2].partition("## What it costs")[0]
    named = set(re.findall(r"G-[AC]\d\d\b", chosen))
    fired = {r for s in SCENES.values() for r in (*s.expected.rules, *s.expected.info)}
    assert len(named) > 10
    assert named <= fired


def test_a_supplier_without_an_account_is_booked_to_his_contracts(
    played: dict[str, Judged],
) -> None:
    """Rent goes to rent; the tenant's default is for what nothing is known of."""
    assert draft_of(played["account_of_the_contract"].dossier).account == "rent"
