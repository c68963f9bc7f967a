"""A house in which HR asks for changes of pay: its world, who signs, and what is in the runs."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text

from agents.hr_rows import given
from tests.agents.house import TENANT, House, Result
from tests.agents.paper import WORLD
from tools.database import Database
from tools.einvoice import Reader

__all__ = ["RISE", "child_of", "hired", "open_house", "proposed", "runs", "world_of"]

RISE = "Bitte Lena Fuchs ab 1.1.2027 auf 4.350 EUR brutto hochstufen (bisher 4.100)."
SIGNERS = {"gregor": "hr_lead", "dora": "managing_director", "hanna": "payroll"}


def world_of(
    folder: Path,
    *,
    changes: tuple[Mapping[str, Any], ...] = (),
    employees: tuple[Mapping[str, Any], ...] = (),
    settings: Mapping[str, Any] | None = None,
) -> Path:
    """The reference world without its invoices; with changes that stand in the HR system."""
    leave_out = shutil.ignore_patterns("invoices", "sales", "compliance")
    shutil.copytree(WORLD, folder, ignore=leave_out)
    with (folder / "hr" / "employees.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in employees)
    lines = "".join(json.dumps(row) + "\n" for row in changes)
    (folder / "hr" / "changes.jsonl").write_text(lines, "utf-8")
    own = json.loads((folder / "hr" / "hr.json").read_text("utf-8"))
    (folder / "hr" / "hr.json").write_text(json.dumps({**own, **(settings or {})}), "utf-8")
    return folder


async def open_house(world: Path, state: Path) -> House:
    """The house over such a world; nobody reads a document here."""
    return await House.open(world, state, Reader())


def hired(house: House, *names: str) -> None:
    """People with keys, each with the role that is theirs."""
    for name in names:
        house.hire(name, SIGNERS[name])


async def proposed(house: House, asked: str = RISE) -> str:
    """A request that HR lead and management have approved; the name of its case."""
    row = {"text": asked, "from": "leitung@firma.example"}
    ulid = await house.runtime.start(
        "hr", given(row), tenant=TENANT, requester="intake", title="request"
    )
    await house.runtime.run_until_idle()
    hired(house, "gregor", "dora")
    for name in ("gregor", "dora"):
        await house.sign(ulid, name)
    return ulid


async def child_of(house: House, ulid: str) -> tuple[str, Result]:
    """The one case that another one gave, and what became of it."""
    (child,) = [u for u in await house.ulids() if u != ulid]
    return child, await house.result(child)


async def runs(house: House) -> list[tuple[Any, ...]]:
    """What stands in the payroll runs: change, employee, month, new pay, difference, once."""
    query = "SELECT change_no, employee_id, run, new_cents, delta_cents, once FROM payroll_entry"
    database = Database.at(house.state / "hr.sqlite")
    try:
        return [tuple(row) for row in await database.read(lambda c: c.execute(text(query)).all())]
    finally:
        database.close()
