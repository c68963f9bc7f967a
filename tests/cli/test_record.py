"""`leitstand eval record`: a correction becomes a test that fails until it is mended."""

import asyncio
import json
from pathlib import Path

import pytest

from leitstand.evals.grading import grade
from leitstand.evals.replay import replay
from leitstand.evals.result import CaseResult
from leitstand.evals.runner import Job, bench_of
from leitstand.evals.shelf import Place, take
from leitstand.evals.supervisor import supervisor_of
from leitstand.project import load_project
from tests.cli.conftest import Office

TITLE = "r3.json"


def replayed(project: Path, folder: Path) -> CaseResult:
    """The result of a recorded case under the project as it stands."""
    case, recording = take(Place(str(folder)))
    bench = bench_of(Job(project), load_project(project))
    return grade(asyncio.run(replay(bench, case, recording, supervisor_of("recorded", case))))


@pytest.fixture
def corrected(shop: Office) -> Office:
    """An office in which the account of a bill was changed, and approved by two."""
    shop("edit", shop.waiting(TITLE), "account=office", "--reason", "no", person="dora.lange")
    shop("approve", shop.waiting(TITLE), person="ben.krueger")
    return shop


def test_a_correction_is_expected(corrected: Office, shop_folder: Path, tmp_path: Path) -> None:
    """The supervisor's account is expected; the role still proposes the other one: it fails so."""
    done = corrected("eval", "record", TITLE, "--as", "office", "--out", tmp_path, "--json")
    assert done.code == 0, done.err
    assert done.data["origin"] == "correction"
    case = json.loads((tmp_path / "office" / "case.json").read_bytes())
    assert case["expected"]["effects"][-1]["args"]["account"] == "office"
    result = replayed(shop_folder, tmp_path / "office")
    assert [p for p in result.problems if "account" in p] == list(result.problems)
    assert not result.passed
    assert "dora" not in (tmp_path / "office" / "case.json").read_text("utf-8")


def test_the_same_bytes(corrected: Office, tmp_path: Path) -> None:
    """Recorded twice under one name it is the same, to the byte."""
    for out in ("one", "two"):
        done = corrected("eval", "record", TITLE, "--as", "x", "--out", tmp_path / out)
        assert done.code == 0, done.err
    for file in ("case.json", "tape.jsonl"):
        first, second = ((tmp_path / out / "x" / file).read_bytes() for out in ("one", "two"))
        assert first == second


def test_a_rejection_is_not_proposed_again(shop: Office, shop_folder: Path, tmp_path: Path) -> None:
    """What was refused is no effect, and the case fails as long as it is proposed."""
    shop("reject", shop.waiting(TITLE), "--reason", "no", person="dora.lange")
    done = shop("eval", "record", TITLE, "--as", "no", "--out", tmp_path, "--json")
    assert done.data["origin"] == "rejection", done.err
    result = replayed(shop_folder, tmp_path / "no")
    assert any(p.startswith("proposed again: ") for p in result.problems), result.problems


def test_a_name_that_is_a_path(shop: Office) -> None:
    """A recorded case lies in its own folder and nowhere else."""
    done = shop("eval", "record", TITLE, "--as", "../x")
    assert done.code == 2
