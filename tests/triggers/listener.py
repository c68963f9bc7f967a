"""A process that takes in what is there, and dies at a chosen point: `SHOP STATE PORT POINT`.

Points are counted over all that reaches outside of the process: reading, putting away, committing,
moving; one before and one after each. Its last line says how many there were.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from leitstand.project import Project, load_project
from leitstand.runtime import Runtime
from leitstand.triggers import open_triggers
from leitstand.triggers.session import Session
from tests.triggers import house
from tests.triggers.server import MailServer


class Counter:
    """Kills the process at a point."""

    def __init__(self, last: int) -> None:
        self.count, self.last = 0, last

    def point(self) -> None:
        """One more point; at the last one nothing more is done, not even the end of a line."""
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def plant(counter: Counter) -> None:
    """Points around everything that reaches outside."""
    for name in ("whole", "mark", "move", "delete"):
        setattr(Session, name, _around(counter, getattr(Session, name)))
    for owner, name in ((Runtime, "arrive"), (house, "seal"), (house, "route")):
        setattr(owner, name, _around_async(counter, getattr(owner, name)))


def _around(counter: Counter, work: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any) -> Any:  # noqa: ANN401 - as it is
        counter.point()
        result = work(*args)
        counter.point()
        return result

    return run


def _around_async(counter: Counter, work: Callable[..., Any]) -> Callable[..., Any]:
    async def run(*args: Any) -> Any:  # noqa: ANN401 - as it is
        counter.point()
        result = await work(*args)
        counter.point()
        return result

    return run


def _project(project: Project, mailboxes: dict[str, object]) -> Project:
    """The shop with the entrance of the tests; any other project with its own."""
    if project.route is None:
        return house.entering(project, {"mailboxes": mailboxes})
    mail = {"own": ["nordwerk.example"], "checkers": ["mx.nordwerk.example"]}
    triggers = {"mailboxes": mailboxes, "mail": mail}
    return replace(project, table=project.table.model_copy(update={"triggers": triggers}))


async def _listen(shop: Path, state: Path, port: int) -> None:
    project = _project(load_project(shop), {"inbox": MailServer(port).settings()})
    async with house.opened(project, state) as leitstand:
        await open_triggers(leitstand).once()
        await leitstand.runtime.run_until_idle()


if __name__ == "__main__":
    known = Counter(int(sys.argv[4]))
    plant(known)
    asyncio.run(_listen(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
    sys.stdout.write(f"{known.count}\n")
