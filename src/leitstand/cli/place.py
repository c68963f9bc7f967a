"""The place a command works in: the project around the working folder, and its state."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from leitstand.cli.output import emit, hint

if TYPE_CHECKING:
    from leitstand.inbox import Texts
    from leitstand.project import Project
    from leitstand.runtime import Leitstand

__all__ = ["Place", "load", "opened", "run", "state_of"]

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """What commands are told in the same words: state folder, company, language, and who.

    `state`, `world` and `tenant` are the project's own where they are not given. With `shadow`, the
    systems of `state` are read, and cases and twins lie in a folder of it.
    """

    state: Path | None = None
    world: Path | None = None
    tenant: str = ""
    lang: Literal["de", "en"] = "de"
    person: str = ""
    json: bool = False
    shadow: bool = False

    @cached_property
    def project(self) -> "Project":
        """The project around this folder. Raises ProjectRefused."""
        return load()

    @cached_property
    def texts(self) -> "Texts":
        """What supervisors read. Raises ProjectRefused."""
        from leitstand.inbox import texts_of

        return texts_of(self.lang, self.project.texts)

    @property
    def folder(self) -> Path:
        """The state folder that is worked in."""
        return state_of(self.project, self.state)

    @property
    def shade(self) -> Path:
        """The folder in which what runs in the shadow of the state folder lies."""
        return self.folder / "shadow"

    def opened(self, *, write: bool = True) -> AbstractAsyncContextManager["Leitstand"]:
        """The project, open. Raises ProjectRefused, PolicyRefused, StoreLocked, UsageRefused."""
        return opened(
            self.project,
            self.shade if self.shadow else self.state,
            world=self.world,
            tenant=self.tenant,
            write=write,
            shadow=self.folder if self.shadow else None,
        )

    def emit(self, data: object, people: Callable[[], None]) -> None:
        """Print `data` as one JSON document, or let `people` print it."""
        emit(data, people, json=self.json)


def run(work: Coroutine[Any, Any, T], *, plain: bool = False) -> T:
    """Run `work` to its end, under uvloop where there is one.

    `plain`: under Python's own loop, which tells of every socket (replays shut the network).
    """
    with asyncio.Runner(loop_factory=None if plain else _loop()) as runner:
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
    shadow: Path | None = None,
) -> AsyncGenerator["Leitstand"]:
    """The project, open in its state folder. Raises ProjectRefused, PolicyRefused, StoreLocked."""
    from leitstand.runtime import open_leitstand

    place = state_of(project, state)
    leitstand = await open_leitstand(
        project, state=place, world=world, tenant=tenant, write=write, shadow=shadow
    )
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
