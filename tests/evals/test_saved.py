"""Saved runs: whole or refused, the same bytes for the same results, times apart."""

from pathlib import Path

import pytest

from leitstand.errors import SuiteRefused
from leitstand.evals.saved import accept, open_run
from tests.evals.sample import RUN, bad, good, many, report_in, suite_in


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    """Every result as it was, but for its time; the run but for its hour."""
    results = list(many(50))
    report_in(tmp_path / "run", results, suite_in(tmp_path))
    saved = open_run(tmp_path / "run")
    assert list(saved.results()) == [r.model_copy(update={"ms": 0.0}) for r in results]
    assert saved.run == RUN.model_copy(update={"at": ""})
    assert saved.times.at == RUN.at
    assert saved.times.seconds == pytest.approx(0.0035)


def test_times_change_no_byte_of_what_is_compared(tmp_path: Path) -> None:
    """A slower machine at another hour writes the same run."""
    suite = suite_in(tmp_path)
    late = RUN.model_copy(update={"at": "2027-01-01T00:00:00Z"})
    report_in(tmp_path / "a", many(50), suite)
    slow = (r.model_copy(update={"ms": 9.0}) for r in many(50))
    report_in(tmp_path / "b", slow, suite, late)
    for file in ("run.json", "results.jsonl"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("file", ["run.json", "results.jsonl"])
def test_a_run_that_is_not_whole_is_refused(tmp_path: Path, file: str) -> None:
    """Cut, altered or without its head: never a shorter run."""
    report_in(tmp_path / "run", many(5), suite_in(tmp_path))
    place = tmp_path / "run" / file
    place.write_bytes(place.read_bytes()[:-20])
    with pytest.raises(SuiteRefused):
        open_run(tmp_path / "run")
    place.unlink()
    with pytest.raises(SuiteRefused, match="no saved run"):
        open_run(tmp_path / "run")


def test_an_interrupted_run_is_no_run(tmp_path: Path) -> None:
    """What was saved there before does not stand for what was cut off."""
    suite = suite_in(tmp_path)
    report_in(tmp_path / "run", many(5), suite)
    with pytest.raises(Exception, match="two results"):
        report_in(tmp_path / "run", [good("a"), good("a")], suite)
    with pytest.raises(SuiteRefused):
        open_run(tmp_path / "run")


def test_a_baseline_keeps_what_is_compared(tmp_path: Path) -> None:
    """Marks are those of the run; tapes and times stay behind."""
    saved = report_in(tmp_path / "run", [good("a"), bad("b")], suite_in(tmp_path)).saved
    accept(saved, tmp_path / "baseline")
    kept = open_run(tmp_path / "baseline")
    assert kept.marks() == saved.marks()
    assert all(not r.steps for r in kept.results())
    assert not (tmp_path / "baseline" / "times.json").exists()
