"""The embedded task list, in SQLite."""

from dataclasses import dataclass

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    insert,
)

from tools.database import Tenancy, next_no
from tools.once import Keys, Write
from tools.task.task import CreateTask, Task

_metadata = MetaData()
_keys = Keys(_metadata, "task")
_task = Table(
    "task_task",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("title", String, nullable=False),
    Column("due", Date),
    Column("state", String, nullable=False, server_default="open"),
    Column("entered", String, nullable=False),
    CheckConstraint("state IN ('open', 'done')"),
)


@dataclass(frozen=True, slots=True)
class EmbeddedTasks:
    """`tools.task.Tasks` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def create(self, args: CreateTask, key: str) -> Task:
        """A new task."""
        write = Write(self.site.tenant, "task.create", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Task, lambda: self._enter(c, args))
        )

    async def task_of(self, key: str) -> Task | None:
        """The task that was created under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Task))

    def _enter(self, connection: Connection, args: CreateTask) -> Task:
        number = next_no(connection, self.site.tenant, _task.c.id)
        own = {"tenant": self.site.tenant, "id": number, "entered": self.site.entered}
        connection.execute(insert(_task), own | args.model_dump())
        return Task(task_no=f"T-{number:06d}", **args.model_dump())
