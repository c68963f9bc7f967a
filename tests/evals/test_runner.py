"""A suite's real cases through the guard, with all that they could have covered."""

import asyncio
from pathlib import Path

import pytest

from leitstand.errors import CaseRefused
from leitstand.evals.report import Report, conclude
from leitstand.evals.runner import run_suite, unanswered
from leitstand.evals.shelf import Place, put, take
from leitstand.evals.suite import load_suite
from leitstand.project import load_project
from tests.evals.conftest import SHOP
from tests.evals.sample import TODAY, replayed


def tried(place: Path, folder: Path, supervisor: str = "") -> Report:
    """The report of a suite's run."""
    suite = load_suite(SHOP, place)
    run, results = run_suite(load_project(SHOP), suite, supervisor=supervisor)
    return asyncio.run(conclude(suite, run, results, folder, TODAY))


def test_recorded_cases_are_released(shop: Path, tmp_path: Path) -> None:
    """Three of three prove 43.8 %; what they covered and did not is named."""
    report = tried(shop / "evals" / "buying", tmp_path / "run")
    assert report.verdict.state == "released"
    assert report.figures.correctness.passed == report.figures.correctness.n == 3
    coverage = report.figures.coverage
    assert coverage["rules"].missing == ("blocked", "round-amount")
    assert (coverage["edges"].covered, coverage["edges"].of) == (1, 1)
    assert "done" not in coverage["exits"].missing
    assert coverage["branches"].missing == ("shop.bill.post: edit", "shop.bill.post: reject")
    assert report.saved.run.versions.policy


def test_the_same_state_is_saved_in_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    """Two runs, byte for byte; times lie in a file of their own."""
    for name in ("a", "b"):
        tried(shop / "evals" / "buying", tmp_path / name)
    for file in ("run.json", "results.jsonl"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert (tmp_path / "a" / "times.json").is_file()


def test_rules_that_only_inform_are_compared_where_they_are_expected(project: Path) -> None:
    """A rule that should have informed and did not fails the case, though all else is the same."""
    place = Place(str(project / "evals" / "buying" / "cases" / "r1"))
    case, recording = take(place)
    for notes, passed in (((), True), (("small",), False)):
        expected = case.expected.model_copy(update={"notes": notes})
        put(Path(place.path), case.model_copy(update={"expected": expected}), recording.lines)
        result = replayed(SHOP, place)
        assert result.passed == passed
        assert passed or "notes: , expected small" in result.problems


def test_another_supervisor_decides(shop: Path, tmp_path: Path) -> None:
    """Who refuses everything lets nothing of it happen, and the run says who it was."""
    report = tried(shop / "evals" / "buying", tmp_path / "run", "refuse-all")
    assert report.saved.run.supervisor == "refuse-all"
    assert report.verdict.change.newly_failing == ("r1", "r2", "r3")


def test_large_runs_keep_the_steps_of_what_did_not_pass(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run that nobody reads case by case, what is looked into is still there."""
    place = shop / "evals" / "buying"
    [all_of] = {bool(r.steps) for r in tried(place, tmp_path / "all").saved.results()}
    monkeypatch.setattr("leitstand.evals.runner.DETAILED", 2)
    [none] = {bool(r.steps) for r in tried(place, tmp_path / "good").saved.results()}
    [failed] = {bool(r.steps) for r in tried(place, tmp_path / "bad", "refuse-all").saved.results()}
    assert (all_of, none, failed) == (True, False, True)


def test_an_unknown_role_is_refused(project: Path) -> None:
    """A suite for a role that the project does not have."""
    suite = project / "evals" / "buying" / "suite.yaml"
    suite.write_text("role: selling\n")
    with pytest.raises(CaseRefused, match="selling"):
        run_suite(load_project(SHOP), load_suite(SHOP, suite))


def test_a_suite_answers_for_its_own_department(shop: Path, tmp_path: Path) -> None:
    """Settings that it leaves to others are not compared; all the rest is."""
    file = shop / "evals" / "buying" / "suite.yaml"
    own = tried(file.parent, tmp_path / "own").saved.run.settings
    assert {"data limit_cents", "data accounts.goods"} <= own.keys()
    file.write_text(file.read_text("utf-8") + 'elsewhere: ["data accounts."]\n', "utf-8")
    left = own.keys() - tried(file.parent, tmp_path / "left").saved.run.settings.keys()
    assert left == {"data accounts.goods", "data accounts.office"}


def test_what_no_suite_answers_for_is_named(tmp_path: Path) -> None:
    """What every suite leaves to others, and a role without one, are changed unseen."""
    project, file = load_project(SHOP), tmp_path / "suite.yaml"
    assert {"role buying", "data limit_cents", "data accounts.goods"} <= {*unanswered(project, [])}
    file.write_text('role: buying\nelsewhere: ["data accounts."]\n', "utf-8")
    left = set(unanswered(project, [load_suite(SHOP, file)]))
    assert {"data accounts.goods", "data accounts.office"} <= left
    assert not left & {"role buying", "data limit_cents"}


def test_a_gate_that_asks_for_less_is_a_change(shop: Path, tmp_path: Path) -> None:
    """So is an argument that is compared no more."""
    file = shop / "evals" / "buying" / "suite.yaml"
    was = tried(file.parent, tmp_path / "was").saved.run.settings
    file.write_text(file.read_text("utf-8") + "ignore: {order.place: [amount]}\n", "utf-8")
    now = tried(file.parent, tmp_path / "now").saved.run.settings
    assert {n for n in was.keys() | now.keys() if was.get(n) != now.get(n)} == {
        "suite ignore",
        "suite ignore.order.place",
    }
