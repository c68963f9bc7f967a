"""A host for walks in tests: it performs steps without a journal, in an order of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, cast

from leitstand.desk.station import STATION
from leitstand.role import Compiled
from leitstand.walk import Task, Updates

Seal = tuple[int, list[tuple[str, int]], list[Mapping[str, object]]]


class Host:
    """Starts the tasks of a superstep in a random order and lets them finish in another."""

    def __init__(self, compiled: Compiled, seed: int = 0) -> None:
        self.compiled = compiled
        self.random = Random(seed)  # noqa: S311 reproducible, not secret
        self.performed: list[Task] = []
        self.seals: list[Seal] = []

    async def perform(self, superstep: int, tasks: Sequence[Task]) -> Sequence[object]:
        """All tasks come home before the first error is raised; answers are in task order."""
        self.performed += tasks
        order = self.random.sample(list(tasks), len(tasks))
        found = await asyncio.gather(*(self._run(task) for task in order), return_exceptions=True)
        answers = {t[:2]: answer for t, answer in zip(order, found, strict=True)}
        for answer in answers.values():
            if isinstance(answer, BaseException):
                raise answer
        return [answers[task[:2]] for task in tasks]

    def seal(self, superstep: int, updates: Updates) -> None:
        """Keep what a journal would record."""
        named = [(task.step, task.visit) for task in self.performed[-len(updates) :]]
        self.seals.append((superstep, named, list(updates)))

    async def _run(self, task: Task) -> object:
        STATION.set(cast("Any", self))
        for _ in range(self.random.randint(0, 2)):
            await asyncio.sleep(0)
        return await self.compiled.steps[task.step].run(task.arg)
