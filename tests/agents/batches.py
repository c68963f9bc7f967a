"""Batches: files of cases worked off by the command itself, rows by the name of their case."""

import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from leitstand.cli import main
from leitstand.project import Project

__all__ = ["Batch", "Command", "rows_of"]


class Batch(Protocol):
    """Runs `leitstand batch ROLE CASES --world WORLD --json`."""

    def __call__(self, role: str, cases: Path, world: Path) -> dict[str, dict[str, Any]]:
        """Its rows."""
        ...


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


@dataclass(frozen=True)
class Command:
    """The command, run in this process in the repository's own project."""

    project: Project

    def __call__(self, role: str, cases: Path, world: Path) -> dict[str, dict[str, Any]]:
        """Its rows by case. Every line is one, and the exit code is 0."""
        told = io.StringIO()
        arguments = ["batch", role, cases, "--world", world, "--tenant", "t", "--json"]
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(told):
            patch.setattr("leitstand.project.load_project", self._load)
            patch.chdir(self.project.root)
            code = main([str(argument) for argument in arguments])
        assert code == 0, told.getvalue()
        rows = [json.loads(line) for line in told.getvalue().splitlines()]
        return {row["case"]: row for row in rows}

    def _load(self, _root: Path) -> Project:
        return self.project
