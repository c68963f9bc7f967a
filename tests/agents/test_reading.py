"""A document that a screening stopped is given to the compliance officers by the DMS's workflow."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from leitstand.desk import Desk
from leitstand.errors import Refused, Unreachable
from leitstand.role import Compiled, Exit, Role, done, exception
from leitstand.values import Frozen, Identifier
from tests.agents.house import TENANT, House, Result
from tests.agents.paper import WORLD
from tests.agents.worlds import World
from tools.database import Database
from tools.dms import StartWorkflow, StoreOriginal, Workflow, start_workflow
from tools.dms.embedded import EmbeddedDms
from tools.einvoice import Reader

INVOICE = (WORLD / "invoices" / "AP-D12.xml").read_bytes()
DMS = {"workflows": {"Lesen": ["compliance_officer", "clerk"], "Zahlen": ["clerk"]}}
LATER = timedelta(seconds=400)


class Crash(BaseException):
    """The process is gone."""


class Wanted(Frozen):
    """A workflow to be started, as somebody asks for it."""

    sha256: str
    workflow: str
    role: Identifier


def world_of(folder: Path, dms: Mapping[str, Any] | None) -> Path:
    """The reference company's books, with the workflows of its DMS."""
    World().write(folder)
    if dms is not None:
        (folder / "dms.json").write_text(json.dumps(dms), "utf-8")
    return folder


def at_home(
    folder: Path,
    play: Callable[[House], Awaitable[None]],
    dms: Mapping[str, Any] | None = DMS,
    roles: Mapping[str, Compiled] | None = None,
) -> None:
    """Play in a house over such a world; over the same one again where there is one already."""
    world = folder / "world"

    async def run() -> None:
        async with Reader() as reader:
            fresh = world if world.exists() else world_of(world, dms)
            house = await House.open(fresh, folder / "state", reader, roles=roles)
            try:
                await play(house)
            finally:
                house.close()

    asyncio.run(run())


def archive(house: House) -> EmbeddedDms:
    """The embedded DMS of a house."""
    return next(c.adapter for c in house.connections if isinstance(c.adapter, EmbeddedDms))


async def stopped(house: House) -> str:
    """A case of compliance about an invoice that lies in the archive; its name."""
    sha256 = house.keep(INVOICE)
    original = StoreOriginal(sha256=sha256, media_type="application/xml", size=len(INVOICE))
    await archive(house).store_original(original, "stored")
    return await house.runtime.start(
        "compliance", {"document_sha256": sha256}, tenant=TENANT, requester="intake", title="stop"
    )


async def judged(house: House) -> Result:
    """What becomes of such a case."""
    ulid = await stopped(house)
    await house.runtime.run_until_idle()
    return await house.result(ulid)


async def started(house: House) -> list[tuple[str, str, str]]:
    """The workflows in the DMS: which, for whom, what for."""
    database = Database.at(house.state / "archive.sqlite")
    query = text("SELECT workflow, role, note FROM dms_workflow")
    try:
        return [(a, b, c) for a, b, c in await database.read(lambda c: c.execute(query).all())]
    finally:
        database.close()


def test_the_officers_are_given_the_document(tmp_path: Path) -> None:
    """Beside the task, without anybody being asked; the case stays with them (R9)."""

    async def play(house: House) -> None:
        found = await judged(house)
        assert found.tools == ["dms.start_workflow", "task.create"]
        assert (found.exit["kind"], found.exit["roles"]) == ("exception", ["compliance_officer"])
        assert "undone" not in found.exit["result"]
        note = "Treffer der Sanktionsprüfung: Beleg lesen"
        assert await started(house) == [("Lesen", "compliance_officer", note)]

    at_home(tmp_path, play)


@pytest.mark.parametrize(
    "dms", [None, {"workflows": {"Zahlen": ["clerk"]}}, {"workflows": {"Lesen": ["clerk"]}}]
)
def test_a_dms_without_such_a_workflow_is_not_asked_for_it(
    dms: Mapping[str, Any] | None, tmp_path: Path
) -> None:
    """None of that name, or none that goes to the officers: the task stands by itself."""

    async def play(house: House) -> None:
        assert (await judged(house)).tools == ["task.create"]
        assert await started(house) == []

    at_home(tmp_path, play, dms)


@pytest.mark.parametrize("gone", [Crash, Unreachable], ids=["process", "answer"])
def test_what_was_started_unheard_is_found_by_its_key(
    gone: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The effect is there, its outcome is not: it is looked up, and not started again."""
    start, find = EmbeddedDms.start_workflow, EmbeddedDms.workflow_of
    asked: list[str] = []

    async def unheard(self: EmbeddedDms, args: StartWorkflow, key: str) -> Workflow:
        asked.append("start")
        await start(self, args, key)
        raise gone("gone")

    async def found_by(self: EmbeddedDms, key: str) -> Workflow | None:
        asked.append("find")
        return await find(self, key)

    monkeypatch.setattr(EmbeddedDms, "start_workflow", unheard)
    monkeypatch.setattr(EmbeddedDms, "workflow_of", found_by)

    async def play(house: House) -> None:
        await stopped(house)
        try:
            await house.runtime.run_until_idle()
        except Crash:
            assert gone is Crash

    async def after(house: House) -> None:
        house.clock.start += LATER
        await house.runtime.run_until_idle()
        (ulid,) = await house.ulids()
        found = await house.result(ulid)
        assert found.tools == ["dms.start_workflow", "task.create"]
        assert "undone" not in found.exit["result"]
        assert len(await started(house)) == 1
        assert asked[0] == "start"
        assert set(asked[1:]) == {"find"}

    at_home(tmp_path, play)
    at_home(tmp_path, after)


def asking() -> Compiled:
    """A role of that name which starts what it is told to, and says why it may not."""
    causes = ("system unreachable", "data missing", "contradictory results")
    queue = dict.fromkeys(causes, ("clerk",))
    made = Role("compliance", Wanted, tools=[start_workflow], queue=queue)

    @made.step()
    async def ask(case: Wanted, desk: Desk) -> Exit:
        args = StartWorkflow(document_sha256=case.sha256, workflow=case.workflow, role=case.role)
        try:
            return done(no=(await desk.call(start_workflow, args)).workflow_no)
        except Refused as refused:
            return exception(refused.cause, refused.text, said=refused.detail["cause"])

    return made.compile()


@pytest.mark.parametrize(
    ("workflow", "role"),
    [("Verschenken", "clerk"), ("Zahlen", "compliance_officer"), ("Lesen", "hr")],
)
def test_what_the_dms_has_not_is_refused_by_rule(workflow: str, role: str, tmp_path: Path) -> None:
    """Whatever a role asks for: names and who they go to are the company's."""

    async def play(house: House) -> None:
        case = Wanted(sha256=house.keep(INVOICE), workflow=workflow, role=role)
        ulid = await house.runtime.start(
            "compliance", case, tenant=TENANT, requester="intake", title="ask"
        )
        await house.runtime.run_until_idle()
        found = await house.result(ulid)
        assert found.exit["reason"] == "`dms.start_workflow` is refused by workflow-known"
        assert found.exit["result"] == {"said": "data missing"}
        assert await started(house) == []

    at_home(tmp_path, play, roles={"compliance": asking()})
