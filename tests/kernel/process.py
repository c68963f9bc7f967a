"""A simulated process: a store with a writer in the same thread, and runtimes that share it."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine

from leitstand.guard import Rules
from leitstand.runtime import Runtime
from leitstand.store import Append, Limits, Store
from leitstand.store.writer import Writer, _Job  # pyright: ignore[reportPrivateUsage]
from leitstand.values import Reading
from tests.desk.models import Answering
from tests.kernel.loop import WORKER, VirtualLoop, Worker
from tests.kernel.office import LIMITS, TOOLS, Answer, bundle, roles
from tests.kernel.world import People, Sent, World

__all__ = ["InlineWriter", "Process"]

LEASE = 30.0


class InlineWriter(Writer):
    """The writer without its thread: a group is committed a turn later, acknowledged later still.

    So a crash can come before the commit, and between the commit and its acknowledgement.
    """

    file: sqlite3.Connection

    def __init__(self, engine: Engine, world: World) -> None:
        self._world = world
        self._broken = None
        self._waiting: list[_Job] = []
        self._due = self._closed = False
        self.commits = 0
        self.appends = 0
        self._conn: Connection = engine.connect()
        self._conn.connection.cursor().execute("pragma synchronous=off")

    def commit(self, what: Any) -> Any:  # noqa: ANN401 as its base
        """Commit a little later, unless the process is gone by then."""
        loop = self._world.loop
        done = loop.create_future()
        if self._closed:
            return done
        self._waiting.append(_Job(what, done, loop))
        if not self._due:
            self._due = True
            self._world.later(loop.random.uniform(0, 0.02), self._flush)
        return done

    def _flush(self) -> None:
        self._due = False
        group, self._waiting = self._waiting, []
        if not group:
            return
        results = self._commit(self._conn, group)
        for job, result in zip(group, results, strict=True):
            if isinstance(job.what, Append) and not isinstance(result, Exception):
                self.appends += 1
                self._note(job.what)
        self._world.later(self._world.loop.random.uniform(0, 0.02), _acknowledge, group, results)
        for ulid in self.file.execute(_UNHEARD, (self._world.clock.time(),)):
            self._world.faults.append(f"{ulid}: a signal is there and nothing will wake the case")

    def close(self) -> None:
        """The process dies: what was not committed is gone."""
        self._closed = True
        self._waiting = []
        self._conn.close()

    def _note(self, append: Append) -> None:
        """What the store says of each effect, as a system may hold it against a request."""
        for event in append.events:
            if event.kind in ("intent", "attempt"):
                body = orjson.loads(event.body)
                if verdict := body.get("verdict"):
                    sent = Sent(verdict["decision"], verdict["bundle"])
                    self._world.committed[body["key"]] = sent


class Process:
    """An open store and two workers on it; `release` is the version of the second's roles."""

    def __init__(self, path: Path, world: World, people: People, release: int) -> None:
        self.world, self.people = world, people
        self.store = Store(f"sqlite:///{path}", b"m" * 32, world.clock)
        self.store.writer.close()
        engine = self.store._database.engine  # pyright: ignore[reportPrivateUsage]
        self.store.writer = InlineWriter(engine, world)
        self.rules = Rules(
            bundle(world.rules), TOOLS, lambda _: LIMITS, people, world.clock, b"s" * 32
        )
        self.file = self.store.writer.file = sqlite3.connect(path, isolation_level=None)
        self.workers: dict[str, Worker] = {}
        self.runtimes: dict[str, Runtime] = {}
        for name, version in (("a", 1), ("b", release)):
            self.hire(name, version)

    def hire(self, name: str, version: int) -> None:
        """Start a worker on a release of the roles; one of that name that runs is gone at once."""
        if name in self.workers:
            self.world.loop.crash(self.workers[name])
        self.workers[name] = Worker(name)
        self.runtimes[name] = Runtime(
            self.store,
            self.rules,
            self.world.connections(),
            roles(version),
            limits=Limits(bursts=200),
            models=Answering(self._ask),
            width=4,
            lease=LEASE,
        )
        self.spawn(self.workers[name], self._serve(self.workers[name], self.runtimes[name]))

    def spawn(self, worker: Worker, work: Any) -> None:  # noqa: ANN401 a coroutine
        """Run work as a part of a worker."""
        context = self.world.outside.copy()
        context.run(WORKER.set, worker)
        self.world.loop.create_task(work, context=context)

    def die(self) -> None:
        """Everything in memory is lost; the file stays."""
        for worker in self.workers.values():
            self.world.loop.crash(worker)
        self.store.close()
        self.file.close()

    async def _serve(self, worker: Worker, runtime: Runtime) -> None:
        loop: VirtualLoop = self.world.loop
        while True:
            try:
                if self.file.execute(_DUE, (self.world.clock.time(),)).fetchone():
                    await runtime.run_until_idle()
            except Exception as error:  # noqa: BLE001 the worker must never end: that is proven
                if not worker.dead:
                    self.world.faults.append(f"a worker ended: {type(error).__name__}: {error}")
                return
            sleep = loop.create_future()
            loop.call_later(loop.random.uniform(0.2, 3.0), sleep.set_result, None)
            await sleep

    async def _ask(self, prompt: str, inputs: Mapping[str, Any], answer: type[Any]) -> object:
        sleep = self.world.loop.create_future()
        self.world.later(self.world.random.uniform(0, 2), sleep.set_result, None)
        await sleep
        amount = self.world.random.randrange(90)
        return Reading[Answer](value=Answer(amount=amount), source=prompt, confidence=80)


_UNHEARD = """
select c.ulid from signals s join cases c on c.case_no = s.case_no
where s.drawn = 0 and c.status in ('ready', 'waiting') and (c.due is null or c.due > ?)
"""
_DUE = "select 1 from cases where due <= ? and status in ('ready', 'running', 'waiting') limit 1"


def _acknowledge(group: list[_Job], results: list[object]) -> None:
    for job, result in zip(group, results, strict=True):
        if job.done.done():
            continue
        if isinstance(result, BaseException):
            job.done.set_exception(result)
        else:
            job.done.set_result(result)
