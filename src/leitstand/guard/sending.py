"""Sending: intent before the call, outcome after it, and reconciling when the outcome is unknown.

The one code path from an intent without outcome leads through `reconcile` (KERNEL nos. 4, 5).
"""

import asyncio
from typing import Any

from pydantic import BaseModel

from leitstand.clock import Clock
from leitstand.digest import canonical
from leitstand.errors import CallFailed, Unreachable
from leitstand.guard.call import Call, Pause
from leitstand.guard.failure import failure_of
from leitstand.guard.systems import Ambiguous, Systems
from leitstand.store import Budget, Journal
from leitstand.tool import Tool

__all__ = ["Sending", "UnknownEffect"]

READ_PAUSES = (0.05, 0.2)
"""Seconds before each repeat of a read that a system did not answer."""
ATTEMPTS = 5
"""How often the outcome of a write is asked for before a person takes over."""


class UnknownEffect(BaseException):
    """Nobody can tell whether a write happened: the case is held for a person. No step may catch it."""


class Sending:
    """Calls of one case to the systems, with their record in its journal."""

    def __init__(self, systems: Systems, journal: Journal, clock: Clock, *, restored: bool) -> None:
        self._systems = systems
        self._journal = journal
        self._clock = clock
        self._restored = restored

    def connection(self, tool: Tool[Any, Any]) -> str:
        """The name of the connection that a tool uses."""
        return self._systems.connection(tool)[0]

    async def read(self, call: Call, args: BaseModel) -> BaseModel:
        """Call a read; one that is not answered is repeated. Raises CallFailed."""
        timeout = call.timeout or call.tool.timeout
        for pause in READ_PAUSES:
            try:
                return await self._systems.read(call.tool, args, timeout)
            except Unreachable:
                await asyncio.sleep(pause)
        return await self._systems.read(call.tool, args, timeout)

    async def send(self, call: Call, args: BaseModel, intent: dict[str, Any]) -> dict[str, Any]:
        """Record the intent, call the system, record the outcome; its body is returned.

        Raises Contradiction (a key or budget is taken, nothing was sent), Pause (the outcome is unknown, or the
        lease is too short to send), UnknownEffect.
        """
        await self._journal.intend(call.address, intent, _budgets(self._journal, intent))
        if self._restored:
            return await self.reconcile(call, intent)
        return await self._try(call, args, intent)

    async def reconcile(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:
        """Find out what became of an intent without outcome; send it again only if that is safe.

        Raises Pause (ask again later), UnknownEffect (a person has to look).
        """
        tool, key = call.tool, intent["key"]
        timeout = call.timeout or tool.timeout
        if tool.reconcile is None and not tool.idempotent:
            raise UnknownEffect(f"`{tool.name}` {key}: it has no look-up and no honoured key")
        if tool.reconcile is not None:
            try:
                found = await self._systems.find(tool, key, timeout)
            except Ambiguous as error:
                raise self._later(call, intent, str(error)) from error
            if found is not None:
                return await self._outcome(call, intent, canonical(found))
        due = intent["at"] + timeout + self._systems.connection(tool)[1]
        if not self._restored and self._clock.time() < due:
            raise Pause(f"`{tool.name}` {key} may still be on its way", due)
        args = tool.args.model_validate_json(canonical(intent["args"]))
        return await self._try(call, args, intent)

    async def _try(self, call: Call, args: BaseModel, intent: dict[str, Any]) -> dict[str, Any]:
        timeout = call.timeout or call.tool.timeout
        if self._clock.monotonic() >= self._journal.lease_end - timeout:
            raise Pause("the lease is too short to send", self._clock.time())
        try:
            result = await self._systems.write(call.tool, args, intent["key"], timeout)
        except Ambiguous as error:
            raise self._later(call, intent, str(error)) from error
        except CallFailed as error:
            return await self._record(call, intent, {"failure": failure_of(error)})
        return await self._outcome(call, intent, canonical(result))

    def _later(self, call: Call, intent: dict[str, Any], text: str) -> BaseException:
        key = intent["key"]
        if self._journal.tape.attempts.get(key, 0) >= ATTEMPTS:
            return UnknownEffect(f"`{call.tool.name}` {key}: {text}")
        self._journal.record("attempt", call.address, {"key": key, "text": text})
        settle = self._systems.connection(call.tool)[1]
        wait = (call.timeout or call.tool.timeout) + settle
        return Pause(f"`{call.tool.name}` {key}: {text}", self._clock.time() + wait)

    async def _outcome(self, call: Call, intent: dict[str, Any], raw: bytes) -> dict[str, Any]:
        return await self._record(call, intent, self._journal.value(raw))

    async def _record(
        self, call: Call, intent: dict[str, Any], answer: dict[str, Any]
    ) -> dict[str, Any]:
        body = {
            "tool": call.tool.name,
            "key": intent["key"],
            "proposed": intent["proposed"],
            "acted": intent["acted"],
            "at": self._clock.time(),
            **answer,
        }
        self._journal.record("outcome", call.address, body)
        await self._journal.commit()
        return body


def _budgets(journal: Journal, intent: dict[str, Any]) -> list[Budget]:
    return [Budget(*row) for row in intent.get("budgets", ())]
