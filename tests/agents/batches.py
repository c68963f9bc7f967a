"""Batches: files of cases worked off by the command itself, rows by the name of their case."""

import asyncio
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leitstand.cli import main
from leitstand.cli.batch import cases_worked_off
from leitstand.inbox import open_dossier
from leitstand.project import Project
from leitstand.runtime import Leitstand, open_leitstand, read_rows

__all__ = ["WORLD", "Batch", "Command", "Rows", "rows_of"]

WORLD = Path(__file__).parents[2] / "evals" / "accounting" / "world"
"""The reference company, all of its departments."""
Rows = list[dict[str, Any]]


def rows_of(file: Path) -> Rows:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


class Batch:
    """Works off rows in a world, each time in a state folder of its own."""

    def __init__(self, project: Project, role: str, folder: Path) -> None:
        self.project, self.role, self.folder, self.count = project, role, folder, 0
        self.cases: list[str] = []

    def __call__(self, rows: Sequence[Mapping[str, Any]], world: Path = WORLD) -> Rows:
        """What `leitstand batch ROLE ROWS --world WORLD --json` prints, rows by `file`."""
        self.count += 1
        place = self.folder / str(self.count)
        place.mkdir()
        file = place / "cases.jsonl"
        file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
        return asyncio.run(self._run(file, world, place / "state"))

    @property
    def state(self) -> Path:
        """The state folder of the last run."""
        return self.folder / str(self.count) / "state"

    async def journals(self) -> str:
        """Everything in the journals of the last run, decrypted, blobs too."""
        leitstand = await open_leitstand(self.project, state=self.state, write=False)
        try:
            said: list[str] = []
            for case in self.cases:
                dossier = await open_dossier(leitstand, case)
                bodies = [event.said() for event in dossier.events]
                blobs = [await dossier.journal.load(b["blob"]) for b in bodies if "blob" in b]
                said += [*map(str, bodies), *(blob.decode() for blob in blobs)]
            return "\n".join(said)
        finally:
            await leitstand.close()

    async def _run(self, file: Path, world: Path, state: Path) -> Rows:
        leitstand: Leitstand = await open_leitstand(
            self.project, state=state, world=world, tenant="t"
        )
        try:
            given = read_rows(self.project, self.role, file)
            found = await cases_worked_off(leitstand, self.role, given)
            rows = [row.flat() for row in found]
            self.cases = [row["case"] for row in rows]
            return rows
        finally:
            await leitstand.close()


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
