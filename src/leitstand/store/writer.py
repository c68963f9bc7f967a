"""The writer: one thread that commits in groups, so that many cases share one fsync.

A group is what the event loop asks for while the last one is being written, and for as long as each turn
of the loop still brings more: cases that wake together commit together again. A future is never left open: an append that cannot be written fails alone, a failed commit fails its
whole group, and after a commit that cannot be made the writer takes no more work (KERNEL no. 14).
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from leitstand.errors import LeitstandError, StoreFailed
from leitstand.store.arrival import NewCase, Tell, give_birth, tell
from leitstand.store.batch import Append, Batch

__all__ = ["Writer"]

T = TypeVar("T")
_Function = FunctionType | MethodType
What = Append | NewCase | Tell | Callable[[Connection], Any]
_TURNS = 8
"""Turns of the event loop that a group may wait for more, at most."""


@dataclass(frozen=True, slots=True)
class _Job:
    what: "What"
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class Writer:
    """The only writer of a store. Use from any event loop; close it to end its thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._groups: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._waiting: list[_Job] = []
        self._busy = False
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
        self._hand_over()
        self._groups.put(None)
        self._thread.join()

    def _submit(self, what: What) -> "asyncio.Future[Any]":
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        if self._broken is not None:
            done.set_exception(self._broken)
            return done
        self._waiting.append(_Job(what, done, loop))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._turn, loop, 0, 0)
        return done

    def _turn(self, loop: asyncio.AbstractEventLoop, seen: int, turns: int) -> None:
        """Wait another turn of the loop as long as the last one brought more."""
        waiting = len(self._waiting)
        if waiting > seen and turns < _TURNS:
            loop.call_soon(self._turn, loop, waiting, turns + 1)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        group, self._waiting = self._waiting, []
        if group:
            self._groups.put(group)

    def _run(self) -> None:
        with self._engine.connect() as conn:
            while (group := self._groups.get()) is not None:
                self._resolve(group, self._commit(conn, group))

    def _resolve(self, group: Sequence[_Job], results: Sequence[object]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], object]]] = {}
        for job, result in zip(group, results, strict=True):
            by_loop.setdefault(job.loop, []).append((job.done, result))
        self._busy = False
        for loop, pairs in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._settle, loop, pairs)

    def _settle(
        self,
        loop: asyncio.AbstractEventLoop,
        pairs: Sequence[tuple["asyncio.Future[Any]", object]],
    ) -> None:
        for future, result in pairs:
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
        if self._waiting and not self._busy:
            self._busy = True
            loop.call_soon(self._turn, loop, 0, 0)

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
    """Each kind at once, appends last: what a group asks for side by side has no order between kinds."""
    batch = Batch(conn)
    results: list[object] = [None] * len(group)
    for kind in (NewCase, Tell, _Function, Append):
        places = [at for at, job in enumerate(group) if isinstance(job.what, kind)]
        if places:
            answers = _take(batch, [group[at].what for at in places])
            for at, answer in zip(places, answers, strict=True):
                results[at] = answer
    batch.flush()
    return results


def _one_by_one(conn: Connection, group: Sequence[_Job]) -> list[object]:
    return [_take_alone(conn, job.what) for job in group]


def _take(batch: Batch, run: Sequence[Any]) -> Sequence[object]:
    if isinstance(run[0], Append):
        batch.load([one.case_no for one in run])
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
