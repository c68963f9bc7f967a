"""Opening a project: store, keys, people, rules, connections and roles made one running whole."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from leitstand.approval import FileDirectory
from leitstand.clock import Clock, FixedClock, SystemClock
from leitstand.guard import Rules
from leitstand.project import Project
from leitstand.runtime.runtime import Runtime
from leitstand.store import Store

__all__ = ["Leitstand", "open_leitstand"]


@dataclass(frozen=True, slots=True)
class Leitstand:
    """A project that is open: close it when done."""

    project: Project
    tenant: str
    state: Path
    store: Store
    rules: Rules
    directory: FileDirectory
    runtime: Runtime

    def close(self) -> None:
        """Give the store back; what was committed stays."""
        self.store.close()


async def open_leitstand(
    project: Project,
    *,
    state: Path | None = None,
    world: Path | None = None,
    tenant: str = "",
) -> Leitstand:
    """Open `project` for a tenant; `world` replaces its data, `state` the folder it writes to.

    Raises ProjectRefused, PolicyRefused, StoreLocked.
    """
    state, world = state or project.state, world or project.world
    tenant = tenant or project.table.tenant
    state.mkdir(parents=True, exist_ok=True)
    limits: Mapping[str, Any] = project.limits(world) if world else {}
    clock = _clock(limits)
    master = _master(state / "master.key")
    directory = FileDirectory(state / "people.json")
    rules = Rules(project.bundle(), project.tools, lambda _: limits, directory, clock, master)
    connections = await project.connect(state, world, tenant)
    store = Store(f"sqlite:///{state / 'journal.db'}", master, clock)
    runtime = Runtime(store, rules, connections, project.roles, limits=project.case_limits)
    return Leitstand(project, tenant, state, store, rules, directory, runtime)


def _clock(limits: Mapping[str, Any]) -> Clock:
    today = limits.get("today")
    if not today:
        return SystemClock()
    return FixedClock(datetime.combine(date.fromisoformat(today), time(9), UTC))


def _master(path: Path) -> bytes:
    """The store's master key, made at the first start; only its owner may read it."""
    if not path.is_file():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(32))
    return path.read_bytes()
