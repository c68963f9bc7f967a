"""Offline: a replay reaches no network, and what runs beside it does."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from leitstand.evals.offline import offline, online


def connect() -> None:
    """Ask for a connection that nobody listens at: the system refuses it, if it is asked at all."""
    with socket.socket() as one:
        one.settimeout(1)
        one.connect(("127.0.0.1", 9))


def send() -> None:
    """Send a datagram to nobody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ("127.0.0.1", 9))


def resolve() -> None:
    """Look a name up."""
    socket.getaddrinfo("localhost", 80)


@pytest.mark.parametrize("way", [connect, send, resolve])
def test_nothing_gets_out(way: Callable[[], Any]) -> None:
    """Each way ends as without a cable; open again for one exchange, and shut after it."""
    for _ in range(2):
        with offline(), pytest.raises(OSError, match="a replay has no network"):
            way()
    with offline():
        with online():
            _reached(way)
        with pytest.raises(OSError, match="a replay has no network"):
            way()
    _reached(way)


def _reached(way: Callable[[], Any]) -> None:
    said = ""
    try:
        way()
    except OSError as error:
        said = str(error)
    assert "a replay" not in said


def test_tasks_of_a_replay_are_shut_in_and_others_are_not() -> None:
    """Python's own loop connects in the task that asks."""

    async def connected() -> str:
        try:
            await asyncio.open_connection("127.0.0.1", 9)
        except OSError as error:
            return str(error)
        return ""

    async def both() -> tuple[str, str]:
        return await asyncio.gather(_shut(connected), connected())

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        inside, outside = runner.run(both())
    assert "a replay has no network" in inside
    assert "a replay" not in outside


async def _shut(work: Callable[[], Any]) -> str:
    with offline():
        return await asyncio.ensure_future(work())
