"""The writer: one thread that commits in groups, so that many cases share one fsync.

A group is what the event loop asks for while the last one is being written, and for as long as each
turn of the loop still brings more: cases that wake together commit together again. A future is
never left open: an append that cannot be written fails alone, a failed commit fails its whole
group, and after a commit that cannot be made the writer takes no more work (KERNEL no. 14).
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from leitstand.errors import LeitstandError, StoreFailed
from leitstand.store.arrival import NewCase, Tell, give_birth, tell
from leitstand.store.batch import Append, Batch

T = TypeVar("T")
What = Append | NewCase | Tell | Callable[[Connection], Any]
_TURNS = 8
"""Turns of the event loop that a group may wait for more, at most."""
BUSY_PAUSES = (0.1, 0.5)
"""Seconds before each repeat of a commit that found the database locked, beside its own timeout."""


class _Job(NamedTuple):
    what: "What"
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class Writer:
    """The only writer of a store. Use from any event loop; close it to end its thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._groups: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._waiting: list[_Job] = []
        self._promised: asyncio.AbstractEventLoop | None = None
        self._committing = False
        self._broken: StoreFailed | None = None
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def work(self, function: Callable[[Connection], T]) -> "asyncio.Future[T]":
        """Run `function` inside the group's transaction, in a savepoint; its result or error."""
        return self.commit(function)

    def rewrite(self) -> "asyncio.Future[None]":
        """Write the database's files anew: nothing is left in them of what was deleted.

        Between two groups, outside of a transaction. The future raises StoreFailed: it was not
        done, and can be asked for again.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._groups.put([_Job(_rewrite, done, loop)])
        return done

    @property
    def broken(self) -> StoreFailed | None:
        """Why no more work is taken; None while it is."""
        return self._broken

    def close(self) -> None:
        """Commit what is queued and end the thread; what comes later is refused."""
        self._hand_over()
        self._groups.put(None)
        self._thread.join()
        self._broken = self._broken or StoreFailed("the store is closed")
        self._refuse()

    def commit(self, what: What) -> "asyncio.Future[Any]":
        """Commit with the next group: an append, a new case, a signal, a function (`work`).

        Gives the last seq (or raises LostFence, Contradiction), the case's number, False for a
        signal that is known (or raises Missing). Raises StoreFailed.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        if self._broken is not None:
            done.set_exception(self._broken)
            return done
        self._waiting.append(_Job(what, done, loop))
        self._promise(loop)
        return done

    def _promise(self, loop: asyncio.AbstractEventLoop) -> None:
        """`loop` will hand over what waits, unless a commit is under way or another loop will."""
        lost = self._promised is not None and self._promised.is_closed()
        if not self._committing and (self._promised is None or lost):
            self._promised = loop
            loop.call_soon(self._turn, loop, 0, 0)

    def _turn(self, loop: asyncio.AbstractEventLoop, seen: int, turns: int) -> None:
        """Wait another turn of the loop as long as the last one brought more."""
        waiting = len(self._waiting)
        if waiting > seen and turns < _TURNS:
            loop.call_soon(self._turn, loop, waiting, turns + 1)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        self._promised = None
        group, self._waiting = self._waiting, []
        if group:
            self._committing = True
            self._groups.put(group)

    def _run(self) -> None:
        try:
            with self._engine.connect() as conn:
                while (group := self._groups.get()) is not None:
                    self._resolve(group, self._commit(conn, group))
        except (SQLAlchemyError, OSError) as error:
            self._fail(error, 0)
            self._refuse()

    def _refuse(self) -> None:
        """Fail what came in while the thread ended."""
        late, self._waiting = self._waiting, []
        with suppress(queue.Empty):
            while True:
                late += self._groups.get_nowait() or ()
        self._resolve(late, [self._broken] * len(late))

    def _resolve(self, group: Sequence[_Job], results: Sequence[object]) -> None:
        self._committing = False
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], object]]] = {}
        for job in self._waiting:
            by_loop[job.loop] = []
        for job, result in zip(group, results, strict=True):
            by_loop.setdefault(job.loop, []).append((job.done, result))
        for loop, pairs in by_loop.items():
            with suppress(RuntimeError):  # The loop was closed: nobody waits there any more.
                loop.call_soon_threadsafe(self._settle, loop, pairs)

    def _settle(
        self, loop: asyncio.AbstractEventLoop, pairs: Sequence[tuple["asyncio.Future[Any]", object]]
    ) -> None:
        for future, result in pairs:
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
        if self._waiting:
            self._promise(loop)

    def _commit(self, conn: Connection, group: Sequence[_Job]) -> list[object]:
        if self._broken is not None:
            return [self._broken] * len(group)
        if group[0].what is _rewrite:
            return [_rewrite(conn)]
        try:
            return self._attempt(conn, group, _together)
        except IntegrityError:
            # A constraint that no check foresaw: each append once more, in a savepoint of its own.
            return self._alone(conn, group)
        except (SQLAlchemyError, OSError) as error:
            return self._fail(error, len(group))
        except Exception:  # noqa: BLE001 - one append that cannot be understood must not fail the others
            return self._alone(conn, group)

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
        for pause in BUSY_PAUSES:
            try:
                return self._once(conn, group, write)
            except OperationalError as error:
                if not _is_busy(error):
                    raise
                time.sleep(pause)
        return self._once(conn, group, write)

    def _once(
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
        msg = f"the store refused a commit: {getattr(error, 'orig', None) or error}"
        self._broken = StoreFailed(msg, mend="check disk space and rights, then start again")
        return [self._broken] * size


def _together(conn: Connection, group: Sequence[_Job]) -> list[object]:
    """Each kind at once, appends last: what is asked side by side has no order between kinds."""
    batch = Batch(conn)
    results: list[object] = [None] * len(group)
    places: dict[object, list[int]] = {NewCase: [], Tell: [], Callable: [], Append: []}
    for at, job in enumerate(group):
        places.get(type(job.what), places[Callable]).append(at)
    for found in places.values():
        if found:
            answers = _take(batch, [group[at].what for at in found])
            for at, answer in zip(found, answers, strict=True):
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
        return StoreFailed(f"a row of this append is taken: {error.orig}")
    except (SQLAlchemyError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - it belongs to the one who appended
        return error
    return result


def _is_busy(error: OperationalError) -> bool:
    return any(word in str(error.orig).lower() for word in ("locked", "busy"))


def _work(conn: Connection, function: Callable[[Connection], Any]) -> object:
    # Not `begin_nested`: its savepoints are numbered, and each is compiled anew.
    conn.exec_driver_sql("savepoint work")
    try:
        return function(conn)
    except Exception as error:  # noqa: BLE001 - the caller's error belongs to its future alone
        conn.exec_driver_sql("rollback to savepoint work")
        return error
    finally:
        conn.exec_driver_sql("release savepoint work")


def _rewrite(conn: Connection) -> StoreFailed | None:
    raw: Any = conn.connection.driver_connection
    try:
        if conn.dialect.name == "sqlite":
            raw.execute("vacuum")
            busy = raw.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
            return StoreFailed("somebody reads what was deleted") if busy else None
        raw.rollback()
        raw.autocommit = True
        raw.execute("vacuum full keys, pages, blobs, signals, cases, arrivals")
        raw.autocommit = False
    except Exception as error:  # noqa: BLE001 - two drivers, each with its own
        return StoreFailed(f"the database's files were not written anew: {error}")
    return None
