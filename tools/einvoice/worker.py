"""The parent side of a worker: child processes that answer questions, within time and memory.

Each of the pool's threads owns one child process. A child that dies, hangs or grows too large is
killed and replaced, so no document can do more harm than to lose its own answer. Nothing here is
tied to an event loop: a pool may be used from several.
"""

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, TypeVar, cast

from leitstand.errors import LeitstandError
from tools.einvoice.child import pack, unpack

T = TypeVar("T")

_CHILD = Path(__file__).with_name("child.py")


class NoAnswer(LeitstandError):
    """A worker died, hung or ran out of memory over a question; the next gets a fresh worker."""

    code = "LS803"
    mend = "the document is unchecked; if it is every document, check that the packages load"


@dataclass(frozen=True, slots=True)
class Job:
    """What children run: the job's file, its settings, and beyond how many bytes they are replaced.

    `settings["memory"]`, if given, is a hard cap on the child's address space.
    """

    file: Path
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    resident: int | None = None


class Pool:
    """`size` children of one job; questions wait for the next that is free."""

    def __init__(self, job: Job, size: int = 1) -> None:
        self._job, self.size = job, size
        self._threads = ThreadPoolExecutor(size, thread_name_prefix=job.file.stem)
        self._mine = threading.local()
        self._children: set[_Child] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def processes(self) -> tuple[int, ...]:
        """The process ids of the children now alive."""
        with self._lock:
            return tuple(child.pid for child in self._children)

    async def ask(
        self, header: Mapping[str, Any], body: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        """The answer of a child.

        Raises NoAnswer: it took longer, died twice over the question, said that it failed, or the
        pool was closed.
        """
        return await self._run(self._ask, header, body, seconds)

    async def ask_all(self, header: Mapping[str, Any], seconds: float) -> None:
        """Put one question to every child, starting those that are not yet there."""
        meet = threading.Barrier(self.size)
        waits = (self._run(self._ask_met, header, seconds, meet) for _ in range(self.size))
        await asyncio.gather(*waits)

    def close(self) -> None:
        """Kill the children and end the threads. Questions still waiting get NoAnswer."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            children, self._children = self._children, set()
        for child in children:
            child.kill()
        self._threads.shutdown(wait=True)

    async def _run(self, ask: Callable[..., T], *args: object) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, ask, *args)
        except RuntimeError as error:
            raise self._gone() from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if not self._closed or (task and task.cancelling()):
                raise
            raise self._gone() from error

    def _gone(self) -> NoAnswer:
        return NoAnswer("the pool is closed", where=self._job.file.stem)

    def _ask_met(self, header: Mapping[str, Any], seconds: float, meet: threading.Barrier) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(seconds)
        self._ask(header, b"", seconds)

    def _ask(
        self, header: Mapping[str, Any], body: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        message = pack(dict(header), body)
        try:
            return self._ask_once(message, seconds)
        except (EOFError, OSError):
            pass  # it may have died over an earlier question: a fresh one gets this one too
        try:
            return self._ask_once(message, seconds)
        except (EOFError, OSError) as error:
            raise NoAnswer("the worker died over it", where=self._job.file.stem) from error

    def _ask_once(self, message: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        child = self._child()
        try:
            answer, content = child.ask(message, seconds)
        except TimeoutError as error:
            self._drop(child)
            msg = f"no answer within {seconds} s"
            raise NoAnswer(msg, where=self._job.file.stem) from error
        except (EOFError, OSError):
            self._drop(child)
            raise
        return self._checked(child, answer), content

    def _checked(self, child: "_Child", answer: dict[str, Any]) -> dict[str, Any]:
        cap = self._job.resident
        if "error" in answer or (cap is not None and answer["resident"] > cap):
            self._drop(child)
        if "error" in answer:
            msg = f"{answer['error']}: {answer['reason']}"
            raise NoAnswer(msg, where=self._job.file.stem)
        return answer

    def _child(self) -> "_Child":
        child: _Child | None = getattr(self._mine, "child", None)
        if child is not None:
            return child
        with self._lock:
            if self._closed:
                raise self._gone()
            child = _Child(self._job)
            self._children.add(child)
        self._mine.child = child
        return child

    def _drop(self, child: "_Child") -> None:
        child.kill()
        self._mine.child = None
        with self._lock:
            self._children.discard(child)


class _Child:
    """One child process and its two pipes."""

    def __init__(self, job: Job) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", str(_CHILD), str(job.file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._in = cast("BinaryIO", self._process.stdin)
        self._out = cast("BinaryIO", self._process.stdout)
        with contextlib.suppress(BrokenPipeError):
            self._in.write(pack(dict(job.settings)))
            self._in.flush()

    def ask(self, message: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send a message and wait for the answer; TimeoutError, EOFError or OSError if none."""
        watch = threading.Timer(seconds, self._process.kill)
        began = monotonic()
        watch.start()
        try:
            self._in.write(message)
            self._in.flush()
            return unpack(self._out)
        except (EOFError, OSError, ValueError) as error:  # ValueError: the pipe was closed
            if monotonic() - began >= seconds:
                raise TimeoutError from error
            raise EOFError from error
        finally:
            watch.cancel()

    def kill(self) -> None:
        """End the process and close its pipes."""
        self._process.kill()
        for pipe in (self._in, self._out):
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()
