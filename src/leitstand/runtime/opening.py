"""Opening a project: store, keys, people, rules, connections and roles made one running whole."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from leitstand.approval import FileDirectory, Releases
from leitstand.clock import Clock, FixedClock, SystemClock, zone_of
from leitstand.errors import ProjectRefused, StoreFailed, UsageRefused, own_fault
from leitstand.guard import Rules
from leitstand.private import create
from leitstand.project import Connect, Project
from leitstand.records import Person
from leitstand.runtime.runtime import Runtime
from leitstand.store import Store
from leitstand.store.anchors import anchor, public_of, signing_key
from leitstand.store.halts import Halts
from leitstand.store.restore import notice_restore
from leitstand.tool import Connection
from leitstand.trace import open_tracer
from leitstand.values import Frozen

LOOK = 1.0
"""Seconds between two looks for cases that have become due."""
HOUR = 3_600.0
"""Seconds between two anchorings while cases are run (KERNEL no. 18)."""


class Place(Frozen):
    """What a state folder was opened for the first time with: later openings go on with it.

    `world` is empty for the project's own. `began` is the machine's time then: the clock of a world
    with a date of its own runs on from there. `shadow` is the state folder whose systems are read
    and never written; what was begun in the shadow stays there.
    """

    tenant: str
    world: str
    began: float
    shadow: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """What vouches for the journals of a state folder: the anchors' file and the key that signs."""

    file: Path
    key: Ed25519PrivateKey

    @property
    def trusted(self) -> tuple[str, ...]:
        """Public keys whose anchors count."""
        return (public_of(self.key),)


