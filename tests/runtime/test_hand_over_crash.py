"""A process dies at every commit of a hand-over: one child, one answer, whatever came before it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leitstand.desk import Desk
from leitstand.errors import Unreachable
from leitstand.store import Journal, Limits
from leitstand.store.handling import Handled, resume
from leitstand.store.verify import verify
from tests.guard.scene import Crash, Find, Pay, Scene, get, pay, work_of
from tests.store.hands import statuses


class Doomed:
    """A store whose process dies at its n-th write: before it is committed, or right after."""

    def __init__(self, scene: Scene, number: int) -> None:
        self._left, self._after = divmod(number, 2)
        self.died = False
        for name in ("append", "start"):
            vars(scene.store)[name] = self._counted(getattr(scene.store, name))

    def _counted(self, write: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def counted(what: Any) -> Any:  # noqa: ANN401 as it is
            self._left -= 1
            if self.died or (self._left < 0 and not self._after):
                self.died = True
                raise Crash
            if self._left >= 0:
                return write(what)
            self.died = True
            dying = asyncio.ensure_future(_dying(write(what)))
            dying.add_done_callback(lambda done: done.exception())  # Nobody may be left to hear it.
            return dying

        return counted


async def _dying(write: Any) -> int:  # noqa: ANN401 as it is
    await write
    raise Crash


async def child(desk: Desk) -> object:
    """Read a number, and pay it."""
    found = await desk.call(get, Find(no="A"))
    return (await desk.call(pay, Pay(no="C1", cents=found.value))).no


async def parent(desk: Desk) -> object:
    """Hand over, wait, and pay what was answered."""
    told = await desk.hand_over("checker", {"no": "C1"}, "check")
    if told is None or told.kind != "done":
        raise Unreachable("the check has left the automation")
    await desk.call(pay, Pay(no="P1", cents=5))
    return told.result


async def shut(scene: Scene) -> None:
    """The bank does not answer the first read and its two repeats."""

    async def hook() -> None:
        if sum(call[0] == "get" for call in scene.bank.calls) < 3:
            scene.bank.before.append(hook)
        raise Unreachable("closed")

    scene.bank.before.append(hook)


async def let_go_on(scene: Scene) -> None:
    """Eve lets everything in the exception queue go on, children first."""
    found = [
        (await scene.store.journal(ulid)).case
        for ulid, status in (await statuses(scene.store)).items()
        if status == "exception"
    ]
    # By depth: a child's name follows from a digest, and may stand on either side of its parent's.
    for case in sorted(found, key=lambda case: case.depth, reverse=True):
        journal = Journal(await scene.store.journal(case.ulid), scene.store, Limits())
        by = Handled("eve", "clerk", "open again", scene.clock.time())
        await resume(scene.store, journal, by, journal.case.version)
        await scene.go_on()


@pytest.mark.slow
@pytest.mark.kernel(28)
@pytest.mark.parametrize("away", [False, True], ids=["straight", "through-the-queue"])
async def test_one_child_and_one_answer(tmp_path: Path, *, away: bool) -> None:
    """At each point the process is gone; the next one comes to the same end as if it had not."""
    for number in range(200):
        folder = tmp_path / str(number)
        folder.mkdir()
        scene = Scene(folder)
        scene.roles = {"clerk": work_of(parent), "checker": work_of(child, "checker")}
        ulid = await scene.start()
        if away:
            await shut(scene)
        doomed = Doomed(scene, number)
        try:
            await scene.go_on()
            await let_go_on(scene)
        except Crash:
            scene.reopen()
        for _ in range(4):
            await scene.go_on(later=100)
            await let_go_on(scene)
        found = await statuses(scene.store)
        assert sorted(found.values()) == ["done", "done"], (number, found)
        (born,) = set(found) - {ulid}
        assert (await scene.bodies(ulid, "exit"))[-1]["result"] == {"said": "{'said': \"'V1'\"}"}
        assert len(await scene.bodies(born, "started")) == 1
        paid = {key: args["no"] for _, args, key in scene.bank.writes}
        assert sorted(paid.values()) == ["C1", "P1"], number
        assert scene.bank.effects == dict.fromkeys(paid, 1), number
        assert (await verify(scene.store)).faults == []
        scene.store.close()
        if not doomed.died:
            assert number > 15
            return
    pytest.fail("the case never came to its end undisturbed")
