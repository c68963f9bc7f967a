"""What the tests of evals share: a small project with recorded cases, and its suite."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from leitstand.evals.case import Expected
from leitstand.evals.shelf import places, put, take
from leitstand.evals.worlds import import_world
from leitstand.project import load_project

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
    asyncio.run(import_world(load_project(SHOP), "buying", SHOP / "world", truth, shelf))
    for place in places(shelf):
        case, recording = take(place)
        expected = Expected(effects=case.expected.effects, exit=case.expected.exit)
        put(Path(place.path), case.model_copy(update={"expected": expected}), recording.lines)
    (suite / "suite.yaml").write_text("role: buying\ngate:\n  level: 0.4\n")
    return root


@pytest.fixture
def project(shop: Path, tmp_path: Path) -> Path:
    """A copy of that project which a test may change."""
    return Path(shutil.copytree(shop, tmp_path / "shop"))
