"""The rule on skips: CI fails on any, but for data that lie outside the repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PASSES = "def test_one():\n    pass\n"
OTHER = "import pytest\n\n\ndef test_two():\n    pytest.skip('no database')\n"
WHOLE = "import pytest\n\npytest.skip('not on Tuesdays', allow_module_level=True)\n"
ABSENT = "def test_three(shared_data):\n    assert shared_data\n"


def run(folder: Path, *, ci: bool, workers: int) -> subprocess.CompletedProcess[str]:
    """Run the tests of `folder` under this repository's `conftest.py`."""
    (folder / "conftest.py").write_text(Path(__file__).with_name("conftest.py").read_text())
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    surroundings |= {"CI": str(ci).lower(), "LEITSTAND_DATA": str(folder / "nowhere")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"-n{workers}"]
    return subprocess.run(
        [*command, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=surroundings,
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_ci_fails_on_a_skip_and_names_it(tmp_path: Path, workers: int) -> None:
    """A skipped test and a skipped module both turn the run to failure, with or without workers."""
    (tmp_path / "test_a.py").write_text(PASSES + OTHER)
    (tmp_path / "test_b.py").write_text(WHOLE)
    done = run(tmp_path, ci=True, workers=workers)
    assert done.returncode == 1, done.stdout
    assert "test_two: no database" in done.stdout
    assert "not on Tuesdays" in done.stdout
    assert "1 passed, 2 skipped" in done.stdout


def test_ci_allows_absent_shared_data(tmp_path: Path) -> None:
    """A test that misses the data outside the repository may skip in CI."""
    (tmp_path / "test_a.py").write_text(PASSES + ABSENT)
    done = run(tmp_path, ci=True, workers=0)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 skipped" in done.stdout


def test_skips_are_free_outside_ci(tmp_path: Path) -> None:
    """At an engineer's desk a skip fails nothing."""
    (tmp_path / "test_a.py").write_text(PASSES + OTHER)
    assert run(tmp_path, ci=False, workers=0).returncode == 0
