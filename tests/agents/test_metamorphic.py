"""Nothing is fitted: other names, numbers, accounts, file names and orders change no decision."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.agents.house import House, Result
from tests.agents.paper import WORLD, Paper
from tests.agents.renaming import Renaming, dumps
from tests.agents.test_accounting import CASES, at_home
from tests.agents.worlds import World

Essence = tuple[str, set[str], tuple[list[str], int], list[str]]


def essence(result: Result) -> Essence:
    """What must not change: decision, rules, people, effects by tool."""
    return result.decision, result.guardrails, result.approval, result.tools


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_another_company_with_the_same_troubles(
    seed: int, tmp_path: Path, results: dict[str, Result]
) -> None:
    """All names, ids, numbers, accounts and files are others, and come in another order."""
    renaming = Renaming(seed)
    world = renaming.world(World())
    papers = {case: renaming.paper(Paper(case)).data for case in CASES}
    order = list(papers)
    random.Random(seed).shuffle(order)  # noqa: S311 - any order will do
    files = {f"{seed}-{i}.xml": papers[case] for i, case in enumerate(order)}

    async def play(house: House) -> None:
        found = await house.run(files)
        for name, case in zip(files, order, strict=True):
            assert essence(found[name]) == essence(results[case]), case

    at_home(tmp_path / "state", play, world.write(tmp_path / "world"))


def test_the_order_of_files_changes_nothing(tmp_path: Path, results: dict[str, Result]) -> None:
    """Backwards, everything is the same, proposals to the last argument."""

    async def play(house: House) -> None:
        found = await house.run({c: Paper(c).data for c in reversed(CASES)})
        for case in CASES:
            assert essence(found[case]) == essence(results[case]), case
            assert told(found[case]) == told(results[case])

    at_home(tmp_path, play)


def told(result: Result) -> Mapping[str, Any]:
    """The proposal without the document's hash: the same XML is written otherwise here."""
    return {k: v for k, v in result.proposal.items() if k != "document_sha256"}


def test_a_renamed_world_has_nothing_of_the_old_one() -> None:
    """The renaming leaves no supplier, account, VAT ID, order or number as it was."""
    old, new = World(), dumps(Renaming().world(World()))
    for row in old.lists["suppliers"]:
        values = (row["name"], row["vat"], row["iban"])
        assert not [v for v in values if v and v in new]
    for row in old.lists["purchase_orders"]:
        assert f'"{row["po"]}"' not in new
    assert (WORLD / "policy.json").is_file()
