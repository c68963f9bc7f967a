"""The systems: the only place that holds connections, and the only way to call one.

Every call runs in a task of the guard's own, shielded from the step: cancelling a step never cancels
a call that is under way (KERNEL no. 9).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from leitstand.errors import CallFailed, ProjectRefused, ToolFailed, Unreachable
from leitstand.tool import Connection, Tool

__all__ = ["Ambiguous", "Systems"]


class Ambiguous(Exception):  # noqa: N818 - a state of knowledge, not an error that anybody sees
    """A write was sent and nobody knows whether it happened."""


class Systems:
    """Connections by port. Not reachable from desk, role or user-land."""

    __slots__ = ("_by_port", "_home")

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._by_port = {c.port: c for c in connections}
        self._home: set[asyncio.Task[Any]] = set()
        if len(self._by_port) != len(connections):
            msg = "two connections behind one port"
            raise ProjectRefused(msg, where="connections")

    def connection(self, tool: Tool[Any, Any]) -> tuple[str, float]:
        """Name and settle time of the connection that a tool uses. Raises Unreachable: none is configured."""
        found = self._by_port.get(tool.port)
        if found is None:
            msg = f"no connection is configured for `{tool.port.__name__}`"
            raise Unreachable(msg, where=tool.name)
        return found.name, found.settle

    async def read(self, tool: Tool[Any, Any], args: BaseModel, timeout: float) -> BaseModel:
        """Call a read. Raises CallFailed only."""
        try:
            return await self._run(tool, (args,), timeout)
        except Ambiguous as error:
            raise Unreachable(str(error), where=tool.name) from error
        except CallFailed:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}"[:500]
            raise ToolFailed(text, where=tool.name) from error

    async def write(
        self, tool: Tool[Any, Any], args: BaseModel, key: str, timeout: float
    ) -> BaseModel:
        """Call a write with its key. Raises CallFailed when it surely did not happen, else Ambiguous."""
        try:
            return await self._run(tool, (args, key), timeout, )
        except Unreachable as error:
            raise Ambiguous(error.text) from error
        except CallFailed:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}"[:500]
            raise Ambiguous(text) from error

    async def find(self, tool: Tool[Any, Any], key: str, timeout: float) -> BaseModel | None:
        """Ask the system for an effect by its key. Raises Ambiguous when it does not answer."""
        if tool.reconcile is None:
            msg = "the tool declares no look-up by key"
            raise Ambiguous(msg)
        adapter = self._adapter(tool)
        try:
            return await self._guarded(tool.reconcile(key, adapter), timeout)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"[:500]
            raise Ambiguous(text) from error

    async def home(self) -> None:
        """Wait until every call that was sent has come home."""
        while self._home:
            await asyncio.wait(self._home)

    async def _run(
        self, tool: Tool[Any, Any], given: tuple[Any, ...], timeout: float
    ) -> BaseModel:
        adapter = self._adapter(tool)
        args, *key = given
        return await self._guarded(tool.run(args, adapter, *key), timeout)

    async def _guarded(self, call: Any, timeout: float) -> Any:
        task = asyncio.ensure_future(call)
        self._home.add(task)
        task.add_done_callback(self._home.discard)
        await asyncio.wait({task}, timeout=timeout)
        if not task.done():
            task.cancel()
            msg = f"no answer within {timeout:g} s"
            raise Ambiguous(msg)
        return task.result()

    def _adapter(self, tool: Tool[Any, Any]) -> object:
        self.connection(tool)
        return self._by_port[tool.port].adapter
