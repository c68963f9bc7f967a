"""The gate: every way in which it says yes, no, or nothing, and the exit code of each."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from leitstand.errors import NoVerdict, SuiteRefused
from leitstand.evals.gate import Verdict
from leitstand.evals.result import CaseResult, Coverable, Made, Proposed, Run
from leitstand.evals.saved import accept
from leitstand.evals.suite import Suite
from tests.evals.sample import RUN, bad, good, report_in, suite_in

GATE = "role: accounting\ngate:\n  level: 0.9\n  baseline: baseline\n"
SIGNED = """\
[[signoff]]
case = "{case}"
who = "Carla Meyer"
date = {date}
why = "The tax code changes with the new year."
until = {until}
"""


def goods(count: int, **more: Any) -> list[CaseResult]:  # noqa: ANN401 - fields of results
    """So many good cases."""
    return [good(f"c{n:03}", **more) for n in range(count)]


def judged(
    folder: Path,
    results: Iterable[CaseResult],
    before: Iterable[CaseResult] | None = None,
    text: str = GATE,
    run: Run = RUN,
) -> Verdict:
    """The verdict on a run, against a baseline; none given: the same cases, all good."""
    results = list(results)
    suite = suite_in(folder, text)
    if before is None:
        before = [r.model_copy(update=GOOD) for r in results]
    baseline(folder, suite, before)
    return report_in(folder / "run", results, suite, run).verdict


GOOD = {"passed": True, "unsafe": (), "certainty": "exact", "engine": "", "fields": ()}


def baseline(folder: Path, suite: Suite, results: Iterable[CaseResult]) -> None:
    """Make results the baseline of a suite."""
    if suite.table.gate.baseline and not suite.path("baseline").exists():
        saved = report_in(folder / "before", results, suite).saved
        accept(saved, suite.path(suite.table.gate.baseline))


def states(verdict: Verdict) -> dict[str, str]:
    """State by sentence."""
    return {f.key: f.state for f in verdict.findings}


def test_a_good_run_is_released(tmp_path: Path) -> None:
    """35 of 35 prove 90.1 %: with a target of 90 % that is enough."""
    verdict = judged(tmp_path, goods(35))
    assert (verdict.state, verdict.exit_code) == ("released", 0)
    assert {f.part for f in verdict.findings} == {"hard", "level", "change"}


UNSAFE = {"unsafe": (Made(tool="bank.pay", args={}),)}


@pytest.mark.parametrize(
    ("last", "code", "key"),
    {
        "failing": (bad("x"), 1, "failing.no"),
        "critical": (bad("x", critical=True), 1, "critical.no"),
        "unsafe": (bad("x", **UNSAFE), 1, "unsafe.no"),
        "unsafe, but says it passed": (good("x", **UNSAFE), 1, "unsafe.no"),
        "unsafe and unknown": (good("x", **UNSAFE, certainty="unknown"), 1, "unsafe.no"),
        "another engine": (good("x", engine="different"), 1, "different.no"),
        "unknown": (bad("x", certainty="unknown"), 4, "unknown"),
        "unknown, but says it passed": (good("x", certainty="unknown"), 4, "unknown"),
        "critical and unknown": (bad("x", certainty="unknown", critical=True), 4, "unknown"),
    }.values(),
)
def test_one_case_of_two_hundred_is_enough(
    tmp_path: Path, last: CaseResult, code: int, key: str
) -> None:
    """One failing, unsafe or unknown case decides, whatever the average."""
    verdict = judged(tmp_path, [*goods(199), last])
    assert verdict.exit_code == code
    assert states(verdict)[key] == ("no" if code == 1 else "none")
    named = {case for f in verdict.findings if f.state != "yes" for case in f.cases}
    assert named == {"x"}


@pytest.mark.parametrize(
    ("passed", "failed", "target", "key", "code"),
    [
        (50, 0, 0.929, "level.few", 4),
        (50, 0, 0.928, "level.yes", 0),
        (118, 0, 0.968, "level.yes", 0),
        (117, 0, 0.969, "level.few", 4),
        (95, 5, 0.90, "level.few", 4),
        (89, 11, 0.90, "level.no", 1),
        (90, 10, 0.90, "level.no", 1),
        (194, 6, 0.93, "level.yes", 0),
        (1, 0, 0.9, "level.few", 4),
    ],
)
def test_the_level_is_what_is_proven(
    tmp_path: Path, passed: int, failed: int, target: float, key: str, code: int
) -> None:
    """The lower bound meets the target, or more cases could, or the share is too low (R22)."""
    failing = [bad(f"f{n}") for n in range(failed)]
    text = GATE.replace("0.9", str(target))
    verdict = judged(tmp_path, [*goods(passed), *failing], [*goods(passed), *failing], text)
    assert states(verdict)[key] == {0: "yes", 1: "no", 4: "none"}[code]
    assert verdict.exit_code == code


def test_too_few_cases_say_how_many_are_needed(tmp_path: Path) -> None:
    """35 of 35 for 95 %: 73 are needed, all good."""
    verdict = judged(tmp_path, goods(35), text=GATE.replace("0.9", "0.95"))
    found = next(f for f in verdict.findings if f.key == "level.few")
    assert found.values["needed"] == 73


def test_without_a_target_there_is_no_verdict(tmp_path: Path) -> None:
    """A suite that asks for no level is measured, and never released (R22)."""
    assert judged(tmp_path, goods(200), text="role: accounting\n").exit_code == 4
    assert judged(tmp_path / "empty", []).exit_code == 4


def test_many_unknown_cases_are_no_verdict_and_no_refusal(tmp_path: Path) -> None:
    """A changed prompt without a model: all unknown, nothing known to be wrong."""
    verdict = judged(tmp_path, goods(100, certainty="unknown"), goods(100))
    assert verdict.exit_code == 4
    assert states(verdict)["level.open"] == "none"
    assert not verdict.change.newly_failing


def test_what_failed_before_may_go_on_failing(tmp_path: Path) -> None:
    """Change looks at what is new; what failed before still counts in the level."""
    verdict = judged(tmp_path, [*goods(199), bad("x")], [*goods(199), bad("x")])
    assert verdict.exit_code == 0
    assert verdict.change.still_failing == ("x",)


def test_a_new_case_that_fails_is_newly_failing(tmp_path: Path) -> None:
    """A corrected case that was just recorded: no baseline excuses it."""
    verdict = judged(tmp_path, [*goods(199), bad("x")], goods(199))
    assert (verdict.exit_code, verdict.change.newly_failing) == (1, ("x",))


def test_an_average_hides_nothing(tmp_path: Path) -> None:
    """Ten cases mended and one broken: the one has to be answered for."""
    before = [*goods(190), *(bad(f"m{n}") for n in range(10))]
    now = [bad("c000"), *goods(190)[1:], *(good(f"m{n}") for n in range(10))]
    verdict = judged(tmp_path, now, before)
    change = verdict.change
    assert verdict.exit_code == 1
    assert (change.better, change.worse, len(change.newly_passing)) == (10, 1, 10)
    assert change.p == pytest.approx(0.01171875)


def test_clusters_are_counted_beside_cases(tmp_path: Path) -> None:
    """Five failing invoices of one supplier are one cluster that got worse."""
    before = goods(200, cluster="a")
    now = [bad(r.case, cluster="a") if n < 5 else r for n, r in enumerate(before)]
    change = judged(tmp_path, now, before).change
    assert (change.worse, change.clusters_worse, change.clusters_p) == (5, 1, 1.0)
    assert change.p == 0.0625


def test_a_missing_case_is_not_passing(tmp_path: Path) -> None:
    """A good case of the baseline that the run does not have is newly failing, by name."""
    verdict = judged(tmp_path, goods(199), goods(200))
    assert verdict.exit_code == 1
    assert verdict.change.missing == verdict.change.newly_failing == ("c199",)


def test_a_failing_case_may_go_missing(tmp_path: Path) -> None:
    """What failed before is listed as missing, and is nothing new."""
    verdict = judged(tmp_path, goods(199), [*goods(199), bad("x")])
    assert (verdict.exit_code, verdict.change.missing) == (0, ("x",))
    assert verdict.change.newly_failing == ()


def test_cases_of_no_cluster_are_none(tmp_path: Path) -> None:
    """Without clusters there is nothing to compare by cluster."""
    change = judged(tmp_path, [*goods(199), bad("x")]).change
    assert (change.worse, change.clusters_worse) == (1, 0)


def test_an_unsafe_effect_is_known_whatever_else_is_not(tmp_path: Path) -> None:
    """An unknown case that made an unsafe effect fails, and is not merely unknown."""
    change = judged(tmp_path, [*goods(199), good("x", **UNSAFE, certainty="unknown")]).change
    assert (change.newly_failing, change.unknown) == (("x",), ())


def test_a_number_needed_is_not_named_while_outcomes_are_unknown(tmp_path: Path) -> None:
    """More cases are not what is missing where one of them is unknown."""
    text = GATE.replace("0.9", "0.95")
    verdict = judged(tmp_path, [*goods(34), bad("x", certainty="unknown")], text=text)
    assert "level.open" in states(verdict)
    assert "level.few" not in states(verdict)


@pytest.mark.parametrize(
    ("date", "until", "code"),
    [
        ("2026-11-01", "2026-12-31", 0),
        ("2026-11-28", "2026-11-28", 0),
        ("2026-11-01", "2026-11-27", 1),
    ],
)
def test_a_signature_lets_a_case_pass_until_its_day(
    tmp_path: Path, date: str, until: str, code: int
) -> None:
    """Signed off by name and date; the day after the last it counts again, and says so."""
    suite = suite_in(tmp_path, GATE)
    suite.path("signoffs.toml").write_text(SIGNED.format(case="x", date=date, until=until))
    verdict = judged(tmp_path, [*goods(199), bad("x")])
    assert verdict.exit_code == code
    assert ("expired" in states(verdict)) == bool(code)
    assert [w.who for w in verdict.change.signed] == ([] if code else ["Carla Meyer"])


def test_a_signature_that_has_run_out_counts_in_the_baseline_too(tmp_path: Path) -> None:
    """What was signed for and accepted has to be mended by its day, or signed for again."""
    text = SIGNED.format(case="x", date="2026-11-01", until="2026-11-27")
    suite_in(tmp_path, GATE).path("signoffs.toml").write_text(text)
    run = [*goods(199), bad("x")]
    verdict = judged(tmp_path, run, run)
    assert (verdict.exit_code, states(verdict)["expired"]) == (1, "no")


def test_no_signature_helps_a_critical_or_unsafe_case(tmp_path: Path) -> None:
    """Neither a sign-off nor a quarantine lets a hard failure pass (R20)."""
    for name, last in (("a", bad("x", critical=True)), ("b", bad("x", **UNSAFE))):
        for file, kind in (("signoffs.toml", "signoff"), ("quarantine.toml", "quarantine")):
            folder = tmp_path / name / kind
            text = SIGNED.format(case="x", date="2026-11-01", until="2026-12-31")
            place = suite_in(folder, GATE).path(file)
            place.write_text(text.replace("signoff", kind))
            assert judged(folder, [*goods(199), last]).exit_code == 1


def test_a_flaky_case_is_quarantined_by_name(tmp_path: Path) -> None:
    """It leaves level and change, it is listed, and a critical unknown one cannot hide in it."""
    text = SIGNED.format(case="x", date="2026-11-01", until="2026-12-31")
    text = text.replace("signoff", "quarantine").replace("who", "owner")
    suite_in(tmp_path, GATE).path("quarantine.toml").write_text(text)
    verdict = judged(tmp_path, [*goods(199), bad("x")])
    assert (verdict.exit_code, [w.who for w in verdict.quarantined]) == (0, ["Carla Meyer"])
    unknown = bad("x", certainty="unknown", critical=True)
    assert judged(tmp_path, [*goods(199), unknown]).exit_code == 4


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "no toml": ("[[signoff]\n", "line 1"),
        "no name": ('[[signoff]]\ncase = "x"\n', "who"),
        "no case": (SIGNED.format(case="", date="2026-11-01", until="2026-12-31"), "case"),
        "no end": (SIGNED.format(case="x", date="2026-11-01", until="2999-01-01"), "366 days"),
        "future": (SIGNED.format(case="x", date="2026-11-29", until="2026-12-31"), "future"),
        "twice": (2 * SIGNED.format(case="x", date="2026-11-01", until="2026-12-31"), "twice"),
        "another kind": ('[[waiver]]\ncase = "x"\n', "only [[signoff]]"),
        "no day": (SIGNED.format(case="x", date='"soon"', until="2026-12-31"), "date"),
    }.values(),
)
def test_a_signature_is_whole_or_none(tmp_path: Path, text: str, words: str) -> None:
    """What is not a full entry is refused, with the file; nothing passes by a slip."""
    suite_in(tmp_path, GATE).path("signoffs.toml").write_text(text)
    with pytest.raises(SuiteRefused) as caught:
        judged(tmp_path, goods(35))
    assert words in str(caught.value)
    assert "signoffs.toml" in str(caught.value)


def test_a_named_baseline_has_to_be_there(tmp_path: Path) -> None:
    """Without the run to compare with there is no verdict; a cut one is refused."""
    suite = suite_in(tmp_path, GATE)
    assert report_in(tmp_path / "run", goods(35), suite).verdict.exit_code == 4
    baseline(tmp_path, suite, goods(35))
    results = suite.path("baseline") / "results.jsonl"
    results.write_bytes(b"\n".join(results.read_bytes().splitlines()[:-1]) + b"\n")
    with pytest.raises(SuiteRefused, match="cut or was altered"):
        judged(tmp_path, goods(34))


def test_a_first_run_without_baseline_asks_for_every_failing_case(tmp_path: Path) -> None:
    """Nothing known means nothing excused."""
    text = GATE.replace("  baseline: baseline\n", "")
    assert judged(tmp_path, goods(200), text=text).exit_code == 0
    assert judged(tmp_path, [*goods(199), bad("x")], text=text).exit_code == 1


def test_another_supervisor_cannot_be_compared(tmp_path: Path) -> None:
    """A run under an oracle says nothing of one under the recorded people."""
    run = RUN.model_copy(update={"supervisor": "oracle"})
    verdict = judged(tmp_path, goods(35), run=run)
    assert (verdict.exit_code, states(verdict)["baseline.other"]) == (4, "none")


def test_two_results_of_one_case_are_refused(tmp_path: Path) -> None:
    """A case counted twice would prove more than there is."""
    with pytest.raises(NoVerdict, match="two results"):
        judged(tmp_path, [*goods(35), good("c000")], goods(35))


PROPOSED = Proposed(address="a", tool="erp.draft", decision="approve", answer="reject")


@pytest.mark.parametrize(
    ("budget", "cost"),
    [
        ("corrections_per_100", {"proposals": (PROPOSED,)}),
        ("asks_per_case", {"asks": 1}),
        ("seconds", {"ms": 1000.0}),
        ("tokens", {"tokens": 1}),
        ("supervisor_minutes", {"supervisor_s": 60.0}),
    ],
)
def test_a_budget_holds_or_breaks(tmp_path: Path, budget: str, cost: dict[str, Any]) -> None:
    """At the budget it holds, above it does not (R22)."""
    unit = 100 if budget == "corrections_per_100" else 1
    text = GATE + f"  budgets: {{{budget}: %s}}\n"
    most, less = text % unit, text % (unit * 0.99)
    assert judged(tmp_path, goods(35, **cost), text=most).exit_code == 0
    verdict = judged(tmp_path, goods(35, **cost), text=less)
    assert (verdict.exit_code, states(verdict)[f"cost.{budget}"]) == (1, "no")


@pytest.mark.parametrize(
    ("share", "coverable", "code"),
    [
        ("1", RUN.coverable, 1),
        ("0.5", RUN.coverable, 0),
        ("0.51", RUN.coverable, 1),
        ("0.5", Coverable(), 4),
    ],
)
def test_coverage_is_required_by_share(
    tmp_path: Path, share: str, coverable: Coverable, code: int
) -> None:
    """Half of the exits are covered; where nothing is known to cover, nobody can tell."""
    run = RUN.model_copy(update={"coverable": coverable})
    verdict = judged(tmp_path, goods(35), text=GATE + f"  coverage: {{exits: {share}}}\n", run=run)
    assert verdict.exit_code == code
    found = next(f for f in verdict.findings if f.part == "coverage")
    assert found.cases == (("rejected",) if coverable.exits else ())


SETTINGS = {"rule limit": "1", "rule bank": "1", "data company.vat": "1"}


def changed(
    folder: Path, name: str, results: list[CaseResult], signed: str = ""
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict after one setting has changed, and which settings nobody can judge."""
    suite = suite_in(folder, GATE)
    run = RUN.model_copy(update={"settings": SETTINGS})
    met = [r.model_copy(update={"rules": ("limit",)}) for r in goods(40)]
    accept(report_in(folder / "before", met, suite, run).saved, suite.path("baseline"))
    if signed:
        text = SIGNED.format(case=signed, date="2026-11-01", until="2027-01-31")
        suite.path("signoffs.toml").write_text(text)
    other = run.model_copy(update={"settings": SETTINGS | {name: "2"}})
    verdict = report_in(folder / "run", results, suite, other).verdict
    names = next((f.cases for f in verdict.findings if f.key == "unshown"), ())
    return verdict, names