@dataclass(frozen=True, slots=True)
class Leitstand:
    """A project that is open: close it when done."""

    project: Project
    tenant: str
    state: Path
    world: Path | None
    store: Store
    rules: Rules
    directory: FileDirectory
    runtime: Runtime
    connections: Sequence[Connection]
    real: Sequence[Connection] | None
    seal: Seal
    write: bool
    patience: float | None = None
    """Seconds that somebody who decides waits for what comes of it; None: until all is done."""

    @property
    def limits(self) -> Mapping[str, Any]:
        """The tenant's data."""
        return self.rules.limits(self.tenant)

    @property
    def zone(self) -> ZoneInfo:
        """Where the tenant is."""
        return zone_of(self.limits)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody of the tenant."""
        return self.directory.everybody(self.tenant)

    def person(self, name: str) -> Person | None:
        """Who of the tenant has this id."""
        return self.directory.person(self.tenant, name)

    def name_of(self, person: str) -> str:
        """How somebody with this id is called; the id of somebody who is gone."""
        known = self.person(person)
        return known.name if known else person

    async def go_on(self, case: str) -> None:
        """Run what is due; after `patience` what is still under way goes on by itself."""
        if self.patience is None:
            await self.runtime.run_until_idle()
        else:
            await self.runtime.run_on(case, self.patience)

    async def run(self) -> None:
        """Run what has become due, and anchor it hourly, until cancelled. Raises StoreFailed."""
        anchored = self.store.clock.monotonic()
        while True:
            await self.runtime.run_until_idle()
            if self.store.clock.monotonic() - anchored >= HOUR:
                await anchor(self.store, self.seal.key, self.seal.file)
                anchored = self.store.clock.monotonic()
            await asyncio.sleep(LOOK)

    async def close(self) -> None:
        """Anchor what was done, then give store and connections back; what was committed stays.

        Raises StoreFailed: the anchors' file says something else than the store.
        """
        await self.runtime.close()
        try:
            if self.write:
                await anchor(self.store, self.seal.key, self.seal.file)
        finally:
            self.store.close()
            _disconnect(self.project, self.connections, self.real)


async def open_leitstand(
    project: Project,
    *,
    state: Path | None = None,
    world: Path | None = None,
    tenant: str = "",
    write: bool = True,
    shadow: Path | None = None,
) -> Leitstand:
    """Open `project` in a state folder; the first opening settles tenant, world and shadow.

    `write` false opens for reading beside a process that writes, without connections. With
    `shadow`, the state folder of a project at work, that one's systems are read and none is
    written: cases, keys and twins lie in `state`. What the process makes from then on is its own
    user's alone. Raises ProjectRefused, PolicyRefused, StoreLocked, StoreFailed: a file of it is
    damaged or gone, UsageRefused: it is another tenant's, not in the shadow, or holds nothing yet.
    """
    os.umask(0o077)  # Of the whole process: databases make their logs by themselves.
    state = state or project.state
    _check_whole(state, write=write)
    place = _place(state / "place.json", project, world, tenant, shadow)
    data = Path(place.world) if place.world else project.world
    limits = project.limits(data)
    clock = _clock(limits, place.began)
    master = _master(state / "master.key")
    directory = FileDirectory(state / "people.json")
    rules = Rules(project.bundle(), project.tools, lambda _: limits, directory, clock, master)
    rules.halts = Halts(state / "halts.jsonl")
    store = Store(f"sqlite:///{state / _JOURNAL}", master, clock, write=write)
    seal = Seal(state / "anchors.jsonl", signing_key(state / "anchors.key"))
    connections: Sequence[Connection] = ()
    real: Sequence[Connection] | None = None
    try:
        if write:
            await notice_restore(store, seal.key, seal.file)
            name = "twin" if place.shadow else "connect"
            connections = await _connect(project, name, state, data, place.tenant, clock)
        if write and place.shadow:
            real = await _connect(project, "connect", Path(place.shadow), data, place.tenant, clock)
        own = (await project.own(store),) if write and project.own else ()
        runtime = _runtime(project, store, rules, (*connections, *own), real, write=write)
    except BaseException:
        store.close()
        _disconnect(project, connections, real)
        raise
    return Leitstand(
        project=project,
        tenant=place.tenant,
        state=state,
        world=data,
        store=store,
        rules=rules,
        directory=directory,
        runtime=runtime,
        connections=connections,
        real=real,
        seal=seal,
        write=write,
    )


def check_released(leitstand: Leitstand) -> None:
    """In `prod`, hold the rules against their releases, and remember which versions ran here.

    Raises PolicyRefused: they are not as they were released, or of a lower version than before.
    """
    if leitstand.project.library.environment != "prod":
        return
    memory = leitstand.state / "released.json"
    ran: dict[str, int] = orjson.loads(memory.read_bytes()) if memory.is_file() else {}
    known = partial(leitstand.directory.person, leitstand.tenant)
    project = leitstand.project
    ran |= Releases.open(project.policies, project.table.release, known).check(ran)
    fresh = memory.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(ran))
    fresh.replace(memory)


def _runtime(
    project: Project,
    store: Store,
    rules: Rules,
    connections: Sequence[Connection],
    real: Sequence[Connection] | None,
    *,
    write: bool,
) -> Runtime:
    told = (project.table.trace, project.roles, project.library.environment, rules.clock)
    return Runtime(
        store,
        rules,
        connections,
        project.roles,
        real=real,
        limits=project.case_limits,
        models=project.library,
        tracer=open_tracer(*told, shadow=real is not None) if write else None,
    )


_JOURNAL = "journal.db"
_SQLITE = b"SQLite format 3\0"
_KEY_BYTES = 32


def _starts(file: Path, magic: bytes) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(magic)) == magic


def _check_whole(state: Path, *, write: bool) -> None:
    """A folder that holds a journal holds its keys too: a new key would make it unreadable."""
    journal = state / _JOURNAL
    if not write and not journal.is_file():
        msg = f"there are no cases in `{state}` yet"
        raise UsageRefused(msg, mend="run `leitstand demo`, or `leitstand run ROLE FILE`")
    state.mkdir(parents=True, exist_ok=True)
    if not journal.is_file():
        return
    if journal.stat().st_size and not _starts(journal, _SQLITE):
        raise StoreFailed(f"`{_JOURNAL}` is no database", where=str(state))
    for name in ("master.key", "anchors.key", "place.json"):
        file = state / name
        if not file.is_file():
            raise StoreFailed(f"`{name}` is gone", where=str(state))
        if file.suffix == ".key" and file.stat().st_size != _KEY_BYTES:
            raise StoreFailed(f"`{name}` is damaged", where=str(state))


async def _connect(project: Project, name: str, *given: Any) -> Sequence[Connection]:  # noqa: ANN401
    connect: Connect | None = getattr(project, name)
    if connect is None:
        msg = "this project has no twins: nothing could be written in the shadow"
        raise ProjectRefused(msg, where="twin", mend="name what connects embedded systems alone")
    with own_fault(getattr(project.table, name)):
        found = cast("tuple[object, ...]", tuple(await connect(*given)))
        if strange := [type(one).__name__ for one in found if not isinstance(one, Connection)]:
            raise TypeError(f"a `{strange[0]}` is no Connection")
    return cast("tuple[Connection, ...]", found)


def _disconnect(
    project: Project, connections: Sequence[Connection], real: Sequence[Connection] | None
) -> None:
    for ends in (connections, real or ()):
        if project.disconnect is not None and ends:
            with own_fault(project.table.disconnect):
                project.disconnect(ends)


def _place(
    file: Path, project: Project, world: Path | None, tenant: str, shadow: Path | None
) -> Place:
    """What the folder was opened with, or what it is opened with now."""
    asked = world or project.world
    if asked is not None and not asked.is_dir():
        msg = f"no folder `{asked}`"
        raise ProjectRefused(msg, where="world", mend="name the folder of the world's data")
    if file.is_file():
        try:
            known = Place.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise StoreFailed(f"`{file.name}` is damaged", where=str(file.parent)) from error
        if shadow and str(shadow.resolve()) != known.shadow:
            was = f"in the shadow of `{known.shadow}`" if known.shadow else "not in the shadow"
            raise UsageRefused(f"`{file.parent}` was begun {was}", mend="give another --state")
        if tenant and tenant != known.tenant:
            msg = f"`{file.parent}` belongs to tenant `{known.tenant}`"
            raise UsageRefused(msg, mend="give another --state for another tenant")
        return known.model_copy(update={"world": str(world.resolve())}) if world else known
    place = Place(
        tenant=tenant or project.table.tenant,
        world=str(world.resolve()) if world else "",
        began=SystemClock().time(),
        shadow=str(shadow.resolve()) if shadow else "",
    )
    file.write_bytes(orjson.dumps(place.model_dump()))
    return place


def _clock(limits: Mapping[str, Any], began: float) -> Clock:
    """The machine's clock, or one that began at nine of the world's own day and runs beside it."""
    today = limits.get("today")
    if not today:
        return SystemClock()
    start = datetime.combine(date.fromisoformat(today), time(9), UTC)
    return FixedClock(start + timedelta(seconds=SystemClock().time() - began))


def _master(path: Path) -> bytes:
    """The store's master key, made at the first start; only its owner may read it."""
    if not path.is_file():
        create(path, os.urandom(32))
    return path.read_bytes()
