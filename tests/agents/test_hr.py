"""The HR role by `leitstand batch`: every field of every truth, and cases that nobody foresaw."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from leitstand.cli.batch import rows_worked_off
from leitstand.project import Project, load_project
from leitstand.runtime import Leitstand, open_leitstand

ROOT = Path(__file__).resolve().parents[2]
EVALS = ROOT / "evals" / "hr"
Rows = list[dict[str, Any]]
COMMENTS = {"LV-D02", "LV-D10", "LV-D11", "LV-D12"}
"""Cases whose `note` is the author's remark, which no rule makes."""


def read(file: Path) -> Rows:
    """The rows of a file."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


CASES = read(EVALS / "hr_cases.jsonl")


@pytest.fixture(scope="module")
def project() -> Project:
    """The reference project."""
    return load_project(ROOT)


class Batch:
    """Works off rows in a world, each time in a state folder of its own."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project, self.folder, self.count = project, folder, 0

    def __call__(self, rows: Sequence[Mapping[str, Any]], world: Path = EVALS / "world") -> Rows:
        """What `leitstand batch hr ROWS --world WORLD --json` prints."""
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

    async def _run(self, file: Path, world: Path, state: Path) -> Rows:
        leitstand: Leitstand = await open_leitstand(
            self.project, state=state, world=world, tenant="t"
        )
        try:
            return [row.flat() for row in await rows_worked_off(leitstand, "hr", file)]
        finally:
            await leitstand.close()


@pytest.fixture(scope="module")
def batch(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """The command's own way through a file of cases."""
    return Batch(project, tmp_path_factory.mktemp("hr"))


@pytest.fixture(scope="module")
def done(batch: Batch) -> dict[str, dict[str, Any]]:
    """The rows of the reference cases, by case."""
    return {row["file"]: row for row in batch(CASES)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_every_field_of_the_truth(case: dict[str, Any], done: dict[str, dict[str, Any]]) -> None:
    """All fields that a truth has are told, with the same values of the same types."""
    row = done[case["case"]]
    for name, true in case["truth"].items():
        if name == "note" and case["case"] in COMMENTS:
            continue
        assert (row[name], type(row[name])) == (true, type(true)), name
