"""Regressions seeded into rules and data: the gate lets none pass, an unchanged project always."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.evals.mutants import Mutant, mutants, planted

DRAWN, CAUGHT = 20, 19
SEED = 20_261_128


def judged(folder: Path, out: Path) -> int:
    """The exit code of `leitstand eval` over a project, in a process of its own."""
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", code, "eval", "accounting", "--out", str(out)],
        cwd=folder,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if not k.startswith("LEITSTAND_")},
    )
    return ran.returncode


def test_the_gate_catches_seeded_regressions(root: Path, tmp_path: Path) -> None:
    """Twenty drawn by chance of all that blind operators make: none of 19 or more is released.

    1: a case notices; 4: no case shows what the change does, so nobody can tell. Both are no.
    """
    every = mutants(root)
    assert len(every) > 300
    drawn = random.Random(SEED).sample(every, DRAWN)  # noqa: S311 - no secret

    def of(place: int, mutant: Mutant) -> int:
        return judged(planted(mutant, root, tmp_path / str(place)), tmp_path / f"run{place}")

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(of, range(DRAWN), drawn))
    missed = [m.name for m, code in zip(drawn, codes, strict=True) if code not in (1, 4)]
    assert len(missed) <= DRAWN - CAUGHT, missed
    assert codes.count(1) >= DRAWN // 4, codes


def test_an_unchanged_project_passes_twice_with_the_same_report(root: Path, tmp_path: Path) -> None:
    """A copy elsewhere as well: nothing of the place, the time or the machine is in a report."""
    same = next(m for m in mutants(root) if m.file.endswith("defaults.toml"))
    whole = Mutant("nothing", same.file, (root / same.file).read_text("utf-8"))
    copy = planted(whole, root, tmp_path / "copy")
    assert [judged(root, tmp_path / "one"), judged(copy, tmp_path / "two")] == [0, 0]
    for name in ("run.json", "results.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
