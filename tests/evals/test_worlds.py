"""Suites made of rows: a case each, and none that is not what its truth says."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leitstand.errors import CaseRefused
from leitstand.evals.case import RecordedCase
from leitstand.evals.report import conclude
from leitstand.evals.runner import run_suite
from leitstand.evals.shelf import places, take
from leitstand.evals.suite import load_suite
from leitstand.evals.worlds import import_rows
from leitstand.inbox import row_of
from leitstand.project import Project, load_project
from leitstand.runtime import Leitstand
from tests.evals.sample import TODAY

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project() -> Project:
    """The reference project."""
    return load_project(ROOT)


async def shown(leitstand: Leitstand, case: str) -> Mapping[str, Any]:
    """A case's row."""
    return (await row_of(leitstand, case, "")).flat()


def test_a_row_becomes_a_case_once_it_is_true(project: Project, tmp_path: Path) -> None:
    """Of two rows one has a false truth: it is left out, and said in which field it differs."""
    lines = (ROOT / "evals" / "compliance" / "dsar_cases.jsonl").read_text("utf-8").splitlines()
    false = lines[1].replace('"identity_check": true', '"identity_check": false')
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join((lines[0], false)), "utf-8")
    laid = asyncio.run(import_rows(project, "compliance", file, tmp_path / "cases", shown))
    assert laid.cases == 1
    assert laid.differing == ("DS-D02: identity_check is True, by its truth False",)
    [place] = places(tmp_path / "cases")
    case, _ = take(place)
    assert (case.name, case.origin) == ("DS-D01", "world")
    [said] = case.said
    assert said.answer == "approve"


def imported(project: Project, folder: Path, **more: object) -> RecordedCase:
    """A screening of nobody whom a list has, made a case with what else its row says."""
    row = {"case": "S", "query": "Hansen Maschinenbau GmbH", "truth": {"hit": False}, **more}
    file = folder / "rows.jsonl"
    file.write_text(json.dumps(row), "utf-8")
    asyncio.run(import_rows(project, "compliance", file, folder / "cases", shown))
    [place] = places(folder / "cases")
    return take(place)[0]


def test_what_a_row_expects_is_graded_beside_what_was_recorded(
    project: Project, tmp_path: Path
) -> None:
    """Decision, rules and what must not happen, with the reason; the effects stay as recorded."""
    own = {"decision": "auto_draft", "rules": [], "forbidden": ["sanctions.block.set"]}
    case = imported(project, tmp_path, expected=own, why="Nobody of this name is listed.")
    expected = case.expected.model_dump(mode="json")
    assert {name: expected[name] for name in own} == own
    assert [effect["tool"] for effect in expected["effects"]] == ["sanctions.screening.log"]
    assert case.note == "Nobody of this name is listed."


def test_an_expectation_that_nobody_can_grade_is_refused(project: Project, tmp_path: Path) -> None:
    """A slip in its name would grade nothing, unseen."""
    with pytest.raises(CaseRefused, match="ruels"):
        imported(project, tmp_path, expected={"ruels": []})


def test_what_a_case_hands_over_is_signed_too(project: Project, tmp_path: Path) -> None:
    """A rise waits for payroll's signature in a case of its own: it is on tape with its answer."""
    lines = (ROOT / "evals" / "hr" / "hr_cases.jsonl").read_text("utf-8").splitlines()
    file = tmp_path / "rows.jsonl"
    file.write_text(next(line for line in lines if "PR-D02" in line), "utf-8")
    laid = asyncio.run(import_rows(project, "hr", file, tmp_path / "cases", shown))
    assert (laid.cases, laid.differing) == (1, ())
    [place] = places(tmp_path / "cases")
    case, _ = take(place)
    assert case.exit is not None
    assert case.exit.kind == "done"
    assert [said.role for said in case.said] == ["hr_lead", "managing_director"]
    assert [one.name for one in case.heard] == [f"child:{case.heard[0].body['child']}"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hr", "sales", "compliance", "payroll"])
def test_the_departments_suites_are_released(project: Project, tmp_path: Path, name: str) -> None:
    """Every case passes, nothing has changed since, and each rule that went would be missed."""
    suite = load_suite(ROOT, Path(name))
    run, results = run_suite(project, suite)
    report = asyncio.run(conclude(suite, run, results, tmp_path, TODAY))
    assert report.verdict.state == "released", report.verdict
    assert report.figures.noticed.missing == ()
