"""Proof that nothing bypasses the guard: an instrumented bank, a search of what steps get.

An arrival must have been allowed before it came: a write by a committed intent with an allowing
verdict for exactly these arguments under exactly this key, a read by a verdict of the guard on
exactly these arguments. One permission lets one call in.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, cast

import orjson
from pydantic import BaseModel
from sqlalchemy import select

from leitstand.digest import canonical
from leitstand.guard import Rules
from leitstand.policy import Bundle, Request
from leitstand.records import Decision, Verdict
from leitstand.store import Tape
from leitstand.store.schema import cases
from tests.guard.graphs import Spies
from tests.guard.scene import TOOLS, Books, Scene

__all__ = ["Inspection", "paths_to"]

READS = {"get": "bank.get", "find": "bank.find", "letter": "bank.letter"}


class _Listening(Rules):
    """The guard's rules; what they allow is noted."""

    allowed: Counter[bytes]

    def decide(self, request: Request) -> Verdict:
        """The verdict, noted if it allows."""
        verdict = super().decide(request)
        if verdict.decision is Decision.ALLOW:
            self.allowed[canonical([request.tool, request.args])] += 1
        return verdict


class _Watched(Books):
    """The bank, which lets an inspection look at each arrival."""

    inspection: "Inspection"

    async def _arrive(self, what: str, args: Any, key: str) -> None:  # noqa: ANN401 any arguments
        await self.inspection.arrived(READS.get(what, what), args, key)
        await super()._arrive(what, args, key)


class Inspection(Spies):
    """Watches a scene; `faults` are bypasses that were found."""

    def __init__(self, scene: Scene, bundle: Bundle) -> None:
        self.scene, self.faults = scene, list[str]()
        self.looked: set[int] = set()
        self.kept: list[object] = []
        self.reads: Counter[tuple[str, str]] = Counter()
        self.keys: Counter[str] = Counter()
        bank = _Watched()
        bank.inspection = self
        scene.bank = bank
        people, clock = scene.house.directory, scene.clock
        rules = _Listening(bundle, TOOLS, lambda _: {}, people, clock, b"s" * 32)
        rules.allowed = Counter()
        scene.rules = self.rules = rules

    async def arrived(self, tool: str, args: Any, key: str) -> None:  # noqa: ANN401 any arguments
        """Hold one arrival against the record."""
        if key:
            await self._written(tool, args, key)
            return
        self.reads[tool, args] += 1
        asked = canonical([tool, {"no": args}])
        self.rules.allowed[asked] -= 1
        if self.rules.allowed[asked] < 0:
            self.faults.append(f"{tool} {args}: the guard has not allowed this call")

    async def _written(self, tool: str, args: object, key: str) -> None:
        self.keys[key] += 1
        if self.keys[key] > 1:
            self.faults.append(f"{tool}: {key} came {self.keys[key]} times")
        intent = (await self._intents()).get(key)
        if intent is None:
            self.faults.append(f"{tool}: {key} came without a committed intent")
        elif (intent["tool"], intent["args"]) != (tool, args):
            self.faults.append(f"{tool}: {key} came with {args}, intended is {intent['args']}")
        elif intent["verdict"]["decision"] != Decision.ALLOW:
            self.faults.append(f"{tool}: {key} is intended, not allowed")

    async def settle(self) -> None:
        """At the end: every read that arrived is an answer in some journal, and none is missing."""
        recorded: Counter[tuple[str, str]] = Counter()
        for ulid in await self._ulids():
            claimed = await self.scene.store.journal(ulid)
            names = {
                claimed.key.digest(canonical([tool, {"no": no}])): (tool, no)
                for tool, no in self.reads
            }
            for event in (e for e in claimed.events if e.kind == "answer"):
                body: dict[str, Any] = orjson.loads(event.body)
                if body.get("proposed") in names and "failure" not in body:
                    recorded[names[body["proposed"]]] += 1
        if recorded != self.reads:
            self.faults.append(f"arrived {self.reads}, recorded {recorded}")

    def seen(self, what: object) -> None:
        """Search what a step got for a way to the bank."""
        if id(what) not in self.looked:
            self.looked.add(id(what))
            self.kept.append(what)  # So that no other object gets its id.
            self.faults += [f"a way to the bank: {p}" for p in paths_to(self.scene.bank, what)]

    async def _ulids(self) -> list[str]:
        query = select(cases.c.ulid)
        return await self.scene.store.read(lambda c: list(c.execute(query).scalars()))

    async def _intents(self) -> dict[str, dict[str, Any]]:
        """Committed intents of all cases, by key."""
        found: dict[str, dict[str, Any]] = {}
        for ulid in await self._ulids():
            tape = Tape((await self.scene.store.journal(ulid)).events)
            found |= {intent["key"]: intent for intent in tape.intents.values()}
        return found


def paths_to(bank: object, start: object, limit: int = 20_000) -> list[str]:
    """Public paths (attributes, items, what methods are bound to) from `start` to `bank`."""
    found: list[str] = []
    seen: dict[int, object] = {}
    due: list[tuple[str, object]] = [(type(start).__name__, start)]
    while due and len(seen) < limit:
        path, node = due.pop()
        if node is bank:
            found.append(path)
        elif id(node) not in seen:
            seen[id(node)] = node
            due += [(f"{path}{name}", value) for name, value in _parts(node)]
    return found


_PLAIN = (str, bytes, int, float, type(None), ModuleType, BuiltinFunctionType)


def _parts(node: object) -> Iterator[tuple[str, object]]:
    if isinstance(node, Mapping):
        held = cast("Mapping[object, object]", node)
        yield from ((f"[{key!r}]", value) for key, value in held.items())
    elif isinstance(node, list | tuple | set | frozenset):
        items = cast("list[object]", node)
        yield from ((f"[{at}]", value) for at, value in enumerate(items))
    elif isinstance(node, type | FunctionType):
        if node.__module__.startswith(("leitstand", "tests")):
            public = (name for name in vars(node) if not name.startswith("_"))
            yield from ((f".{name}", vars(node)[name]) for name in public)
    elif isinstance(node, MethodType):
        yield ".__self__", node.__self__
    elif not isinstance(node, _PLAIN):
        yield ".__class__", type(node)
        yield from _attributes(node)


def _attributes(node: object) -> Iterator[tuple[str, object]]:
    """Public attributes of an object: its own, its slots', its properties'."""
    own = {f.name for f in fields(node)} if is_dataclass(node) else set[str]()
    own |= set(getattr(node, "__dict__", ()))
    slots = (getattr(kind, "__slots__", ()) for kind in type(node).__mro__)
    own |= {name for names in slots for name in names}
    mine = type(node).__module__.startswith(("leitstand", "tests"))
    if mine:
        own |= {n for n in dir(type(node)) if not hasattr(BaseModel, n)}
    for name in own:
        if not name.startswith("_") and hasattr(node, name):
            yield f".{name}", getattr(node, name)
    if isinstance(node, BaseException):
        yield from ((f".{n}", getattr(node, n)) for n in ("args", "__cause__", "__context__"))
