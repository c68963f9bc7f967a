"""What the tests of foreign recordings share: the real sets, and a folder run to its verdicts."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leitstand.evals.foreign.fidelity import Fidelity, fidelity, import_recordings
from leitstand.project import Project, load_project
from tests.conftest import ALLOWED_SKIP, ROOT
from tests.evals.foreign.half import Judge

Run = Callable[[str, Path], Fidelity]
Command = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="session")
def formats() -> Project:
    """The project that names the formats."""
    return load_project(ROOT)


@pytest.fixture
def run(tmp_path: Path, formats: Project) -> Run:
    """Imports a folder and measures it; journals lie in `suite/journals`."""

    def measured(form: str, folder: Path) -> Fidelity:
        suite = tmp_path / "suites" / folder.name
        import_recordings(form, folder, suite, formats)
        return asyncio.run(fidelity(suite, suite / "journals", lambda _: None))

    return measured


@pytest.fixture
def recordings(shared_data: Path) -> Path:
    """The folder of real sets that others recorded."""
    folder = shared_data / "evals"
    if not folder.is_dir():
        pytest.skip(f"{ALLOWED_SKIP}: no recordings in `{folder}` (set LEITSTAND_DATA)")
    return folder


@pytest.fixture
def judge(recordings: Path) -> Callable[[str], Judge]:
    """The oracle of a set."""
    return lambda form: Judge(form, recordings / form)


@pytest.fixture
def command() -> Command:
    """A command in a process of its own: its exit code, and the JSON document that it printed."""

    def ran(*arguments: object) -> tuple[int, Any]:
        code = "import sys; from leitstand.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LEITSTAND_PROJECT": str(ROOT)},
        )
        return done.returncode, json.loads(done.stdout or "null")

    return ran
