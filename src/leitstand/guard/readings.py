"""Readings: what a case's journal holds, as typed evidence for facts and for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from leitstand.digest import canonical
from leitstand.guard.call import Call
from leitstand.guard.rules import Rules
from leitstand.guard.sending import Sending
from leitstand.policy import Evidence, Resolved
from leitstand.records import MODELS, SUPPLY, Supplied
from leitstand.store import Journal
from leitstand.tool import Tool
from leitstand.values import Reading


class Readings:
    """Finds readings by their id (the address of the call that gave them) in one case's journal."""

    def __init__(self, rules: Rules, sending: Sending, journal: Journal) -> None:
        self._rules, self._sending, self._journal = rules, sending, journal
        self._known: dict[str, Resolved] = {}
        self._tools: dict[str, str] = {}

    async def find(self, names: Sequence[str]) -> Evidence:
        """The readings that these ids name; what cannot be resolved grounds nothing: left out."""
        found: list[Resolved] = []
        for name in names:
            resolved = self._known.get(name) or await self._resolve(name)
            if resolved is not None:
                self._known[name] = resolved
                found.append(resolved)
        return Evidence(found)

    def of_model(self, names: Sequence[str]) -> bool:
        """Whether one of these ids is a model's answer."""
        tape = self._journal.tape
        for name in names:
            if name not in self._tools and (event := tape.answers.get(name)) is not None:
                self._tools[name] = event.said()["tool"]
        return any(self._tools.get(name) in MODELS for name in names)

    async def again(self, names: Sequence[str]) -> Evidence:
        """The same, with readings that must still hold (`watch`) read anew. Raises CallFailed."""
        evidence = await self.find(names)
        return Evidence([await self._anew(r) for r in evidence.readings])

    def digest(self, evidence: Evidence) -> str:
        """What a signature says of the evidence that was shown."""
        return self._journal.digest(canonical([r.value for r in evidence.readings]))

    async def model(self, tool: Tool[Any, Any], body: Mapping[str, Any], name: str) -> BaseModel:
        """The result in a recorded answer, as its tool's type, stamped with its id."""
        raw = await self._journal.load(body["blob"]) if "blob" in body else canonical(body["value"])
        return stamped(tool, raw, name)

    async def _resolve(self, name: str) -> Resolved | None:
        event = self._journal.tape.answers.get(name)
        if event is None:
            return None
        body = event.said()
        if body["tool"] == SUPPLY:
            value = Supplied.model_validate_json(canonical(body["value"]))
            return Resolved(name, SUPPLY, value, value.confidence, "person")
        tool = self._rules.tools.get(body["tool"])
        if tool is None or "failure" in body:
            return None
        return _resolved(name, tool, await self.model(tool, body, name))

    async def _anew(self, resolved: Resolved) -> Resolved:
        tool = self._rules.tools.get(resolved.tool)
        if tool is None or not tool.watch:
            return resolved
        body = self._journal.tape.answers[resolved.id].said()
        args = tool.args.model_validate_json(canonical(body["asked"]))
        result = await self._sending.read(Call(resolved.id, tool, args, ""), args)
        return _resolved(resolved.id, tool, stamped(tool, canonical(result), resolved.id))


def stamped(tool: Tool[Any, Any], raw: bytes, name: str) -> BaseModel:
    """An answer's canonical JSON as its tool's type, stamped with the reading's id.

    Made anew for a step and for the rules: nothing that a step holds is ever evidence.
    """
    value: BaseModel = tool.result.model_validate_json(raw)
    if isinstance(value, Reading):
        value = value.model_copy(update={"id": name})  # pyright: ignore[reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]


def _resolved(name: str, tool: Tool[Any, Any], value: BaseModel) -> Resolved:
    confidence = getattr(value, "confidence", 100)
    return Resolved(name, tool.name, value, confidence, tool.authority)
