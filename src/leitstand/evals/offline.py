"""Offline: while a case is replayed nothing reaches the network but a model that is asked live.

Python tells of every socket that is about to be connected. A replayed step that tries is told what
it would be told without a cable: the network is unreachable.
"""

import errno
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache

_SHUT: ContextVar[bool] = ContextVar("leitstand.evals.shut", default=False)
_WAYS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"})


def offline() -> AbstractContextManager[None]:
    """Shut the network for this task and those that it starts. A step finds OSError."""
    _watch()
    return _network(shut=True)


def online() -> AbstractContextManager[None]:
    """Open it again, for one exchange with a model."""
    return _network(shut=False)


@contextmanager
def _network(*, shut: bool) -> Generator[None]:
    token = _SHUT.set(shut)
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
