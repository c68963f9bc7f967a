"""The writer: one thread that commits in groups, so that many cases share one fsync.

A future is never left open: an append that cannot be written fails alone, a failed commit fails its
whole group, and after a commit that cannot be made the writer takes no more work (KERNEL no. 14).
"""

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from leitstand.errors import LeitstandError, StoreFailed
from leitstand.store.batch import Append, Batch, NewCase, Tell, give_birth, tell

__all__ = ["Writer"]

T = TypeVar("T")
What = Append | NewCase | Tell | Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class _Job:
    what: "What"
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class Writer:
    """The only writer of a store. Use from any event loop; close it to end its thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._broken: StoreFailed | None = None
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def append(self, append: Append) -> "asyncio.Future[int]":
        """Commit an append; the future gives the last seq, or raises LostFence, Contradiction, StoreFailed."""
        return cast("asyncio.Future[int]", self._submit(append))

    def start(self, case: NewCase) -> "asyncio.Future[int]":
        """Insert a new case; the future gives its number."""
        return cast("asyncio.Future[int]", self._submit(case))

    def tell(self, signal: Tell) -> "asyncio.Future[bool]":
        """Insert a signal; the future gives False if it is known, or raises Missing."""
        return cast("asyncio.Future[bool]", self._submit(signal))

    def work(self, function: Callable[[Connection], T]) -> "asyncio.Future[T]":
        """Run `function` inside the group's transaction, in a savepoint; its result or error."""
        return cast("asyncio.Future[T]", self._submit(function))

    def close(self) -> None:
        """Commit what is queued and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _submit(self, what: What) -> "asyncio.Future[Any]":
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        if self._broken is not None:
            done.set_exception(self._broken)
        else:
            self._jobs.put(_Job(what, done, loop))
        return done

    def _run(self) -> None:
        with self._engine.connect() as conn:
            while (job := self._jobs.get()) is not None:
                group, ended = self._gather(job)
                _resolve(group, self._commit(conn, group))
                if ended:
                    return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
            if job is None:
                return group, True
            group.append(job)

    def _commit(self, conn: Connection, group: Sequence[_Job]) -> list[object]:
        if self._broken is not None:
            return [self._broken] * len(group)
        try:
            return self._attempt(conn, group, _together)
        except IntegrityError:
            # A constraint that no check foresaw: each append once more, in a savepoint of its own.
            return self._alone(conn, group)
        except (SQLAlchemyError, OSError) as error:
            return self._fail(error, len(group))
        except Exception as error:  # noqa: BLE001 - rolled back; the thread lives on, the group learns why
            return [error] * len(group)

    def _alone(self, conn: Connection, group: Sequence[_Job]) -> list[object]:
        try:
            return self._attempt(conn, group, _one_by_one)
        except (SQLAlchemyError, OSError) as error:
            return self._fail(error, len(group))

    def _attempt(
        self,
        conn: Connection,
        group: Sequence[_Job],
        write: Callable[[Connection, Sequence[_Job]], list[object]],
    ) -> list[object]:
        with conn.begin():
            results = write(conn, group)
        self.commits += 1
        return results

    def _fail(self, error: Exception, size: int) -> list[object]:
        msg = f"the store refused a commit: {error}"
        self._broken = StoreFailed(msg, mend="check disk space and rights, then start again")
        return [self._broken] * size


def _together(conn: Connection, group: Sequence[_Job]) -> list[object]:
    batch = Batch(conn)
    batch.load([j.what.case_no for j in group if isinstance(j.what, Append)])
    # Runs of one kind are written with few statements; the order between kinds is kept.
    runs = itertools.groupby((job.what for job in group), key=type)
    results = [result for _, run in runs for result in _take(batch, list(run))]
    batch.flush()
    return results


def _one_by_one(conn: Connection, group: Sequence[_Job]) -> list[object]:
    return [_take_alone(conn, job.what) for job in group]


def _take(batch: Batch, run: Sequence[Any]) -> Sequence[object]:
    if isinstance(run[0], Append):
        return [_append(batch, one) for one in run]
    batch.flush()
    if isinstance(run[0], NewCase):
        return give_birth(batch.conn, run)
    batch.rows.clear()
    if isinstance(run[0], Tell):
        return tell(batch.conn, run)
    return [_work(batch.conn, one) for one in run]


def _append(batch: Batch, append: Append) -> object:
    try:
        return batch.add(append)
    except LeitstandError as error:
        return error


def _take_alone(conn: Connection, what: What) -> object:
    batch = Batch(conn)
    try:
        with conn.begin_nested():
            (result,) = _take(batch, [what])
            batch.flush()
    except IntegrityError as error:
        msg = f"a row of this append is taken: {error.orig}"
        return StoreFailed(msg)
    return result


def _work(conn: Connection, function: Callable[[Connection], Any]) -> object:
    try:
        with conn.begin_nested():
            return function(conn)
    except Exception as error:  # noqa: BLE001 - the caller's error belongs to its future alone
        return error


def _resolve(group: Sequence[_Job], results: Sequence[object]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], object]]] = {}
    for job, result in zip(group, results, strict=True):
        loops.setdefault(job.loop, []).append((job.done, result))
    for loop, pairs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: list[tuple["asyncio.Future[Any]", object]]) -> None:
    for future, result in pairs:
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
