"""The systems: the only place that holds connections, and the only way to call one."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from leitstand.errors import CallFailed, ProjectRefused, ToolFailed, Unreachable
from leitstand.tool import Connection, Tool
from leitstand.values import defect_of


class Ambiguous(Exception):
    """A write was sent and nobody knows whether it happened: no error that anybody sees."""


class Wires(Protocol):
    """What the guard calls systems through; a replay puts its tape in their place."""

    sent: dict[str, float]

    def connection(self, tool: Tool[Any, Any]) -> Connection:
        """The connection that a tool uses."""
        ...

    async def read(self, tool: Tool[Any, Any], args: BaseModel, timeout: float) -> BaseModel:
        """Call a read."""
        ...

    async def write(
        self, tool: Tool[Any, Any], args: BaseModel, key: str, timeout: float
    ) -> BaseModel:
        """Call a write with its key."""
        ...

    async def find(self, tool: Tool[Any, Any], key: str, timeout: float) -> BaseModel | None:
        """Ask for an effect by its key."""
        ...


class Systems:
    """Connections by port. Not reachable from desk, role or user-land.

    `sent` holds when this process last sent an effect that has no outcome yet, by key, in monotonic
    seconds: a clock that is set while a request is on its way makes no "absent" of it.
    """

    __slots__ = ("_by_port", "sent")

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._by_port = {c.port: c for c in connections}
        self.sent: dict[str, float] = {}
        if len(self._by_port) != len(connections):
            raise ProjectRefused("two connections behind one port", where="connections")

    def has(self, tool: Tool[Any, Any]) -> bool:
        """Whether there is a connection that a tool could use."""
        return tool.port in self._by_port

    def connection(self, tool: Tool[Any, Any]) -> Connection:
        """The connection that a tool uses. Raises Unreachable: none is configured."""
        found = self._by_port.get(tool.port)
        if found is None:
            msg = f"no connection is configured for `{tool.port.__name__}`"
            raise Unreachable(msg, where=tool.name)
        return found

    async def read(self, tool: Tool[Any, Any], args: BaseModel, timeout: float) -> BaseModel:
        """Call a read. Raises CallFailed only."""
        adapter = self.connection(tool).adapter
        try:
            return _typed(tool, await _within(tool.run(args, adapter), timeout))
        except Ambiguous as error:
            raise Unreachable(str(error), where=tool.name) from error
        except CallFailed:
            raise
        except Exception as error:
            raise ToolFailed(defect_of(error), where=tool.name) from error

    async def write(
        self, tool: Tool[Any, Any], args: BaseModel, key: str, timeout: float
    ) -> BaseModel:
        """Call a write with its key. Raises CallFailed (it surely did not happen) or Ambiguous."""
        adapter = self.connection(tool).adapter
        try:
            return _typed(tool, await _within(tool.run(args, adapter, key), timeout))
        except (Unreachable, ToolFailed) as error:
            raise Ambiguous(error.text) from error
        except (Ambiguous, CallFailed):
            raise
        except Exception as error:
            raise Ambiguous(defect_of(error)) from error

    async def find(self, tool: Tool[Any, Any], key: str, timeout: float) -> BaseModel | None:
        """Ask the system for an effect by its key. Raises Ambiguous when it does not answer."""
        if tool.reconcile is None:
            raise Ambiguous("the tool declares no look-up by key")
        try:
            adapter = self.connection(tool).adapter
            found = await _within(tool.reconcile(key, adapter), timeout)
            return None if found is None else _typed(tool, found)
        except Ambiguous:
            raise
        except Exception as error:
            raise Ambiguous(defect_of(error)) from error


async def _within(call: Awaitable[Any], timeout: float) -> Any:  # noqa: ANN401 - checked by its tool
    try:
        async with asyncio.timeout(timeout):
            return await call
    except TimeoutError as error:
        raise Ambiguous(f"no answer within {timeout:g} s") from error
    except (asyncio.CancelledError, SystemExit) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task and task.cancelling():
            raise
        raise ToolFailed(defect_of(error)) from error  # The adapter's own: it must end nobody else.


def _typed(tool: Tool[Any, Any], result: Any) -> BaseModel:  # noqa: ANN401 - it is found out here
    if isinstance(result, tool.result):
        return result
    raise ToolFailed(f"`{tool.name}` answered with a `{type(result).__name__}`", where=tool.name)