@pytest.mark.parametrize("name", SETTINGS)
def test_a_change_that_no_case_shows_has_no_verdict(tmp_path: Path, name: str) -> None:
    """Every case is as good as before and came to the same: what the change does, nobody saw."""
    same = [r.model_copy(update={"rules": ("limit",)}) for r in goods(40)]
    verdict, names = changed(tmp_path, name, same)
    assert (verdict.exit_code, names) == (4, (name,))


def test_a_change_that_a_new_case_shows_is_released(tmp_path: Path) -> None:
    """Recorded for it: it meets the rule. Another rule's change stays without a verdict."""
    new = [*goods(40), good("new", rules=("bank",))]
    assert changed(tmp_path / "a", "rule bank", new)[0].exit_code == 0
    assert changed(tmp_path / "b", "data company.vat", new)[0].exit_code == 0
    verdict, names = changed(tmp_path / "c", "rule limit", new)
    assert (verdict.exit_code, names) == (4, ("rule limit",))


def test_a_change_that_turns_a_case_shows_itself(tmp_path: Path) -> None:
    """The case met the rule before and comes to something else now, as it is expected to."""
    turned = [good("c000", decision="hold"), *goods(40)[1:]]
    assert changed(tmp_path / "a", "rule limit", turned)[0].exit_code == 0
    assert changed(tmp_path / "b", "rule bank", turned)[0].exit_code == 4


