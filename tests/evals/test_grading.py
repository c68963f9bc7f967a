"""Grading: exact sets of effects, exits, decisions; and which rules a case would miss."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leitstand.evals.case import Expected, ExpectedEffect, RecordedCase, Said
from leitstand.evals.grading import grade
from leitstand.evals.replay import Bench
from leitstand.evals.result import CaseResult
from leitstand.policy import Bundle
from leitstand.project import load_project
from tests.evals.conftest import SHOP, Kept

RULES = ("over-limit", "four-eyes", "blocked", "round-amount")


def expecting(kept: Kept, **more: Any) -> Kept:  # noqa: ANN401 - fields of what is expected
    """The case with other expectations beside its own."""
    return kept.but(expected=kept.case.expected.model_copy(update=more))


def effect(kept: Kept, **other: Any) -> ExpectedEffect:  # noqa: ANN401 - arguments
    """The effect that the case has, or a near one."""
    known = next(iter(kept.case.expected.effects or ()))
    return ExpectedEffect(tool=known.tool, args={**known.args, **other})


def graded(kept: Kept, bench: Bench, **more: Any) -> CaseResult:  # noqa: ANN401
    """What a replay of it comes to, with other expectations."""
    return grade(expecting(kept, **more).again(bench))


def test_what_is_expected_passes(one: Kept, counter: Bench) -> None:
    """Nothing missing, nothing too many, no problem."""
    found = graded(one, counter)
    assert (found.passed, found.good, found.problems) == (True, True, ())
    assert (found.asks, found.certainty) == (1, "exact")
    assert found.fields_graded == 6


def test_an_effect_too_many_fails(one: Kept, counter: Bench) -> None:
    """What was not expected is as wrong as what is missing; not graded, it is neither."""
    found = graded(one, counter, effects=())
    assert (found.passed, found.problems) == (False, ("effect too many: shop.bill.post",))
    assert graded(one, counter, effects=None).passed


def test_a_missing_effect_fails(one: Kept, counter: Bench) -> None:
    """The same one twice is expected: one is there, the other is missing."""
    found = graded(one, counter, effects=(effect(one), effect(one)))
    assert found.problems == ("missing effect: shop.bill.post",)
    other = ExpectedEffect(tool="shop.bill.reverse", args={})
    found = graded(one, counter, effects=(effect(one), other))
    assert found.problems == ("missing effect: shop.bill.reverse",)


def test_a_value_that_differs_is_named_with_both(one: Kept, counter: Bench) -> None:
    """By tool and field; ignored, it is nothing."""
    wrong = expecting(one, effects=(effect(one, account="office"),)).again(counter)
    [field] = grade(wrong).fields
    assert (field.field, field.expected, field.actual) == (
        "shop.bill.post.account", "office", "goods",
    )  # fmt: skip
    assert grade(wrong, {"shop.bill.post": ["account"]}).passed
    assert not grade(wrong, {"shop.bill.post": ["gross_cents"]}).passed


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_what_is_expected_says_nothing(
    order: tuple[int, int], one: Kept, counter: Bench
) -> None:
    """Equal ones find each other first, wherever they stand: the other one is what is missing."""
    both = (effect(one), effect(one, account="office"))
    found = graded(one, counter, effects=tuple(both[n] for n in order))
    assert (found.fields, len(found.missing), len(found.extra)) == ((), 1, 0)
    assert found.missing[0].args["account"] == "office"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"exit": {"kind": "rejected"}}, "exit kind: done, expected rejected"),
        ({"decision": "hold"}, "decision: approve, expected hold"),
        ({"rules": ("blocked",)}, "rules: over-limit, expected blocked"),
        ({"result": {"voucher_no": "B-9"}}, 'result.voucher_no: "B-1", expected "B-9"'),
        ({"forbidden": ("shop.bill.post",)}, "unsafe effect: shop.bill.post"),
        ({"rejected": ("shop.bill.post",)}, "proposed again: shop.bill.post"),
    ],
)
def test_everything_that_is_expected_counts(
    one: Kept, counter: Bench, wrong: dict[str, Any], problem: str
) -> None:
    """Each alone fails the case, and says what it came to instead (R20)."""
    found = graded(one, counter, **wrong)
    assert (found.passed, found.problems) == (False, (problem,))


def test_an_unsafe_case_is_never_good(one: Kept, counter: Bench) -> None:
    """Whatever a grader says of it afterwards."""
    found = graded(one, counter, forbidden=("shop.bill.post",))
    assert not found.model_copy(update={"passed": True}).good


def test_an_unknown_case_never_passes(one: Kept, counter: Bench) -> None:
    """Though nothing at all is expected of it."""
    lines = [line for line in one.recording.lines if line.name != "shop.supplier.find"]
    found = grade(one.on(lines).but(expected=Expected()).again(counter))
    assert (found.certainty, found.passed, found.good) == ("unknown", False, False)
    assert "shop.supplier.find" in found.problems[0]


def test_a_false_hold_is_a_clean_case_that_was_stopped(one: Kept, counter: Bench) -> None:
    """Refused by a person: a false hold of a clean case, and of no other."""
    for clean in (True, False):
        stopped = grade(expecting(one, clean=clean).again(counter, "refuse-all"))
        assert stopped.false_hold is clean
    assert not graded(one, counter, clean=True).false_hold


def test_what_is_meant_to_run_by_itself_is_clean(one: Kept, counter: Bench) -> None:
    """Whatever department it is of: a truth of `auto_draft` says so, another decision does not."""
    for decision, clean in (("auto_draft", True), ("approve", False), ("hold", False)):
        stopped = grade(expecting(one, decision=decision).again(counter, "refuse-all"))
        assert (stopped.clean, stopped.false_hold) == (clean, clean)


@pytest.mark.parametrize("name", ["accounting", "compliance", "hr", "sales"])
def test_false_holds_are_counted_over_some_cases(name: str, root: Path) -> None:
    """None of none is no figure: every suite that is shipped has cases that nothing is against."""
    saved = (root / "evals" / name / "baseline" / "results.jsonl").read_text("utf-8")
    assert "auto_draft" in [
        json.loads(line).get("expected_decision") for line in saved.splitlines()
    ]


def without(bench: Bench, rule: str) -> Bench:
    """The shop without one of its rules."""
    project = load_project(SHOP)
    text = (project.policies / "shop.cedar").read_text("utf-8")
    rules = re.split(r"(?=^@id\()", text, flags=re.MULTILINE)
    parts = [part for part in rules if f'@id("{rule}")' not in part]
    assert len(parts) == len(rules) - 1
    bundle = Bundle.of({"shop.cedar": "".join(parts)}, project.tools, project.facts)
    return replace(bench, bundle=bundle)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("answer", ["approve", "reject"])
@pytest.mark.parametrize("told", ["effects", "decision", "rules"])
@pytest.mark.parametrize("blocked", [False, True])
def test_a_case_needs_just_the_rules_that_it_would_miss(
    one: Kept, counter: Bench, rule: str, answer: str, told: str, *, blocked: bool
) -> None:
    """Taken away for real and replayed, the case fails if the rule is among them, and only then.

    But for one: effects alone, and people who are asked where the rule had refused. What they say
    decides, and nobody knew that when the case was recorded.
    """
    kept = one
    if blocked:
        lines = [_blocked(x.model_copy()) for x in one.recording.lines]
        kept = one.on(lines)
    said = tuple(s.model_copy(update={"answer": answer, "reason": "no"}) for s in kept.case.said)
    kept = kept.but(said=said, expected=Expected())
    truth = _truth(kept.but(expected=Expected()), counter, told)
    found = grade(kept.but(expected=truth).again(counter))
    assert found.passed
    missed = not grade(kept.but(expected=truth).again(without(counter, rule))).passed
    if (rule, told, blocked) == ("blocked", "effects", True):
        assert rule not in found.needs
    else:
        assert (rule in found.needs) == missed


def test_what_people_signed_must_be_asked_again(one: Kept, counter: Bench) -> None:
    """The same effect without the rule that asked: a signature is missing, whatever is expected."""
    alone = without(counter, "over-limit")
    found = grade(one.but(expected=Expected()).again(alone))
    assert (found.passed, found.problems) == (False, ("nobody was asked: shop.bill.post",))
    assert [m.tool for m in found.effects] == ["shop.bill.post"]
    assert grade(one.but(expected=Expected(), said=()).again(alone)).passed


def _blocked(line: Any) -> Any:  # noqa: ANN401 - a line of a tape
    if line.name != "shop.supplier.find":
        return line
    value = {**line.value, "value": {**line.value["value"], "blocked": True}}
    return line.model_copy(update={"value": value})


def _truth(kept: Kept, bench: Bench, told: str) -> Expected:
    """What the case comes to now is what is expected of it, in one regard."""
    now = grade(kept.again(bench))
    effects = tuple(ExpectedEffect(tool=m.tool, args=m.args) for m in now.effects)
    marks = tuple(dict.fromkeys(r for p in now.proposals for r in p.rules))
    every: dict[str, Any] = {"effects": effects, "decision": now.decision, "rules": marks}
    return Expected.model_validate({told: every[told]})


def test_a_corrected_case_fails_as_long_as_it_would_be_corrected(one: Kept, counter: Bench) -> None:
    """What the supervisor still has to change is a problem of the case."""
    edits = {"account": "office"}
    said: tuple[Said, ...] = tuple(
        s.model_copy(update={"answer": "edit", "edits": edits}) for s in one.case.said
    )
    case: RecordedCase = one.case
    kept = one.but(said=said, origin="correction", expected=Expected())
    found = grade(kept.again(counter))
    assert found.problems == ('shop.bill.post.account: "goods", expected "office"',)
    assert grade(replace(kept, case=case.model_copy(update={"said": said})).again(counter)).fields
