"""Companies that nobody has seen: what is planted fires, nothing else, the gravest decides."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.agents.cii import cii
from tests.agents.companies import Company
from tests.agents.kinds import BASES
from tests.agents.plants import PLANTS
from tests.agents.troubles import Trouble
from tests.agents.ubl import ubl
from tests.policies.office import Judged, Office
from tools.einvoice import Reader

_ROUNDS = 4
"""How often each kind of invoice is made in a company, each time with other things planted."""


def planted(company: Company, chance: Random) -> dict[str, Trouble]:
    """Every kind of invoice: once as it is, then with one or two things planted."""
    made: dict[str, Trouble] = {}
    for kind, make in BASES.items():
        made[kind] = make(company)
        for _ in range(_ROUNDS):
            trouble, names = make(company), list[str]()
            for name in chance.sample(list(PLANTS), 6):
                spoils = PLANTS[name][1]
                if len(names) < 2 and fits(trouble, spoils):
                    trouble.spoilt |= spoils
                    names.append(name)
            for name in sorted(names, key=list(PLANTS).index):
                PLANTS[name][0](trouble)
            made[" + ".join([kind, *names])] = trouble
    for name, trouble in [*made.items()]:
        made |= {f"{name}, other {i}": other for i, other in enumerate(trouble.others)}
    return made


def fits(trouble: Trouble, spoils: frozenset[str]) -> bool:
    """Whether something can be planted: not twice the same, no order where there is none."""
    bill = trouble.bill
    about_the_order = spoils & {"order", "lines"} and "number" not in spoils
    if about_the_order and (bill.order is None or bill.credit):
        return False
    return not trouble.spoilt & spoils


async def judged(company: Company, troubles: dict[str, Trouble], folder: Path) -> list[Judged]:
    """All bills of a company as one intake, UBL and CII by turns."""
    office = await Office.open(company.write(folder / "world"), folder / "state")
    async with Reader() as reader:
        reads = [
            await reader.read((ubl if number % 2 else cii)(trouble.bill))
            for number, trouble in enumerate(troubles.values())
        ]
    found = [await office.judge(read, reads) for read in reads]
    office.close()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 4))])
def test_what_is_planted_fires_and_nothing_else(seed: int, tmp_path: Path) -> None:
    """Decision, rules and people of every invoice follow from what was done to it (R2)."""
    company = Company(seed)
    troubles = planted(company, Random(seed))  # noqa: S311 - any choice will do
    found = asyncio.run(judged(company, troubles, tmp_path))
    wrong: list[object] = []
    for (name, trouble), result in zip(troubles.items(), found, strict=True):
        wanted = (trouble.decision, trouble.rules, trouble.approval)
        verdict, drafted = result.verdict, result.decision == "auto_draft"
        people = (list[str](), 0) if drafted else (sorted(verdict.roles), verdict.approvers)
        got = (result.decision, set(verdict.rules), people)
        if got != wanted:
            wrong.append((name, trouble.bill.number, "wanted", wanted, "got", got, verdict.error))
    assert not wrong