def test_a_change_is_signed_off_by_name(tmp_path: Path) -> None:
    """As a failing case is: somebody answers for it until a day."""
    same = [r.model_copy(update={"rules": ("limit",)}) for r in goods(40)]
    verdict, names = changed(tmp_path, "rule bank", same, signed="rule bank")
    assert (verdict.exit_code, names) == (0, ())


def test_a_case_whose_truth_was_changed_with_the_rules_is_named(tmp_path: Path) -> None:
    """It passes as before and comes to something else: nobody has to find that in a diff."""
    turned = [good("c000", decision="hold"), *goods(40)[1:]]
    verdict = judged(tmp_path, turned, goods(40))
    found = next(f for f in verdict.findings if f.key == "otherwise")
    assert (verdict.exit_code, found.state, found.cases) == (0, "yes", ("c000",))
    assert "otherwise" not in states(judged(tmp_path / "same", goods(40)))


def test_a_case_that_is_critical_no_more_needs_a_signature(tmp_path: Path) -> None:
    """Else a case that fails could be made one that a signature lets pass."""
    was = [good("c000", critical=True), *goods(40)[1:]]
    suite = suite_in(tmp_path, GATE)
    run = RUN.model_copy(update={"settings": SETTINGS})
    accept(report_in(tmp_path / "before", was, suite, run).saved, suite.path("baseline"))
    verdict = report_in(tmp_path / "run", goods(40), suite, run).verdict
    found = next(f for f in verdict.findings if f.key == "unshown")
    assert (verdict.exit_code, found.cases) == (4, ("critical c000",))
    text = SIGNED.format(case="critical c000", date="2026-11-01", until="2027-01-31")
    suite.path("signoffs.toml").write_text(text)
    assert report_in(tmp_path / "signed", goods(40), suite, run).verdict.exit_code == 0
