"""The stage: performs the steps of a walk at their desks and seals each superstep.

In a sealed superstep every call must be answered from the tape, every recorded answer must be asked
for, and every update must be what it was (KERNEL no. 2).
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from leitstand.desk import STATION, Desk, Room, ended, gravest
from leitstand.digest import canonical
from leitstand.errors import CallFailed, Diverged
from leitstand.guard import Pause
from leitstand.role import Compiled
from leitstand.store import Seal
from leitstand.walk import Task, Updates, Walked


class Defect(Exception):
    """A step did what no step may do: a diagnosis of user-land, kept with the held case."""


class Stage:
    """Host of one walk over `compiled`, on the journal of `room`."""

    def __init__(self, compiled: Compiled, room: Room) -> None:
        self._compiled, self._room, self._journal = compiled, room, room.journal
        self._task = asyncio.current_task()
        self._names: list[str] = []
        """Of the tasks under way."""

    def perform(self, superstep: int, tasks: Sequence[Task]) -> Awaitable[Sequence[object]]:
        """Run the tasks, one in this very task, several side by side; it ends when all are home."""
        sealed, name = superstep < self._journal.unsealed, self._journal.tape.name
        if len(tasks) == 1:
            only = tasks[0]
            self._names = [name(only.step, only.visit)]
            return self._run(only, self._names[0], self._task, sealed=sealed)
        self._names = [name(task.step, task.visit) for task in tasks]
        return self._together(tasks, sealed=sealed)

    def seal(self, superstep: int, updates: Updates) -> None:
        """Record the superstep, or hold it against the recorded one. Raises Diverged."""
        journal = self._journal
        tape, names = journal.tape, self._names
        found = [names, [journal.digest(canonical(update)) for update in updates]]
        recorded = tape.seals.get(superstep)
        if recorded is None:
            journal.seal(superstep, found)
        elif recorded != found:
            raise _other(superstep, recorded, found)
        for name in names:
            if name in tape.unread:
                self._all_read(name)

    def ended(self, walked: Walked) -> None:
        """Hold the end of a walk against the tape. Raises Diverged: something was left out."""
        if walked.supersteps < self._journal.unsealed:
            msg = f"the walk ended after {walked.supersteps} supersteps, recorded are more"
            raise Diverged(msg)
        for name in list(self._journal.tape.unread):
            self._all_read(name)

    async def _together(self, tasks: Sequence[Task], *, sealed: bool) -> Sequence[object]:
        named = zip(tasks, self._names, strict=True)
        running = [asyncio.ensure_future(self._alone(*each, sealed=sealed)) for each in named]
        await asyncio.wait(running)
        if worst := gravest([ended(t) for t in running]):
            raise worst
        return [answer for t in running for answer in t.result()]

    async def _alone(self, task: Task, name: str, *, sealed: bool) -> Sequence[object]:
        return await self._run(task, name, asyncio.current_task(), sealed=sealed)

    async def _run(
        self, task: Task, name: str, runs_in: "asyncio.Task[Any] | None", *, sealed: bool
    ) -> Sequence[object]:
        """The answer of one task, as those of a superstep that has no other."""
        desk = Desk(self._room, name, runs_in, sealed=sealed)
        STATION.set(desk)
        try:
            answer = await self._compiled.steps[task.step].run(task.arg)
        except CallFailed:
            # The case leaves: on a replay with all that the recorded run did before.
            _check(desk, task.step)
            self._all_read(name)
            raise
        except Exception:
            _check(desk, task.step)
            raise
        finally:
            desk.leave()
        if desk.dead is not None:
            _check(desk, task.step)
        return (answer,)

    def _all_read(self, name: str) -> None:
        left = self._journal.tape.unread.get(name)
        if left:
            msg = f"the recorded run made {len(left)} more calls, first at {min(left)}"
            raise Diverged(msg, where=name)


def _check(desk: Desk, step: str) -> None:
    """A step that went on after its desk had ended: what ended it counts, not what came of it."""
    dead = desk.dead
    if dead is None:
        return
    if isinstance(dead, Pause):
        raise Defect(f"step `{step}` went on after a checkpoint had closed its desk")
    if isinstance(dead, asyncio.CancelledError):
        text = f"step `{step}` cancelled a desk call; a time limit is an argument of the call"
        raise Defect(text)
    raise dead


def _other(superstep: int, recorded: Seal, now: Seal) -> Diverged:
    (tasks, updates), (names, found) = recorded, now
    if tasks != names:
        text = f"recorded steps {tasks}, now {names}"
        return Diverged(text, where=f"superstep {superstep}")
    pairs = zip(names, updates, found, strict=True)
    others = [name for name, before, after in pairs if before != after]
    return Diverged("another update than recorded", where=f"superstep {superstep}, {others}")
