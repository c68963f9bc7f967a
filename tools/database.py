"""One SQLite file behind an async door: a thread that writes, a thread that reads.

The writer commits in groups: all work that waits when a commit begins shares it, each in a
savepoint of its own, and is answered after the commit. The reader has its own connection, so that
reads never wait for a commit, and sees everything that was answered before it was asked.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Engine,
    MetaData,
    NullPool,
    String,
    TypeDecorator,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from leitstand.clock import Clock, SystemClock
from leitstand.errors import CallFailed, Contradiction, Unreachable

T = TypeVar("T")

_GROUP = 256
_BUSY_MS = 10_000


class Exact(TypeDecorator[Decimal]):
    """A Decimal, kept as the text it was written as: no binary fraction ever comes near it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """The text of a Decimal."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The Decimal of a text."""
        return None if value is None else Decimal(value)


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    answer: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.answer)
        else:
            self.future.set_exception(self.error)


class Database:
    """The connections to one SQLite file; `Database.at` shares them within the process.

    `read` and `write` take a function of a SQLAlchemy connection and run it in a thread of the
    database. Errors of the function come out as they are; a violated constraint comes out as
    Contradiction, everything else that goes wrong in the database as Unreachable: nothing of that
    function was written then.
    """

    _shared: ClassVar[dict[Path, "Database"]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path) -> None:
        self.path = path
        self.users = 0
        # Before the two threads: while one changes the mode, the other cannot open the file.
        with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_MS / 1000)) as connection:
            connection.execute("PRAGMA journal_mode=WAL").close()
        self._writer = _Worker(_engine(path, "BEGIN IMMEDIATE"), _attempt_alone)
        self._reader = _Worker(_engine(path, "BEGIN"), _attempt)

    @classmethod
    def at(cls, path: Path) -> "Database":
        """The database of a file, opened once per process; each `at` needs one `close`."""
        with cls._lock:
            place = path.resolve()
            if place not in cls._shared:
                place.parent.mkdir(parents=True, exist_ok=True)
                cls._shared[place] = cls(place)
            database = cls._shared[place]
            database.users += 1
            return database

    async def create(self, metadata: MetaData) -> None:
        """Create the tables and triggers that are not there yet."""
        await self.write(metadata.create_all)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` reads; all its statements see one state of the data."""
        return await self._reader.run(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is committed."""
        return await self._writer.run(work)

    def close(self) -> None:
        """Give up one use; the last one waits for the work in hand and closes the file."""
        with self._lock:
            self.users -= 1
            if self.users > 0 or self._shared.get(self.path) is not self:
                return
            del self._shared[self.path]
        self._writer.stop()
        self._reader.stop()


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One tenant's place in a database: every adapter works inside exactly one."""

    database: Database
    tenant: str
    clock: Clock = field(default_factory=SystemClock)

    @property
    def entered(self) -> str:
        """The instant of an entry: UTC, ISO 8601, seconds."""
        return datetime.fromtimestamp(self.clock.time(), UTC).isoformat(timespec="seconds")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read in the database of the tenancy."""
        return await self.database.read(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Write in the database of the tenancy."""
        return await self.database.write(work)


def next_no(connection: Connection, tenant: str, column: Column[Any], **at: int | str) -> int:
    """The number after the highest in `column` of a tenant, within the rows that `at` names."""
    query = select(func.coalesce(func.max(column), 0)).where(column.table.c.tenant == tenant)
    for name, value in at.items():
        query = query.where(column.table.c[name] == value)
    return connection.execute(query).scalar_one() + 1


class _Worker:
    """A thread with one connection that works off a queue in groups, a transaction each."""

    def __init__(self, engine: Engine, attempt: Callable[[Connection, _Job], None]) -> None:
        self._engine, self._attempt = engine, attempt
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=str(engine.url), daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        self._jobs.put(job)
        return await job.future

    def stop(self) -> None:
        self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        connection = None
        while group := self._group():
            try:
                connection = connection or self._engine.connect()
                with connection.begin():
                    for job in group:
                        self._attempt(connection, job)
            except Exception as error:  # noqa: BLE001  whatever happens, nobody waits for ever
                _fail(group, error)
                connection = _give_up(connection)
            _deliver(group)
        _give_up(connection)
        self._engine.dispose()

    def _group(self) -> list[_Job]:
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == _GROUP:
                break
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
        if job is None and group:
            self._jobs.put(None)
        return group


def _attempt_alone(connection: Connection, job: _Job) -> None:
    savepoint = connection.begin_nested()
    _attempt(connection, job)
    if job.error is None:
        savepoint.commit()
    else:
        savepoint.rollback()


def _attempt(connection: Connection, job: _Job) -> None:
    try:
        job.answer = job.work(connection)
    except CallFailed as error:
        job.error = error
    except SQLAlchemyError as error:
        job.error = _failed(error)
    except Exception as error:  # noqa: BLE001  a defect of one must not take the group down
        job.error = error


def _fail(group: list[_Job], error: Exception) -> None:
    """Nothing of a group was written: everybody hears why."""
    for job in group:
        job.error = _failed(error)


def _give_up(connection: Connection | None) -> None:
    """Close a connection; a broken one is not used again."""
    if connection is not None:
        with contextlib.suppress(SQLAlchemyError):
            connection.close()


def _failed(error: Exception) -> CallFailed:
    reason = str(getattr(error, "orig", None) or error)
    if isinstance(error, IntegrityError):
        return Contradiction(f"the system refused the entry: {reason}", where="database")
    return Unreachable(f"the database failed: {reason}", where="database")


def _deliver(group: list[_Job]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in group:
        loops.setdefault(job.loop, []).append(job)
    for loop, jobs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, jobs)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()


def _engine(path: Path, begin: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={_BUSY_MS}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine
