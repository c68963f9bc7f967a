"""Halts: people stop a role, or all, until somebody lets it go on (EU AI Act Art. 14 (4) e).

One line a word in a file of its own, only appended: the process that runs the cases looks there
before whatever it does, so any other may stop it within 50 ms, and a restart finds it stopped.
"""

import os
import time
from pathlib import Path
from typing import NamedTuple

import orjson

from leitstand.errors import StoreFailed

GLANCE = 0.05
"""Seconds for which a look at the file counts: a case makes tens of calls, a look costs 0.1 ms."""


class Halt(NamedTuple):
    """Who halted a role (empty: every role), why, and when (seconds since the epoch)."""

    role: str
    person: str
    reason: str
    at: float


class Halts:
    """The halts of a state folder; without a file there are none. Raises StoreFailed: damaged."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._seen = 0
        self._found: tuple[Halt, ...] = ()
        self._until = 0.0

    def now(self) -> tuple[Halt, ...]:
        """What is halted, in the order in which it was."""
        now = time.monotonic()
        if now < self._until:
            return self._found
        self._until = now + GLANCE
        try:
            size = os.stat(self._file).st_size if self._file else 0  # noqa: PTH116 - the fastest
        except FileNotFoundError:
            size = 0
        if size != self._seen and self._file:
            self._found, self._seen = _read(self._file), size
        return self._found

    def of(self, role: str) -> Halt | None:
        """The halt that keeps this role from working, if one does."""
        halts = self.now()
        return next((halt for halt in halts if halt.role in ("", role)), None) if halts else None

    def say(self, halt: Halt, *, on: bool) -> None:
        """Halt from now on, or let it go `on`; durable when this returns."""
        handle = os.open(self._file or "", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "wb", buffering=0) as file:
            file.write(orjson.dumps({**halt._asdict(), "on": on}) + b"\n")
            os.fsync(file.fileno())
        self._until = 0.0


def _read(file: Path) -> tuple[Halt, ...]:
    halted: dict[str, Halt] = {}
    try:
        for said in map(orjson.loads, file.read_bytes().splitlines()):
            on = said.pop("on")
            halted.pop(said["role"], None)
            if not on:
                halted[said["role"]] = Halt(**said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreFailed(f"`{file.name}` is damaged", where=str(file.parent)) from error
    return tuple(halted.values())
