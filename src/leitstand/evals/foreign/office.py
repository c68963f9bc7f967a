"""The office of a foreign set: a role that makes the recorded calls, tools for them, one system.

Every run is a case, every recorded call a desk call through guard and journal; the system behind
it is the world of that run.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leitstand.clock import Clock
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Missing
from leitstand.evals.foreign.world import Asked, World
from leitstand.project import Project
from leitstand.role import Exit, Role, done
from leitstand.table import Table
from leitstand.tool import Connection, Tool
from leitstand.values import Frozen

ROLE = "foreign"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,99}", re.ASCII)
_STRANGE = "foreign.unknown"


class Call(Frozen):
    """A recorded call: its run, its number in it, tool, and arguments as they were written."""

    run: str
    number: int
    tool: str
    arguments: str


class Observed(Frozen):
    """What the environment answered."""

    text: str


class Course(Frozen):
    """A run: its calls in order."""

    calls: tuple[Call, ...]


@dataclass
class Worlds:
    """The system: the worlds of the runs under way, by run id."""

    open: dict[str, tuple[World, Sequence[Asked]]] = field(
        default_factory=dict[str, tuple[World, Sequence[Asked]]]
    )
    changed: dict[str, int] = field(default_factory=dict[str, int])
    answered: dict[str, Observed] = field(default_factory=dict[str, Observed])

    async def execute(self, args: Call, key: str) -> Observed:
        """Do what the call did. Raises Missing: no such run; CallFailed: its world refuses."""
        if key and key in self.answered:
            return self.answered[key]
        if args.run not in self.open:
            raise Missing(f"no run `{args.run}` is under way", where="recording")
        world, asked = self.open[args.run]
        found = await world.execute(asked[args.number])
        self.changed[args.run] = self.changed.get(args.run, 0) + found.changed
        answer = Observed(text=found.text.encode("utf-8", "replace").decode())
        if key:
            self.answered[key] = answer
        return answer

    def close(self, run: str) -> int:
        """Forget a run; how many of its calls have changed something."""
        self.open.pop(run, None)
        return self.changed.pop(run, 0)


def tool_name(name: str) -> str:
    """The name under which a recorded tool is called here; what is no name is an unknown tool."""
    return name if _PLAIN.fullmatch(name) else _STRANGE


def office_of(writes: Mapping[str, bool], worlds: Worlds) -> Project:
    """A project with one role over these tools (name, whether it writes); every call is allowed."""
    tools = {name: _tool(name, writes=does) for name, does in writes.items()}
    role = Role(ROLE, Course, tools=tuple(tools.values()))

    async def replay(case: Course, desk: Desk) -> Exit:
        for call in case.calls:
            try:
                await desk.call(tools[call.tool], call)
            except CallFailed:
                continue  # As the agent went on, whatever the system had answered.
        return done()

    role.step()(replay)

    async def connect(
        state: Path, world: Path | None, tenant: str, clock: Clock
    ) -> Sequence[Connection]:
        del state, world, tenant, clock
        return [Connection("recordings", Worlds, worlds)]

    return Project(
        root=Path(__file__).parent,
        table=Table(roles=(), connect="", limits="", tenant="evals"),
        roles={ROLE: role.compile()},
        graphs={ROLE: role.graph},
        tools=tuple(tools.values()),
        connect=connect,
        limits=lambda _: {},
    )


async def _read(args: Call, worlds: Worlds) -> Observed:
    return await worlds.execute(args, "")


async def _write(args: Call, worlds: Worlds, key: str) -> Observed:
    return await worlds.execute(args, key)


def _tool(name: str, *, writes: bool) -> Tool[Any, Any]:
    return Tool(
        name=name,
        args=Call,
        result=Observed,
        port=Worlds,
        run=_write if writes else _read,
        text=f"`{name}` as it was recorded",
        writes="recording" if writes else "",
        authority="document",
        idempotent=writes,
    )
