"""What the tests of rules share: the reference world and the scenes, judged once a session."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agents.paper import WORLD, Paper
from tests.agents.worlds import World
from tests.policies.office import Judged, Office
from tests.policies.scenes import SCENES, Stage
from tools.einvoice import Reader, ReadInvoice


@dataclass(frozen=True)
class Desk:
    """The reference world's invoices, read, and the verdicts on them."""

    reads: dict[str, ReadInvoice]
    judged: dict[str, Judged]


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """All invoices of the reference world as one intake."""

    async def judge() -> Desk:
        office = await Office.open(WORLD, tmp_path_factory.mktemp("reference"))
        async with Reader() as reader:
            files = sorted((WORLD / "invoices").glob("*.xml"))
            reads = {f.stem: await reader.read(f.read_bytes()) for f in files}
        everything = list(reads.values())
        judged = {name: await office.judge(read, everything) for name, read in reads.items()}
        office.close()
        return Desk(reads, judged)

    return asyncio.run(judge())


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    """All scenes in one common world, each with its own siblings."""
    world, papers = World(), dict[str, list[Paper]]()
    for number, (name, scene) in enumerate(SCENES.items()):
        made = scene.play(Stage(world, number))
        papers[name] = made if isinstance(made, list) else [made]
    folder = world.write(tmp_path_factory.mktemp("scenes") / "world")
    return asyncio.run(_judge_all(folder, tmp_path_factory.mktemp("state"), papers))


async def _judge_all(world: Path, state: Path, papers: dict[str, list[Paper]]) -> dict[str, Judged]:
    office, judged = await Office.open(world, state), dict[str, Judged]()
    usual = office.limits
    async with Reader() as reader:
        for name, bills in papers.items():
            first, *others = [await reader.read(bill.data) for bill in bills]
            office.limits = {**usual, **SCENES[name].limits}
            judged[name] = await office.judge(first, others)
    office.close()
    return judged
