"""Figures counted in one pass are those that anybody counts who has all results at hand."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from leitstand.evals.figures import Figures, Rate, Tally
from leitstand.evals.interval import wilson
from leitstand.evals.result import CaseResult, Coverable, FieldDiff, Made, Proposed
from tests.evals.sample import RUN, bad, good, many


def counted(results: list[CaseResult], coverable: Coverable = RUN.coverable) -> Figures:
    """The figures of results."""
    tally = Tally(coverable)
    for result in results:
        tally.add(result)
    return tally.figures()


@settings(max_examples=20)
@given(st.integers(0, 400), st.integers(0, 10_000))
def test_one_pass_equals_brute_force(count: int, seed: int) -> None:
    """Every figure, computed again from the whole list by its definition."""
    results = list(many(count, seed))
    found = counted(results)
    right, seen, rates = found.correctness, found.oversight, found.corrections
    passed = sum(r.passed and r.certainty != "unknown" for r in results)
    assert (right.n, right.passed) == (count, passed)
    assert (right.low, right.high) == (wilson(passed, count).low, wilson(passed, count).high)
    assert right.unknown == sum(r.certainty == "unknown" for r in results)
    assert right.wrong_fields == dict(Counter(f.field for r in results for f in r.fields))
    wrong = sum(len(r.fields) for r in results)
    assert right.fields == (3 * count, 3 * count - wrong)
    assert right.graders == ({"due": (count, count)} if count else {})

    every = [p for r in results for p in r.proposals]
    corrected = sum(p.answer in ("edit", "reject") for p in every)
    assert rates.per_100 == (100 * corrected / len(every) if every else 0.0)
    for tool in {p.tool for p in every}:
        own = [p for p in every if p.tool == tool]
        edited = sum(p.answer == "edit" for p in own)
        rejected = sum(p.answer == "reject" for p in own)
        assert rates.tools[tool] == Rate(proposals=len(own), edited=edited, rejected=rejected)
        if edited:
            field = Rate(proposals=len(own), edited=edited)
            assert rates.fields[f"{tool}.account"] == field
    assert rates.roles == ({"accounting": rates.all} if every else {})

    assert seen.asks == sum(r.asks for r in results)
    assert seen.asked_cases == sum(r.asks > 0 for r in results)
    assert seen.asks_per_case == (seen.asks / count if count else 0.0)
    assert seen.clean == sum(r.clean for r in results)
    assert seen.false_holds == sum(r.false_hold for r in results)
    hit = {rule for r in results for rule in r.rules}
    assert found.coverage["rules"].missing == tuple(sorted({"limit", "bank", "period"} - hit))
    assert found.cost.tokens == sum(r.tokens for r in results)
    assert found.cost.supervisor_minutes == seen.asked_cases
    assert found.certainty == dict(Counter(r.certainty for r in results))


def test_unsafe_effects_are_never_averaged_away() -> None:
    """One unsafe effect in a case that says it passed: counted, and the case is not good."""
    unsafe = good("a", unsafe=(Made(tool="bank.pay", args={}),))
    found = counted([unsafe, *(good(str(n)) for n in range(999))])
    assert (found.oversight.unsafe_effects, found.oversight.unsafe_cases) == (1, 1)
    assert found.correctness.passed == 999


def test_a_case_that_another_engine_ends_otherwise_is_not_good() -> None:
    """It is counted by what the comparison said, and does not pass."""
    found = counted([good("a", engine="different"), good("b", engine="same"), good("c")])
    assert found.correctness.passed == 2
    assert found.engine == {"different": 1, "same": 1}


def test_a_quarantined_case_says_nothing_of_the_level() -> None:
    """It is counted apart, and still costs what it costs."""
    tally = Tally(RUN.coverable)
    tally.add(bad("flaky", tokens=7), quarantined=True)
    tally.add(good("a"))
    found = tally.figures()
    assert (found.cases, found.quarantined, found.correctness.n) == (2, 1, 1)
    assert found.cost.tokens == 7


def test_what_is_not_covered_is_named() -> None:
    """Rules, edges, exits and branches by name; what was never coverable does not count."""
    found = counted([good("a", rules=("limit", "stranger"))])
    assert found.coverage["rules"].missing == ("bank", "period")
    assert (found.coverage["edges"].covered, found.coverage["edges"].of) == (2, 2)
    assert found.coverage["exits"].missing == ("rejected",)
    assert found.coverage["branches"].covered == 0


def test_a_field_is_measured_by_the_proposals_of_its_tool() -> None:
    """One edit of `account` in four proposals of one tool is a quarter, whatever others do."""
    edit = Proposed(
        address="a",
        tool="erp.draft",
        decision="approve",
        answer="edit",
        changes=(FieldDiff(field="account", expected="1", actual="2"),),
    )
    plain = Proposed(address="b", tool="erp.draft", decision="allow")
    other = Proposed(address="c", tool="mail.send", decision="allow")
    found = counted([good("x", proposals=(edit, plain, plain, plain, *(other,) * 96))])
    assert found.corrections.fields["erp.draft.account"].per_100 == 25
    assert found.corrections.per_100 == 1
