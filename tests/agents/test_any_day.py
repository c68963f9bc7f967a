"""Recorded cases over a world that names no day: decided the same on any day."""

import json
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from leitstand.clock import SystemClock
from leitstand.project import Project, load_project
from tests.agents.batches import WORLD, Batch, rows_of

EVALS = WORLD.parents[1]
FILES = {
    "hr": ("hr/hr_cases.jsonl",),
    "sales": ("sales/quote_cases.jsonl", "sales/ticket_cases.jsonl"),
    "compliance": ("compliance/dsar_cases.jsonl", "compliance/screening_cases.jsonl"),
    "payroll": ("payroll/payroll_cases.jsonl",),
}
DAYS = ("2026-11-21", "2026-12-31", "2028-02-29", "2031-07-01")
LATELY = ("2026-11-21", "2026-12-14")
"""Requests for leave that name no day came in up to fourteen days before; `info` says so."""
TOLD = ("decision", "guardrails", "info", "approval", "exit", "measures", "deadline", "years")


@pytest.fixture(scope="module")
def project(root: Path) -> Project:
    """The reference project."""
    return load_project(root)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference world without its day."""
    place = shutil.copytree(WORLD, tmp_path_factory.mktemp("dayless") / "world")
    for file in (place / "policy.json", place / "hr" / "hr.json"):
        data = {n: v for n, v in json.loads(file.read_text("utf-8")).items() if n != "today"}
        file.write_text(json.dumps(data), "utf-8")
    return place


@pytest.mark.parametrize("role", FILES)
def test_the_same_on_any_day(
    project: Project, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """What people are told of each case; the day on which a quote is made is its own."""
    rows = [row for name in FILES[role] for row in rows_of(EVALS / name)]
    batch, found = Batch(project, role, tmp_path), list[list[dict[str, Any]]]()
    days, names = (LATELY, set(TOLD) - {"info"}) if role == "hr" else (DAYS, set(TOLD))
    for day in days:
        monkeypatch.setattr("leitstand.runtime.opening.SystemClock", partial(Machine, day))
        found.append([{n: row.get(n) for n in names} for row in batch(rows, world)])
    for day, told in zip(days, found, strict=True):
        assert (day, told) == (day, found[0])


class Machine(SystemClock):
    """The machine's clock, at noon of a day."""

    def __init__(self, day: str) -> None:
        super().__init__()
        self._noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC).timestamp()

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._noon
