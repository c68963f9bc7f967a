"""The place a command works in: the project around the working folder, and its state."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from leitstand.cli.output import hint

if TYPE_CHECKING:
    from leitstand.project import Project
    from leitstand.runtime import Leitstand

__all__ = ["load", "opened", "run", "state_of"]

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, under uvloop where there is one."""
    with asyncio.Runner(loop_factory=_loop()) as runner:
        return runner.run(work)


def load() -> "Project":
    """The project around the working folder, or in `LEITSTAND_PROJECT`. Raises ProjectRefused."""
    from leitstand.project import find_root, load_project

    start = Path(os.environ.get("LEITSTAND_PROJECT") or Path.cwd())
    return load_project(find_root(start.resolve()))


def state_of(project: "Project", state: Path | None) -> Path:
    """The state folder: given, the project's, or the demo's while there is no other."""
    if state is not None:
        return state
    demo = project.state / "demo"
    if not (project.state / "journal.db").exists() and (demo / "journal.db").exists():
        hint(f"state: {demo} (of the demo)")
        return demo
    return project.state


@asynccontextmanager
async def opened(
    project: "Project",
    state: Path | None,
    *,
    world: Path | None = None,
    tenant: str = "",
    write: bool = True,
) -> AsyncGenerator["Leitstand"]:
    """The project, open in its state folder. Raises ProjectRefused, PolicyRefused, StoreLocked."""
    from leitstand.runtime import open_leitstand

    place = state_of(project, state)
    leitstand = await open_leitstand(project, state=place, world=world, tenant=tenant, write=write)
    try:
        yield leitstand
    finally:
        await leitstand.close()


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
