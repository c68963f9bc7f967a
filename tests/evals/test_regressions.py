"""Seeded regressions: cases notice nearly all, the gate releases none, and an unchanged project."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from leitstand.evals.shelf import places, take
from tests.evals import blind, weaker
from tests.evals.mutants import ROOT, WORLD, Mutant
from tests.evals.mutation import SUITES, stopped

SEED, DRAWN, CAUGHT = 20_261_128, 20, 19
COPIED = ("agents", "tools", "policies", "evals", "pyproject.toml")
RULES = ROOT / "evals" / "accounting-rules"


def missed(every: list[Mutant], folder: Path) -> list[str]:
    """Of twenty drawn by chance those that no case notices."""
    drawn = Random(SEED).sample(every, DRAWN)  # noqa: S311 - a draw that can be repeated
    return [m.name for i, m in enumerate(drawn) if not stopped(m, folder / str(i))]


@pytest.mark.slow
def test_seeded_regressions_are_refused(tmp_path: Path) -> None:
    """Rules dropped and weakened, thresholds moved, roles swapped, list entries taken out (R28)."""
    every = weaker.mutants()
    assert len(every) > 300
    left = missed(every, tmp_path)
    assert len(left) <= DRAWN - CAUGHT, left


def judged(project: Path, suite: str, out: Path) -> int:
    """The exit code of `leitstand eval` over a project, in a process of its own."""
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", code, "eval", suite, "--out", str(out)],
        cwd=project,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if not k.startswith("LEITSTAND_")},
    )
    return ran.returncode


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project elsewhere."""
    folder = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        if (ROOT / name).is_dir():
            away = shutil.ignore_patterns("__pycache__", "var")
            shutil.copytree(ROOT / name, folder / name, ignore=away)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", SUITES)
def test_an_unchanged_project_passes_twice_with_the_same_report(
    name: str, copy: Path, tmp_path: Path
) -> None:
    """A copy elsewhere as well: nothing of the place, the time or the machine is in a report."""
    one, two = tmp_path / "one", tmp_path / "two"
    assert [judged(ROOT, name, one), judged(copy, name, two)] == [0, 0]
    for file in ("run.json", "results.jsonl"):
        assert (one / file).read_bytes() == (two / file).read_bytes()


@pytest.mark.slow
def test_what_no_case_shows_is_never_released(copy: Path, tmp_path: Path) -> None:
    """A change that no case notices ends with 4, one that a case notices with 1; neither with 0."""
    defaults = copy / "policies" / "defaults.toml"
    text = defaults.read_text("utf-8")
    for before, after, code in (
        ('clerk_role = "clerk"', 'clerk_role = "desk"', 4),
        ("number_permille = 850", "number_permille = 870", 1),
    ):
        assert before in text
        defaults.write_text(text.replace(before, after), "utf-8")
        assert judged(copy, "accounting-rules", tmp_path / "run") == code
    defaults.write_text(text, "utf-8")


def test_blind_mutants_change_what_they_say() -> None:
    """Operators that know a file's form and no rule of it make hundreds, and none is the same."""
    every = blind.mutants(ROOT)
    assert len(every) > 300
    assert len({m.name for m in every}) > 300


def test_the_world_of_the_rules_is_that_of_the_project() -> None:
    """One company: cases are judged by the project's data, so both have the same."""
    assert (RULES / "world" / "policy.json").read_bytes() == (WORLD / "policy.json").read_bytes()


def test_every_invoice_has_its_case_and_its_reason() -> None:
    """Truth, documents and recorded cases belong together; what is left are probes."""
    rows = [json.loads(line) for line in (RULES / "truth.jsonl").read_text("utf-8").splitlines()]
    assert all(row["why"] and (RULES / "world" / row["file"]).is_file() for row in rows)
    cases = [take(place)[0] for place in places(RULES / "cases")]
    assert sorted(c.name for c in cases if not c.calls) == sorted(row["case"] for row in rows)
    assert all(c.expected.decision for c in cases if not c.calls)
    together = Counter(row["intake"] for row in rows)
    alone = {row["case"] for row in rows if together[row["intake"]] == 1}
    assert {c.name for c in cases if not c.calls and not c.given["intake"]} == alone
