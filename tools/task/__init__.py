"""Tasks for people."""

from leitstand.tool import tool
from tools.task.port import Tasks
from tools.task.task import CreateTask, Task, TaskKind

__all__ = ["CreateTask", "Task", "TaskKind", "Tasks", "create_task"]


async def _task(key: str, tasks: Tasks) -> Task | None:
    return await tasks.task_of(key)


# No business key: two cases may ask the same people the same thing.
@tool("task.create", writes="task", idempotent=True, reconcile=_task)
async def create_task(args: CreateTask, tasks: Tasks, key: str) -> Task:
    """Create a task for the people of some roles."""
    return await tasks.create(args, key)
