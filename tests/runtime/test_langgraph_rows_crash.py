"""What breaks plain LangGraph in production: crashes (5), two workers (7), cancellation (9)."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from leitstand.desk import Desk
from leitstand.errors import LeitstandError, Unreachable
from leitstand.tool import Tool
from tests.guard.scene import (
    Crash,
    Find,
    Paid,
    Pay,
    Scene,
    book,
    get,
    pay,
    wire,
    work_of,
)
from tests.runtime.crashes import SMALL, plant, release, to_the_end, until_crash, writing
from tests.runtime.payables import Works

LARGE = Pay(no="R1", cents=20_000)
KINDS = pytest.mark.parametrize("tool", [pay, book, wire], ids=lambda t: t.name)
SETTLED = 30.0
"""Seconds after which everything that was sent has arrived."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A bank, its rules and its people."""
    found = Scene(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """A role in several versions."""
    found = Works(tmp_path)
    yield found
    found.store.close()


async def paying(desk: Desk) -> Paid:
    """A payment that a person must sign."""
    return await desk.call(pay, LARGE)


# ---- 5: the crash window ----


@KINDS
@pytest.mark.parametrize("point", ["intent", "before", "after", "outcome", "close"])
@pytest.mark.kernel(4)
async def test_row_05_a_worker_dies_between_call_and_record(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tool: Tool[Any, Any], point: str
) -> None:
    """Right after the intent, at the door, after the effect, before and after the outcome's commit.

    At most one effect; a system that can say what happened is asked, one that cannot goes to a
    person. The case ends, or is held with a reason.
    """
    scene.roles["clerk"] = work_of(writing(tool))
    ulid = await scene.start()
    plant(scene, monkeypatch, point)
    with pytest.raises(Crash):
        await scene.go_on()
    monkeypatch.undo()
    scene.reopen()
    scene.clock.now += 100
    with suppress(LeitstandError):
        await scene.go_on(later=SETTLED)
    await scene.go_on(later=SETTLED)
    status, reason = await scene.status(ulid)
    assert max(scene.bank.effects.values(), default=0) <= 1
    if tool is wire and point != "close":
        assert (status, reason) == ("held", "unknown_effect")
        await release(scene, ulid)
    assert (await scene.status(ulid))[0] == "done"
    assert len(await scene.events(ulid, "intent")) == 1
    assert (await scene.tape(ulid)).unsettled() == []


@pytest.mark.parametrize("tool", [pay, book], ids=lambda t: t.name)
async def test_row_05_dies_at_every_commit(tmp_path: Path, tool: Tool[Any, Any]) -> None:
    """Before and after each append of a signed payment: nothing is lost, nothing happens twice."""
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        scene = Scene(folder)
        scene.roles["clerk"] = work_of(writing(tool, LARGE))
        ulid = await scene.start()
        crashed = await until_crash(scene, ulid, number)
        await to_the_end(scene, ulid)
        assert (await scene.status(ulid))[0] == "done"
        assert list(scene.bank.effects.values()) == [1]
        scene.store.close()
        if not crashed:
            assert number > 4
            return
    pytest.fail("it never ran to its end")


@pytest.mark.kernel(5)
async def test_row_05_a_look_up_that_lags_is_asked_again(scene: Scene) -> None:
    """Not found counts only when the call's timeout and the system's delay have passed."""
    scene.settle = 5.0

    async def die() -> None:
        raise Crash

    scene.bank.after.append(die)
    scene.roles["clerk"] = work_of(writing(book))
    ulid = await scene.start()
    with pytest.raises(Crash):
        await scene.go_on()
    scene.reopen()
    scene.bank.shows = False
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "waiting"
    assert scene.bank.calls[-1][0] == "found"
    scene.bank.shows = True
    await scene.go_on(later=SETTLED)
    assert (await scene.status(ulid))[0] == "done"
    assert list(scene.bank.effects.values()) == [1]


# ---- 7: two workers ----


@pytest.mark.kernel(15)
async def test_row_07_two_workers_on_one_case(scene: Scene) -> None:
    """The second takes over in the middle of the first's call: the first writes nothing more."""
    first_in, go = asyncio.Event(), asyncio.Event()

    async def stop() -> None:
        first_in.set()
        await go.wait()

    scene.bank.before.append(stop)
    scene.roles["clerk"] = work_of(writing(pay))
    ulid = await scene.start()
    slow = asyncio.ensure_future(scene.runtime().run_until_idle())
    await first_in.wait()
    scene.clock.now += 100  # The lease is over.
    await scene.runtime().run_until_idle()
    before = await scene.events(ulid)
    go.set()
    await slow
    assert await scene.events(ulid) == before
    assert list(scene.bank.effects.values()) == [1]
    assert (await scene.status(ulid))[0] == "done"


async def test_row_07_many_workers_share_the_work(scene: Scene) -> None:
    """Four workers, twelve cases: each is run by one of them, each effect happens once."""

    async def step(desk: Desk) -> object:
        found = await desk.call(get, Find(no="A"))
        when = await desk.now()
        no = f"R{when.timestamp():.6f}-{found.value}"
        return (await desk.call(pay, SMALL.model_copy(update={"no": no}))).no

    scene.roles["clerk"] = work_of(step)
    ulids = [await scene.start() for _ in range(12)]
    await asyncio.gather(*(scene.runtime().run_until_idle() for _ in range(4)))
    assert {(await scene.status(u))[0] for u in ulids} == {"done"}
    assert len(scene.bank.effects) == 12
    assert set(scene.bank.effects.values()) == {1}


# ---- 9: cancellation ----


@pytest.mark.kernel(9)
async def test_row_09_a_cancelled_call_comes_home_and_is_recorded(scene: Scene) -> None:
    """A step that cancels its own call is a defect; what was sent is on record all the same."""
    inside, go = asyncio.Event(), asyncio.Event()

    async def step(desk: Desk) -> object:
        task = asyncio.current_task()
        assert task is not None

        async def slow() -> None:
            inside.set()
            task.cancel()
            await go.wait()

        scene.bank.before.append(slow)
        try:
            await desk.call(pay, SMALL)
        except asyncio.CancelledError:
            go.set()
        return "went on"

    ulid = await scene.begin(step)
    assert inside.is_set()
    assert [e.kind for e in await scene.events(ulid, "intent", "outcome")] == ["intent", "outcome"]
    assert await scene.status(ulid) == ("held", "defect")
    assert list(scene.bank.effects.values()) == [1]


@pytest.mark.kernel(7)
async def test_row_09_a_foreign_timeout_is_refused(scene: Scene) -> None:
    """`wait_for` makes a task of its own: the desk does not answer it, nothing is sent."""

    async def step(desk: Desk) -> object:
        return await asyncio.wait_for(desk.call(pay, SMALL), 1.0)

    ulid = await scene.begin(step)
    assert await scene.status(ulid) == ("held", "defect")
    assert scene.bank.calls == []


@pytest.mark.kernel(9)
async def test_row_09_a_sibling_is_not_cancelled(scene: Scene) -> None:
    """One branch fails at once, its sibling's write is under way: it comes home and is recorded."""

    async def slow() -> None:
        await asyncio.sleep(0.02)

    async def step(desk: Desk) -> object:
        scene.bank.before.append(slow)
        await desk.gather(desk.call(pay, SMALL), desk.call(pay, Pay(no="R2", cents=60_000)))
        return None

    ulid = await scene.begin(step)
    assert [e.kind for e in await scene.events(ulid, "outcome")] == ["outcome"]
    assert (await scene.status(ulid))[0] == "exception"


async def test_row_09_a_timeout_is_an_argument_of_the_call(scene: Scene) -> None:
    """A read that takes too long is `Unreachable`, on record; a write is asked for later."""

    async def late() -> None:
        await asyncio.sleep(0.05)

    async def step(desk: Desk) -> object:
        with suppress(Unreachable):
            await desk.call(book, SMALL, timeout=0.01)
        return None

    scene.bank.before.append(late)
    ulid = await scene.begin(step)
    assert (await scene.status(ulid))[0] == "waiting"
    await scene.go_on(later=SETTLED)
    assert (await scene.status(ulid))[0] == "done"
    assert len(await scene.events(ulid, "outcome")) == 1
