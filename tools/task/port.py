"""The port of the task list."""

from typing import Protocol

from leitstand.tool import Port
from tools.task.task import CreateTask, Task


class Tasks(Port, Protocol):
    """A task list. Raises only `CallFailed`."""

    async def create(self, args: CreateTask, key: str) -> Task:
        """A new task."""
        ...

    async def task_of(self, key: str) -> Task | None:
        """The task that was created under `key`, for reconciling."""
        ...
