"""What the tests of roles share: one reader, and the reference world run through the runtime."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leitstand.project import load_project
from tests.agents.batches import Command
from tests.agents.house import House, Result
from tests.agents.paper import WORLD
from tools.einvoice import Reader


@pytest.fixture(scope="session")
def truth() -> dict[str, Mapping[str, Any]]:
    """The reference world's truth by case. Tests read it; agents never do."""
    text = (WORLD.parent / "truth.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines() if line]
    return {row["case"]: row for row in rows}


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """All invoices of the reference world, as one intake, in the order of their names."""

    async def run() -> dict[str, Result]:
        async with Reader() as reader:
            house = await House.open(WORLD, tmp_path_factory.mktemp("reference"), reader)
            files = sorted((WORLD / "invoices").glob("*.xml"))
            found = await house.run({f.stem: f.read_bytes() for f in files})
            house.close()
        return found

    return asyncio.run(run())


@pytest.fixture(scope="session")
def command(root: Path) -> Command:
    """`leitstand batch` over a file of cases."""
    return Command(load_project(root))
