"""Connections are called in one place: typed answers, time limits, declared errors alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from leitstand.errors import CallFailed, Contradiction, ProjectRefused, ToolFailed, Unreachable
from leitstand.guard.systems import Ambiguous, Systems
from leitstand.tool import Connection, Tool
from tests.guard.scene import Bank, Books, Find, Paid, Pay, book, find, get, pay

SMALL = Pay(no="R1", cents=5)
SYSTEMS = Systems([Connection("bank", Bank, Books())])


def breaking(tool: Tool[Any, Any], error: BaseException | object) -> Tool[Any, Any]:
    """The tool, which raises this, or answers with it."""

    async def run(*_: object) -> object:
        if isinstance(error, BaseException):
            raise error
        return error

    return replace(tool, run=run)


async def slow(*_: object) -> object:
    """Later than any limit."""
    await asyncio.sleep(10)
    return None


async def test_an_answer_comes_back_typed() -> None:
    """A read and a write of the declared models."""
    assert (await SYSTEMS.read(get, Find(no="A"), 1.0)).model_dump()["value"] == 100
    assert isinstance(await SYSTEMS.write(pay, SMALL, "k", 1.0), Paid)


@pytest.mark.parametrize("error", [ValueError("x"), RuntimeError(), KeyError("k"), Paid(no="1")])
async def test_what_a_read_does_not_declare_is_a_failed_tool(error: object) -> None:
    """Any other exception, or an answer of another model."""
    with pytest.raises(ToolFailed, match=type(error).__name__):
        await SYSTEMS.read(breaking(get, error), Find(no="A"), 1.0)


@pytest.mark.parametrize("error", [asyncio.CancelledError(), SystemExit(3)])
async def test_what_an_adapter_ends_with_ends_nothing_else(error: BaseException) -> None:
    """A library that cancels or exits fails its call, as any other error does."""
    with pytest.raises(ToolFailed, match=type(error).__name__):
        await SYSTEMS.read(breaking(get, error), Find(no="A"), 1.0)
    with pytest.raises(Ambiguous, match=type(error).__name__):
        await SYSTEMS.write(breaking(pay, error), SMALL, "k", 1.0)


async def test_whoever_cancels_a_call_has_it_cancelled() -> None:
    """It is not the adapter's error then."""
    task = asyncio.ensure_future(SYSTEMS.read(replace(get, run=slow), Find(no="A"), 20.0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_declared_failure_passes_as_it_is() -> None:
    """Reads and writes: the system says that it surely did not happen."""
    error = Contradiction("period closed", where="bank")
    with pytest.raises(Contradiction) as read:
        await SYSTEMS.read(breaking(get, error), Find(no="A"), 1.0)
    with pytest.raises(Contradiction) as written:
        await SYSTEMS.write(breaking(pay, error), SMALL, "k", 1.0)
    assert read.value is error
    assert written.value is error


@pytest.mark.parametrize(
    "error", [ValueError("x"), Unreachable("down"), ToolFailed("x"), None, Find(no="A")]
)
async def test_a_write_that_is_not_answered_is_ambiguous(error: object) -> None:
    """Whatever does not say "surely not" leaves it open: never a failure that a step handles."""
    with pytest.raises(Ambiguous):
        await SYSTEMS.write(breaking(pay, error), SMALL, "k", 1.0)


async def test_a_time_limit_ends_a_call() -> None:
    """A read is unreachable, a write and a look-up are ambiguous."""
    with pytest.raises(Unreachable, match=r"no answer within 0\.01 s"):
        await SYSTEMS.read(replace(get, run=slow), Find(no="A"), 0.01)
    with pytest.raises(Ambiguous):
        await SYSTEMS.write(replace(pay, run=slow), SMALL, "k", 0.01)
    with pytest.raises(Ambiguous):
        await SYSTEMS.find(replace(book, reconcile=slow), "k", 0.01)


async def test_a_look_up_finds_or_not() -> None:
    """None is an answer; another model, an error, or no look-up at all is none."""
    systems = Systems([Connection("bank", Bank, Books())])
    paid = await systems.write(pay, SMALL, "k", 1.0)
    assert await systems.find(book, "unknown", 1.0) is None
    assert await systems.find(book, "k", 1.0) == paid == Paid(no="V1")

    async def wrong(key: str, bank: object) -> object:
        return Find(no="A")

    async def down(key: str, bank: object) -> object:
        raise Unreachable("down")

    for reconcile in (wrong, down, None):
        with pytest.raises(Ambiguous):
            await systems.find(replace(book, reconcile=reconcile), "k", 1.0)


async def test_an_unknown_port_is_unreachable() -> None:
    """No connection is configured: said by name, nothing is called."""
    nobody = Systems([])
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: nobody.read(find, Find(no="A"), 1.0),
        lambda: nobody.write(pay, SMALL, "k", 1.0),
    ]
    for call in calls:
        with pytest.raises(Unreachable, match="no connection is configured for `Bank`"):
            await call()


def test_two_connections_behind_one_port_are_refused() -> None:
    """Which of them is meant is not ours to guess."""
    with pytest.raises(ProjectRefused):
        Systems([Connection("a", Bank, Books()), Connection("b", Bank, Books())])


@pytest.mark.parametrize("error", [Contradiction("x"), Unreachable("x"), ValueError("x")])
async def test_errors_have_bounded_texts(error: Exception) -> None:
    """A system that answers with a novel does not fill the journal."""
    with pytest.raises(CallFailed) as raised:
        await SYSTEMS.read(breaking(get, type(error)("x" * 9_000)), Find(no="A"), 1.0)
    assert isinstance(error, CallFailed) or len(raised.value.text) <= 500
