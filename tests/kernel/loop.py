"""An event loop without time and threads: what runs next is chosen by a seed.

Time is virtual and jumps to the next timer when nothing is ready. Every callback belongs to a
worker (a context variable that tasks inherit); a worker that crashes loses its callbacks, one that
is frozen gets them back when it thaws. Between any two callbacks the simulator may strike: that is
every await.
"""

import asyncio
import contextlib
import heapq
from asyncio import events
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, TypeVar, cast

__all__ = ["WORKER", "Stuck", "VirtualLoop", "Worker"]

T = TypeVar("T")
STEPS = 200_000
"""Callbacks after which a seed counts as one that never ends."""


class Stuck(AssertionError):
    """Nothing is ready, no timer runs, and the awaited thing has not come."""


class Worker:
    """A process of the simulated world: alive, frozen, or gone for good."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.frozen = False
        self.dead = False
        self.tasks: list[asyncio.Task[Any]] = []


WORKER: ContextVar[Worker | None] = ContextVar("tests.kernel.worker", default=None)


class VirtualLoop(asyncio.AbstractEventLoop):
    """Runs callbacks one by one; `fifo` keeps asyncio's own order among those that are ready."""

    def __init__(self, seed: int, *, fifo: bool = False) -> None:
        self.random = Random(seed)  # noqa: S311 reproducible, not secret
        self.fifo = fifo
        self.now = 0.0
        self.steps = 0
        self.strike: Callable[[], None] | None = None
        self.complaints: list[dict[str, Any]] = []
        self._ready: list[asyncio.Handle] = []
        self._frozen: list[asyncio.Handle] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._count = 0

    # What asyncio asks of a loop.

    def time(self) -> float:
        """Virtual seconds; also the monotonic clock of every worker."""
        return self.now

    def call_soon(
        self, callback: Callable[..., Any], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        """Queue a callback, if its worker still lives."""
        handle = asyncio.Handle(callback, args, self, _given(context))
        self._queue(handle)
        return handle

    call_soon_threadsafe = call_soon  # There is one thread.

    def call_later(
        self,
        delay: float,
        callback: Callable[..., Any],
        *args: object,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Queue a callback for a time from now."""
        return self.call_at(self.now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., Any],
        *args: object,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Queue a callback for a moment."""
        handle = asyncio.TimerHandle(when, callback, args, self, _given(context))
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Asyncio tells; a cancelled handle is skipped when its time comes."""

    def create_future(self) -> "asyncio.Future[Any]":
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(  # pyright: ignore[reportIncompatibleMethodOverride] no factory here
        self,
        coro: Coroutine[Any, Any, T],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> "asyncio.Task[T]":
        """A task of this loop."""
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        worker = _given(context).get(WORKER)
        if worker is not None:
            worker.tasks.append(task)
        return task

    def run_in_executor(
        self, executor: object, func: Callable[..., T], *args: object
    ) -> "asyncio.Future[T]":
        """Run a function in this thread, a little later."""
        future: asyncio.Future[T] = self.create_future()

        def work() -> None:
            try:
                result = func(*args)
            except Exception as error:  # noqa: BLE001 as an executor does
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

        self.call_later(self.random.uniform(0.0, 0.01), work)
        return future

    def get_debug(self) -> bool:
        """No."""
        return False

    def is_running(self) -> bool:
        """It runs whenever anything runs."""
        return True

    def is_closed(self) -> bool:
        """It is dropped, never closed."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what asyncio complains of; tasks of workers that crashed are expected to."""
        self.complaints.append(context)

    # What the simulator asks of it.

    def run(self, work: Coroutine[Any, Any, T], *, until: float | None = None) -> T:
        """Run until `work` is done. Raises Stuck: nothing can wake it, or it takes too long."""
        events._set_running_loop(self)
        try:
            task = self.create_task(work)
            while not task.done():
                self._step(until)
            return task.result()
        finally:
            events._set_running_loop(None)

    def crash(self, worker: Worker) -> None:
        """The worker is gone with everything in its memory."""
        worker.dead = True
        self._ready = [h for h in self._ready if _owner(h) is not worker]
        self._frozen = [h for h in self._frozen if _owner(h) is not worker]
        for task in [t for t in worker.tasks if not t.done()]:
            _bury(task)
        worker.tasks.clear()

    def thaw(self, worker: Worker) -> None:
        """A frozen worker goes on where it stood."""
        worker.frozen = False
        again = [h for h in self._frozen if _owner(h) is worker]
        self._frozen = [h for h in self._frozen if _owner(h) is not worker]
        self._ready += again

    def _step(self, until: float | None) -> None:
        self.steps += 1
        if self.steps > STEPS or (until is not None and self.now > until):
            msg = f"no end after {self.steps} callbacks and {self.now:.0f} virtual seconds"
            raise Stuck(msg)
        if self.strike is not None:
            self.strike()
        while not self._ready:
            self._advance()
        at = 0 if self.fifo else self.random.randrange(min(len(self._ready), 8))
        handle = self._ready.pop(at)
        if not handle.cancelled():
            handle._run()

    def _advance(self) -> None:
        if not self._timers:
            msg = "nothing is ready and no timer runs"
            raise Stuck(msg)
        when, _, handle = heapq.heappop(self._timers)
        self.now = max(self.now, when)
        if not handle.cancelled():
            self._queue(handle)

    def _queue(self, handle: asyncio.Handle) -> None:
        worker = _owner(handle)
        if worker is None or not (worker.dead or worker.frozen):
            self._ready.append(handle)
        elif worker.frozen and not worker.dead:
            self._frozen.append(handle)


def _given(context: Context | None) -> Context:
    """An empty context is false: ask for none."""
    return copy_context() if context is None else context


def _bury(task: "asyncio.Task[Any]") -> None:
    """Let go of a task that will never run again; what its code says to that is not heard."""
    task._log_destroy_pending = False  # pyright: ignore[reportAttributeAccessIssue]
    coroutine = task.get_coro()
    for _ in range(9):
        with contextlib.suppress(BaseException):  # A `finally` that awaits, or anything else.
            coroutine.close()
            return


def _owner(handle: asyncio.Handle) -> Worker | None:
    return cast("Context", handle._context).get(WORKER)
