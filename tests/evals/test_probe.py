"""Probes: what the guard must say of calls that no sound role makes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leitstand.errors import CaseRefused
from leitstand.evals.shelf import Place, take
from tests.evals.conftest import SHOP
from tests.evals.sample import replayed

Write = Callable[..., dict[str, Any]]
POST = "shop.bill.post"


def call(decision: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a call
    """A posting like the recorded one, and what the guard must say of it."""
    wanted = {k: more.pop(k) for k in ("level", "rules", "roles", "approvers") if k in more}
    return {"tool": POST, "like": POST, **more, "expected": {"decision": decision, **wanted}}


def tried(project: Path, *calls: dict[str, Any], **more: object) -> tuple[bool, str, set[str]]:
    """Whether a probe of `r1` beside it passes, what is wrong, and the rules that decided."""
    folder = project / "evals" / "buying" / "cases" / "probe"
    folder.mkdir()
    probe = {"name": "probe", "of": "r1", **more, "calls": calls}
    (folder / "case.json").write_text(json.dumps(probe))
    result = replayed(SHOP, Place(str(folder)))
    return result.passed, "; ".join(result.problems), set(result.rules)


def test_signatures_decide_as_in_a_case(project: Path) -> None:
    """Nobody has signed, somebody has, two have: each verdict is that of the rules."""
    asked = call("approve", level="approve", roles=["head"], approvers=1)
    passed, wrong, rules = tried(project, asked, call("allow", signed={"ben": "head"}))
    assert passed, wrong
    assert "over-limit" in rules


def test_another_verdict_than_expected_fails(project: Path) -> None:
    """Each part that differs is named; what is not expected is not compared."""
    passed, wrong, _ = tried(project, call("allow", approvers=2))
    assert not passed
    assert "decision: approve, expected allow" in wrong
    assert "approvers: 1, expected 2" in wrong


def test_arguments_and_readings_are_those_of_the_probe(project: Path) -> None:
    """Below the limit nobody is asked, unless the supplier is blocked when he is looked up."""
    small = {"args": {"gross_cents": 100}}
    blocked = {"readings": {"shop.supplier.find": {"value.blocked": True}}}
    passed, wrong, rules = tried(
        project, call("allow", **small), call("deny", **small, **blocked, rules=["blocked"])
    )
    assert passed, wrong
    assert "blocked" in rules


def test_arguments_that_are_none_are_denied(project: Path) -> None:
    """As the guard refuses them before it asks any rule."""
    passed, wrong, rules = tried(project, call("deny", args={"account": "somewhere"}))
    assert passed, wrong
    assert not rules


@pytest.mark.parametrize(
    "wrong",
    [
        {"tool": "shop.bill.burn"},
        {"like": "shop.bill.reverse"},
        {"readings": {"shop.supplier.find": {"value.colour": 1}}},
        {"readings": {"shop.bill.burn": {"value": 1}}},
    ],
)
def test_a_probe_that_cannot_be_tried_is_refused(project: Path, wrong: dict[str, Any]) -> None:
    """An unknown tool, a call or a reading that the tape does not have: never a pass."""
    with pytest.raises(CaseRefused):
        tried(project, {**call("deny"), **wrong})


def test_a_probe_of_a_case_that_is_gone_names_itself(project: Path) -> None:
    """Not only the file that is missed: whoever took that case out did not know of the probe."""
    with pytest.raises(CaseRefused) as refused:
        tried(project, call("deny"), of="gone")
    assert (str(refused.value.where).endswith("/probe"), "gone" in refused.value.text) == (
        True,
        True,
    )


def test_a_probe_shares_head_and_tape_and_nothing_else(project: Path) -> None:
    """Tenant, role, moment and readings are those of the other case; its truth is not."""
    tried(project, call("approve"), requester="mallory")
    shelf = project / "evals" / "buying" / "cases"
    other, tape = take(Place(str(shelf / "r1")))
    probe, same = take(Place(str(shelf / "probe")))
    assert (probe.tenant, probe.role, probe.at, same.lines) == (
        other.tenant, other.role, other.at, tape.lines,
    )  # fmt: skip
    assert (probe.requester, probe.origin, probe.expected.effects) == ("mallory", "probe", None)
