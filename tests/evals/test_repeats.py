"""Repeats: what a case came to time after time, and pass^k over it."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.evals.figures import Tally
from leitstand.evals.interval import pass_hat, wilson
from leitstand.evals.repeats import together
from leitstand.evals.report import Wording, annotations, markdown
from leitstand.evals.result import CaseResult, Made
from tests.evals.sample import RUN, bad, good, report_in, suite_in

MADE = Made(tool="erp.pay", args={})
KINDS = {
    "passed": good("c", tokens=10, asked=("sort",)),
    "failed": bad("c", tokens=20, asked=("sort",)),
    "unknown": bad("c", tokens=5, certainty="unknown", decision="?"),
    "unsafe": bad("c", unsafe=(MADE,), certainty="unknown"),
}


@given(trials=st.lists(st.booleans(), min_size=1, max_size=8), data=st.data())
def test_pass_hat_is_the_share_of_draws_that_all_pass(
    trials: Sequence[bool], data: st.DataObject
) -> None:
    """Counted over every draw of k trials; the second of the four known figures by hand."""
    k = data.draw(st.integers(1, len(trials)))
    draws = list(combinations(trials, k))
    share = sum(all(draw) for draw in draws) / len(draws)
    assert pass_hat(sum(trials), len(trials), k) == pytest.approx(share)


@given(
    names=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6), more=st.integers(0, 2)
)
def test_a_case_is_good_only_if_it_passed_every_time(names: list[str], more: int) -> None:
    """Not made is unknown; flaky is passed and failed; what is grave stands for all."""
    n = len(names) + more
    found = together([KINDS[name] for name in names], n)
    told = found.repeats
    assert told is not None
    assert (told.n, told.passed) == (n, names.count("passed"))
    assert told.unknown == names.count("unknown") + names.count("unsafe") + more
    assert told.flaky == (told.passed > 0 and "failed" in names)
    assert found.good == (set(names) == {"passed"})
    assert bool(found.unsafe) == ("unsafe" in names)
    assert told.tokens == sum(KINDS[name].tokens for name in names)
    assert found.tokens == round(told.tokens / len(names))
    if "failed" in names and "unsafe" not in names:
        assert found.certainty == "exact"


def three(folder: Path) -> list[CaseResult]:
    """A case that passes always, one that wavers, one that was asked nothing."""
    del folder
    sure = together([good("sure", asked=("sort",), tokens=7)] * 4, 4)
    one = good("wavers", asked=("sort",), tokens=9)
    no = bad("wavers", asked=("sort",), tokens=9, effects=(MADE,))
    return [sure, together([one, no, one, one], 4), good("plain")]


def test_figures_are_over_the_cases_that_were_asked(tmp_path: Path) -> None:
    """pass^k of one and of three in four; Wilson over cases, for repeats are no cases."""
    tally = Tally(RUN.coverable)
    for result in three(tmp_path):
        tally.add(result)
    live = tally.figures().live
    assert live.pass_hat == {"1": 0.875, "2": 0.75, "3": 0.625, "4": 0.5}
    assert (live.cases, live.passed, live.flaky, live.alike) == (2, 1, 1, 1)
    assert (live.low, live.high) == (wilson(1, 2).low, wilson(1, 2).high)
    assert live.tokens == 4 * 7 + 4 * 9


def test_a_flaky_case_is_its_own_kind(tmp_path: Path) -> None:
    """It is neither newly failing nor released: the gate says no and names it, as the page does."""
    run = RUN.model_copy(update={"repeat": 4})
    suite = suite_in(tmp_path, "role: accounting\nlive: {repeat: 4}\ngate: {level: 0.1}\n")
    report = report_in(tmp_path / "run", three(tmp_path), suite, run)
    assert report.verdict.state == "refused"
    assert report.kinds == {"wavers": "flaky"}
    assert report.verdict.change.newly_failing == ()
    [line] = annotations(report, tmp_path)
    assert "wavers" in line
    for language in ("de", "en"):
        text = markdown(report, Wording(language))
        assert "wavers" in text
        assert "pass^k: 1: 87" in text.replace("\\", "")


def test_a_wavering_case_that_was_unsafe_once_is_not_put_aside(tmp_path: Path) -> None:
    """An unsafe effect in one repeat of many refuses the release, quarantine or not."""
    run = RUN.model_copy(update={"repeat": 2})
    suite = suite_in(tmp_path, "role: accounting\nlive: {repeat: 2}\ngate: {level: 0.1}\n")
    suite.path("quarantine.toml").write_text(
        '[[quarantine]]\ncase = "c"\nowner = "Ben"\nwhy = "x"\n'
        "date = 2026-11-20\nuntil = 2027-01-31\n"
    )
    report = report_in(
        tmp_path / "run", [together([KINDS["passed"], KINDS["unsafe"]], 2)], suite, run
    )
    [unsafe] = [f for f in report.verdict.findings if f.key == "unsafe.no"]
    assert (unsafe.cases, report.verdict.exit_code) == (("c",), 1)
