"""The task list."""

import datetime as dt

import pytest
from pydantic import ValidationError

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction
from tools.database import Database, Tenancy
from tools.task import CreateTask
from tools.task.embedded import EmbeddedTasks

ARGS = CreateTask(
    kind="call_back",
    roles=("treasury",),
    rules=("G-A08",),
    title="RE-2026-4091",
    due=dt.date(2026, 11, 21),
)


async def test_a_task_is_created_once_per_key(database: Database, clock: FixedClock) -> None:
    """Keys make tasks, tenants number their own."""
    tasks = EmbeddedTasks(Tenancy(database, "nord", clock))
    await tasks.prepare()
    first = await tasks.create(ARGS, "k1")
    assert (first.task_no, first.state, first.roles) == ("T-000001", "open", ("treasury",))
    assert await tasks.create(ARGS, "k1") == first
    assert (await tasks.create(ARGS, "k2")).task_no == "T-000002"
    assert await tasks.task_of("k1") == first
    with pytest.raises(Contradiction):
        await tasks.create(ARGS.model_copy(update={"due": None}), "k1")
    south = EmbeddedTasks(Tenancy(database, "south", clock))
    assert await south.task_of("k1") is None
    assert (await south.create(ARGS, "k1")).task_no == "T-000001"


@pytest.mark.parametrize(
    "changed",
    [{"roles": ()}, {"kind": "pay"}, {"title": ""}, {"title": "a\u202eb"}, {"roles": ("a b",)}],
)
def test_a_task_names_people_and_reasons(changed: dict[str, object]) -> None:
    """A task for nobody, of an unknown kind or with hidden characters does not exist."""
    with pytest.raises(ValidationError):
        CreateTask.model_validate(ARGS.model_dump() | changed)
