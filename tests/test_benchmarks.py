"""Benchmarks run: a small round of each ends with its line. What they measure is nobody's test."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMALL = {
    "guard": ["--rounds=1"],
    "inbox": ["--cards=60", "--streams=3", "--rounds=3"],
    "invoices": ["--rounds=1"],
    "parked": ["--cases=60", "--resumes=3"],
    "replay": ["--cases=40"],
    "suite": ["--cases=400"],
    "ten_steps": ["--cases=60", "--rounds=1"],
}
GUARDS = ("open", "full")
REST = {
    "chat",  # Needs a Synapse of its own; tests/channels talk to one.
    "pace",
    "recordings",  # Every run of a public collection; tests/evals replay them.
    "ten",
}
"""Not run here: parts of others, and what takes minutes."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "given"),
    [*SMALL.items(), *(("ten_steps", [f"--guard={g}", *SMALL["ten_steps"]]) for g in GUARDS)],
    ids=lambda one: one if isinstance(one, str) else "-".join(one).replace("--", ""),
)
def test_a_benchmark_ends_with_its_line(name: str, given: Sequence[str]) -> None:
    """Cases come to their end, and the line is JSON that names it; nothing is held against it."""
    asked = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *given]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines
    assert all(line["benchmark"] for line in lines)


def test_every_benchmark_is_known() -> None:
    """A new one is run here, or it is said why not."""
    found = {file.stem for file in (ROOT / "benchmarks").glob("*.py")}
    assert found == SMALL.keys() | REST
