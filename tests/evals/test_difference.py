"""Two runs side by side: who fails newly, what changed, and by how much."""

from pathlib import Path

from leitstand.evals.difference import difference
from leitstand.evals.result import CaseResult, FieldDiff, Made
from leitstand.evals.saved import Saved
from leitstand.records import Exit
from tests.evals.sample import bad, good, report_in, suite_in


def saved(folder: Path, name: str, *results: CaseResult) -> Saved:
    """A run of these results."""
    return report_in(folder / name, results, suite_in(folder)).saved


def test_cases_are_told_apart_by_what_became_of_them(tmp_path: Path) -> None:
    """Newly failing, newly passing, in one run alone; what stayed is not named."""
    first = saved(tmp_path, "a", good("a"), bad("b"), good("c"), good("d"))
    second = saved(tmp_path, "b", bad("a"), good("b"), good("c"), good("e"))
    found = difference(first, second)
    assert (found.newly_failing, found.newly_passing) == (("a",), ("b",))
    assert (found.only_first, found.only_second) == (("d",), ("e",))
    assert (found.changed, found.cases) == (0, ())
    assert (found.first.correctness.passed, found.second.correctness.passed) == (3, 3)


def test_values_that_changed_are_named_by_path(tmp_path: Path) -> None:
    """Arguments of each effect, the exit and its result: old beside new, nothing else."""
    two = (
        Made(tool="erp.draft", args={"account": "1", "lines": {"net": 5}}),
        Made(tool="erp.draft", args={"account": "2"}),
    )
    other = (two[0], Made(tool="erp.draft", args={"account": "3"}))
    first = saved(tmp_path, "a", good("a", effects=two, exit=Exit(kind="done", result={"v": 1})))
    second = saved(tmp_path, "b", good("a", effects=other, exit=Exit(kind="rejected")))
    [changed] = difference(first, second).cases
    assert {f.field: (f.expected, f.actual) for f in changed.fields} == {
        "erp.draft#2.account": ("2", "3"),
        "exit": ("done", "rejected"),
        "exit.result.v": (1, None),
    }
    assert changed.fields[0] == FieldDiff(field="erp.draft#2.account", expected="2", actual="3")


def test_a_run_does_not_differ_from_itself(tmp_path: Path) -> None:
    """Nothing new, nothing changed, the same figures."""
    run = saved(tmp_path, "a", good("a"), bad("b"))
    found = difference(run, run)
    assert (found.newly_failing, found.changed) == ((), 0)
    assert found.first == found.second
