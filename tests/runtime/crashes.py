"""Processes that die at a chosen point, and what brings their cases to an end afterwards."""

import asyncio
from typing import Any

import pytest

from leitstand.desk import Desk
from leitstand.store import Journal
from leitstand.tool import Tool
from tests.guard.scene import Crash, Paid, Pay, Scene, Step

__all__ = ["SMALL", "plant", "release", "to_the_end", "until_crash", "writing"]

SMALL = Pay(no="R1", cents=100)


def writing(tool: Tool[Any, Any], args: Pay = SMALL) -> Step:
    """A step that makes one write."""

    async def step(desk: Desk) -> object:
        return (await desk.call(tool, args)).no

    return step


def plant(scene: Scene, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """Let the process die at one point."""

    async def die() -> None:
        raise Crash

    intend, commit = Journal.intend, Journal.commit

    async def intended(self: Journal, *args: Any, **more: Any) -> None:  # noqa: ANN401 as it is
        await intend(self, *args, **more)
        raise Crash

    async def committed(self: Journal, **more: Any) -> None:  # noqa: ANN401 as it is
        await commit(self, **more)
        if scene.bank.effects:
            raise Crash

    doors = {"before": scene.bank.before, "after": scene.bank.after}
    if point in doors:
        doors[point].append(die)
    elif point == "intent":
        monkeypatch.setattr(Journal, "intend", intended)
    elif point == "outcome":
        monkeypatch.setattr(Journal, "commit_soon", _recorded)
    else:
        monkeypatch.setattr(Journal, "commit", committed)


def _recorded(_: Journal) -> None:
    raise Crash


async def until_crash(scene: Scene, ulid: str, number: int) -> bool:
    """Run the case; its process dies at append `number // 2`, before or after it is committed."""
    append, count = scene.store.append, -1

    def counted(what: Any) -> Any:  # noqa: ANN401 as it is
        nonlocal count
        count += 1
        if count > number // 2 or (count == number // 2 and not number % 2):
            raise Crash
        future = append(what)
        return asyncio.ensure_future(_dying(future)) if count == number // 2 else future

    vars(scene.store)["append"] = counted
    try:
        await scene.go_on()
        await scene.decide(ulid)
        await scene.go_on()
    except Crash:
        scene.reopen()
        return True
    return False


async def _dying(future: "asyncio.Future[int]") -> int:
    await future
    raise Crash


async def to_the_end(scene: Scene, ulid: str) -> None:
    """Wake the case, sign what waits, and say what became of what nobody can tell."""
    for _ in range(4):
        await scene.go_on(later=100)
        if (await scene.tape(ulid)).open_checkpoints():
            await scene.decide(ulid)
        elif (await scene.status(ulid))[0] == "held":
            await release(scene, ulid)


async def release(scene: Scene, ulid: str) -> None:
    """A person says what became of writes of unknown outcome; missing ones are done by hand."""
    tape = await scene.tape(ulid)
    found: dict[str, Paid | str] = {}
    for address in tape.unsettled():
        key = tape.intents[address]["key"]
        if not scene.bank.effects[key]:
            scene.bank.effects[key] += 1  # The person wires it by hand.
        found[key] = Paid(no=scene.bank.rows.get(key, "by hand"))
    await scene.runtime().release(ulid, "eva", "looked", found)
    await scene.go_on(later=1)
