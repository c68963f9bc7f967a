"""What the tests of evals share: a small project with recorded cases, and its suite."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from evals.accounting.truth import Truth
from leitstand.digest import plain
from leitstand.evals.case import Expected, RecordedCase
from leitstand.evals.replay import Bench, Replayed, replay
from leitstand.evals.runner import Job, bench_of
from leitstand.evals.shelf import Place, places, put, take
from leitstand.evals.supervisor import supervisor_of
from leitstand.evals.tape import Line, Recording, tape_bytes
from leitstand.evals.worlds import import_world
from leitstand.project import load_project


@dataclass(frozen=True)
class Kept:
    """A recorded case and its tape, and what a replay of it comes to."""

    case: RecordedCase
    recording: Recording

    def but(self, **case: Any) -> "Kept":  # noqa: ANN401 - fields of a case
        """The same with other fields."""
        return replace(self, case=self.case.model_copy(update=case))

    def on(self, lines: Sequence[Line]) -> "Kept":
        """The same with another tape, as if that had been recorded."""
        case = self.case.model_copy(update={"tape": plain(tape_bytes(lines))})
        return Kept(case, Recording(lines))

    def again(self, bench: Bench, supervisor: str = "recorded", *, judged: bool = True) -> Replayed:
        """Its replay."""
        who = supervisor_of(supervisor, self.case)
        return asyncio.run(replay(bench, self.case, self.recording, who, judged=judged))


SHOP = Path(__file__).parents[1] / "cli" / "shop"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own with a suite of three recorded cases that all pass."""
    root = tmp_path_factory.mktemp("project") / "shop"
    shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns("__pycache__"))
    suite = root / "evals" / "buying"
    suite.mkdir(parents=True)
    truth = root / "truth.jsonl"
    rows = [{"case": f"r{n}", "file": f"invoices/r{n}.json"} for n in (1, 2, 3)]
    lines = (json.dumps({**row, "truth": {"decision": "approve"}}) for row in rows)
    truth.write_text("\n".join(lines))
    shelf = suite / "cases"
    project = load_project(SHOP)
    told = Truth(project, truth)
    asyncio.run(import_world(project, "buying", SHOP / "world", truth, shelf, told))
    for place in places(shelf):
        case, recording = take(place)
        expected = Expected(effects=case.expected.effects, exit=case.expected.exit)
        put(Path(place.path), case.model_copy(update={"expected": expected}), recording.lines)
    (suite / "suite.yaml").write_text("role: buying\ngate:\n  level: 0.4\n")
    return root


@pytest.fixture(scope="session")
def counter() -> Bench:
    """The shop's roles, rules and data as they stand; only the tape answers."""
    return bench_of(Job(SHOP), load_project(SHOP))


@pytest.fixture
def one(shop: Path) -> Kept:
    """A recorded case that was posted once its amount was signed for."""
    case, recording = take(Place(str(shop / "evals" / "buying" / "cases" / "r1")))
    return Kept(case, recording)


@pytest.fixture
def project(shop: Path, tmp_path: Path) -> Path:
    """A copy of that project which a test may change."""
    return Path(shutil.copytree(shop, tmp_path / "shop"))
