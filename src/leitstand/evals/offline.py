"""Offline: while a case is replayed nothing reaches the network but a model that is asked live.

Python tells of every socket that is about to be connected. A replayed step that tries is told what
it would be told without a cable: the network is unreachable.
"""

import errno
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

__all__ = ["offline", "online"]

_SHUT: ContextVar[bool] = ContextVar("leitstand.evals.shut", default=False)
_WAYS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"})


@contextmanager
def offline() -> Generator[None]:
    """Shut the network for this task and those that it starts. A step finds OSError."""
    _watch()
    token = _SHUT.set(True)
    try:
        yield
    finally:
        _SHUT.reset(token)


@contextmanager
def online() -> Generator[None]:
    """Open it again, for one exchange with a model."""
    token = _SHUT.set(False)
    try:
        yield
    finally:
        _SHUT.reset(token)


@cache
def _watch() -> None:
    """An audit hook stays for as long as the process does, so there is one."""

    def refuse(event: str, _: tuple[object, ...]) -> None:
        if event in _WAYS and _SHUT.get():
            raise OSError(errno.ENETUNREACH, "a replay has no network")

    sys.addaudithook(refuse)
