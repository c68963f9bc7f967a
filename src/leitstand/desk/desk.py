"""The desk: everything a step may do, each call with an address and an answer in the journal."""

import asyncio
import math
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar, overload

from pydantic import BaseModel, ValidationError

from leitstand.clock import Clock
from leitstand.desk.agent import Agent, Bounds
from leitstand.desk.asking import Asking, Models
from leitstand.desk.gravity import TooManyRejections, ended, gravest, gravity
from leitstand.desk.hand_over import HandOver, hand_over
from leitstand.desk.scope import Scope
from leitstand.digest import canonical
from leitstand.errors import (
    ArgumentsRefused,
    CallFailed,
    Diverged,
    ForeignCall,
    Rejected,
    ValueRefused,
)
from leitstand.guard import Call, Passage, Pause, failure_of, raised
from leitstand.model import Answer, Question
from leitstand.records import Address, Exit
from leitstand.store import Journal
from leitstand.tool import Tool
from leitstand.trace import Trace

A = TypeVar("A", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")

BOUNDS = Bounds()


@dataclass(slots=True)
class Room:
    """What all desks of one burst share."""

    journal: Journal
    passage: Passage
    clock: Clock
    models: Models
    trace: Trace | None = None
    zone: tzinfo = UTC
    asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        self.asking = Asking(self.journal, self.clock, self.models, self.trace)


class Desk:
    """What one run of a step works at.

    Calls are made from the step's own task, `runs_in`, or through `gather`.
    """

    __slots__ = ("_name", "_room", "_runs_in", "_scopes", "_sealed", "dead")

    def __init__(
        self, room: Room, task: str, runs_in: "asyncio.Task[Any] | None", *, sealed: bool
    ) -> None:
        self._room, self._sealed, self._name, self._runs_in = room, sealed, task, runs_in
        self.dead: BaseException | None = None
        """What ended this desk, if anything did: a step that returns all the same is a defect."""
        # The step's own is made by its first call: most steps make none.
        self._scopes: dict[asyncio.Task[Any], Scope] = {}

    def leave(self) -> None:
        """The step has returned: nothing may be called here any more."""
        self._runs_in = None
        self._scopes.clear()

    async def call(
        self,
        tool: Tool[A, R],
        args: A,
        *,
        evidence: Sequence[str] = (),
        may_wait: bool = True,
        timeout: float | None = None,
    ) -> R:
        """Call a tool under the guard; `evidence` are ids of readings that the arguments rest on.

        `may_wait` false: where the rules would ask a person, the call is refused instead. `timeout`
        in seconds, at most the tool's own. Raises CallFailed, with its cause, as recorded.
        """
        address = self._next()
        with _Ending(self):
            proposed, seen = self._proposed(address, tool, args), tuple(evidence)
            call = Call(address, tool, args, proposed, seen, may_wait, timeout, self._sealed)
            return await self._perform(call)  # pyright: ignore[reportReturnType] the tool's own result model

    async def ask(self, prompt: str, inputs: Mapping[str, Any], answer: type[A]) -> Answer[A]:
        """Ask the model with a prompt; the answer is a reading, never the truth.

        Raises CallFailed, as recorded: Unreachable (the endpoint is down, slow or refuses),
        ModelFailed (what it says is no `answer`), BudgetSpent. Raises ModelRefused: the project has
        no such prompt, or no model for it; nothing is recorded then.
        """
        address = self._next()
        with _Ending(self):
            proposed = self._room.journal.digest(canonical(["ask", prompt, inputs]))
            body = self._recorded(address, "ask", proposed)
            if body is None:
                question = Question(prompt, inputs, answer, self._role, address=address)
                said: dict[str, Any] = {"tool": "ask", "proposed": proposed, "prompt": prompt}
                said["inputs"] = self._room.journal.value(canonical(inputs))
                said |= await self._room.asking.answer(question)
                body = self._record(address, said)
                await self._room.journal.commit()
            return self._read(address, answer, body)

    async def agent(
        self,
        prompt: str,
        inputs: Mapping[str, Any],
        tools: Sequence[Tool[Any, Any]],
        answer: type[A],
        *,
        evidence: Sequence[str] = (),
        bounds: Bounds = BOUNDS,
    ) -> Answer[A]:
        """Let the model call these tools until it gives its answer.

        Each call passes the guard as one of the step does; no write that a model chose goes through
        on its own. The model is told results, refusals and rejections. Raises CallFailed as `ask`
        does; ModelFailed also where it comes to no answer within `bounds`.
        """
        address = self._next()
        with _Ending(self):
            digest = self._room.journal.digest
            forms = [[t.name, t.args.model_json_schema()] for t in tools]
            asked = ["agent", prompt, inputs, forms, answer.model_json_schema()]
            proposed = digest(canonical(asked))
            body = self._recorded(address, "agent", proposed)
            if body is None:
                question = Question(prompt, inputs, answer, self._role, tools, (), address)
                said = await self._walked(question, proposed, tuple(evidence), bounds)
                body = {"tool": "agent", "proposed": proposed, "prompt": prompt, **said}
                event = self._room.journal.record("scope", address, body)
                body = event.said()
            return self._read(address, answer, body)

    async def now(self) -> datetime:
        """The time where the tenant is; a recorded answer, so the same on every replay."""
        address = self._next()
        with _Ending(self):
            body = self._recorded(address, "now", "now")
            if body is None:
                at = self._room.clock.time()
                moment = datetime.fromtimestamp(at, self._room.zone).isoformat()
                body = self._record(address, {"tool": "now", "proposed": "now", "value": moment})
            return datetime.fromisoformat(body["value"])

    def supplied(self, field: str) -> tuple[str, ...]:
        """Ids of readings in which a person supplied `field` of the state: evidence for calls."""
        known = self._room.journal.tape.supplied.get(field)
        return (known,) if known else ()

    async def wait(self, for_: str, until: datetime | None = None) -> dict[str, Any] | None:
        """Wait for a signal named `for_`, or until a time.

        Its body, or None when the time came first. Each signal is given to one wait, in the order
        in which they came.
        """
        if until is not None and until.tzinfo is None:
            raise ValueRefused("`until` has no time zone", mend="count from `await desk.now()`")
        address = self._next()
        with _Ending(self):
            proposed = self._room.journal.digest(canonical(["wait", for_, until]))
            body = self._recorded(address, "wait", proposed)
            if body is None:
                body = self._wait(address, proposed, for_, until)
            return body["value"]

    async def hand_over(
        self,
        role: str,
        given: BaseModel | Mapping[str, Any],
        title: str,
        *,
        evidence: Sequence[str] = (),
        wait: bool = True,
    ) -> Exit | None:
        """Give another role a case; its exit, or at once None with `wait` false.

        Raises Refused: by the rules; Contradiction: no such role or input, a cycle, level five.
        """
        text = canonical(given).decode()
        parent = self._room.journal.case.ulid
        order = HandOver(role=role, parent=parent, title=title, given=text)
        child = await self.call(hand_over, order, evidence=evidence)
        if not wait:
            return None
        told = await self.wait(f"child:{child.ulid}")
        return None if told is None else Exit.model_validate_json(canonical(told["exit"]))

    @overload
    async def gather(
        self, first: Coroutine[Any, Any, T], second: Coroutine[Any, Any, U], /
    ) -> tuple[T, U]: ...
    @overload
    async def gather(
        self,
        first: Coroutine[Any, Any, T],
        second: Coroutine[Any, Any, U],
        third: Coroutine[Any, Any, V],
        /,
    ) -> tuple[T, U, V]: ...
    @overload
    async def gather(self, *calls: Coroutine[Any, Any, T]) -> tuple[T, ...]: ...
    async def gather(self, *calls: Coroutine[Any, Any, Any]) -> tuple[Any, ...]:
        """Run calls, or functions that make calls, side by side; each gets a branch of its own.

        All come home before this returns or raises; of several failures the first in order is
        raised, of several signals the gravest.
        """
        try:
            self._alive()
            scope = self._scope()
        except BaseException:
            for call in calls:
                call.close()
            raise
        at, scope.n = scope.n, scope.n + 1
        tasks: list[asyncio.Task[Any]] = []
        for index, call in enumerate(calls):
            task = asyncio.ensure_future(call)
            self._scopes[task] = scope.branch(at, index)
            tasks.append(task)
        with _Ending(self):
            if tasks:
                await asyncio.wait(tasks)
        if worst := gravest([ended(t) for t in tasks], waits_first=True):
            raise worst
        return tuple(t.result() for t in tasks)

    @property
    def _role(self) -> str:
        return self._room.journal.case.role

    async def _perform(self, call: Call) -> BaseModel:
        room = self._room
        try:
            performed = room.passage.perform(call)
            return await (room.trace.call(call.address, performed) if room.trace else performed)
        except Rejected:
            self._count_rejection(call.address)
            raise

    async def _walked(
        self, question: Question, digest: str, evidence: Sequence[str], bounds: Bounds
    ) -> dict[str, Any]:
        """What came of an agent, as it is recorded."""
        room = self._room
        agent = Agent(room.journal, room.asking, self._perform, self._recorded, sealed=self._sealed)
        try:
            return {"value": await agent.run(question, digest, evidence, bounds)}
        except CallFailed as error:
            return {"failure": failure_of(error)}

    def _read(self, address: Address, answer: type[A], body: Mapping[str, Any]) -> Answer[A]:
        """The answer on record. Raises CallFailed as recorded, Diverged: it is of another type."""
        if "failure" in body:
            raise raised(body["failure"])
        try:
            reading = Answer[answer].model_validate_json(canonical(body["value"]))
        except ValidationError as error:
            msg = f"the recorded answer is no `{answer.__name__}` any more"
            raise Diverged(msg, where=address) from error
        return reading.model_copy(update={"id": address})

    def _next(self) -> str:
        self._alive()
        return self._scope().next()

    def _alive(self) -> None:
        if isinstance(self.dead, asyncio.CancelledError):
            raise ForeignCall("a desk call of this step was cancelled")
        if self.dead is not None:
            raise self.dead

    def _scope(self) -> Scope:
        task = asyncio.current_task()
        if task is not None and task is self._runs_in and task not in self._scopes:
            self._scopes[task] = Scope(self._name)
        scope = self._scopes.get(task) if task is not None else None
        if scope is None:
            raise ForeignCall("a desk call from a task that the desk did not start")
        return scope

    def _proposed(self, address: str, tool: Tool[Any, Any], args: BaseModel) -> str:
        """Digest of the action. Raises ArgumentsRefused, as recorded: no canonical form."""
        digest = self._room.journal.digest
        try:
            return digest(canonical([tool.name, args]))
        except ValueRefused as error:
            proposed = digest(canonical([tool.name, error.text]))
            body = self._recorded(address, tool.name, proposed)
            if body is None:
                failure = failure_of(ArgumentsRefused(error.text, where=tool.name))
                said = {"tool": tool.name, "proposed": proposed, "failure": failure}
                body = self._record(address, said)
            raise raised(body["failure"]) from None

    def _recorded(self, address: str, kind: str, proposed: str) -> dict[str, Any] | None:
        tape = self._room.journal.tape
        event = tape.answer(address)
        timer = tape.timers.get(address)
        if event is None and (self._sealed or (timer is None and tape.known(address))):
            raise Diverged(f"the recorded run made no `{kind}` here", where=address)
        if event is None and tape.exit is not None:
            raise Pause("the case has ended: nothing is asked any more")
        if event is None:
            self._room.passage.go()
        body = event.said() if event is not None else None
        before = body or timer
        if before is not None and before["proposed"] != proposed:
            msg = f"recorded {before['proposed'][:8]}, now `{kind}` {proposed[:8]}"
            raise Diverged(msg, where=address)
        return body

    def _record(self, address: str, body: dict[str, Any]) -> dict[str, Any]:
        event = self._room.journal.record("answer", address, body)
        return event.said()

    def _wait(
        self, address: str, proposed: str, for_: str, until: datetime | None
    ) -> dict[str, Any]:
        journal, due = self._room.journal, until.timestamp() if until else math.inf
        tape, answer = journal.tape, {"tool": "wait", "proposed": proposed}
        if address not in tape.timers:
            rule = {"for": for_, "until": until, "proposed": proposed}
            journal.record("timer", address, rule)
        for signal in _in_order(for_, tape.signals):
            name, at = signal["id"], signal.get("at", 0.0)
            if name not in tape.consumed and at <= due:
                return self._record(address, {**answer, "value": signal["body"], "signal": name})
        if self._room.clock.time() >= due:
            return self._record(address, {**answer, "value": None})
        raise Pause(f"waits for {for_}", due if until else None)

    def _count_rejection(self, address: str) -> None:
        """Raises TooManyRejections where this one was the last that the case may have."""
        journal = self._room.journal
        last, places = journal.one_too_many(), [f.address for f in journal.tape.rejected]
        if address not in places:  # Rejected in an earlier round, and counted there.
            return
        if last is not None and places.index(address) >= places.index(last.address):
            raise TooManyRejections.of(journal) or TooManyRejections


class _Ending:
    """Whatever is no answer ends the desk: no later call of the step is made (KERNEL no. 8).

    A class, because a generator costs more than the rest of a call that is answered by the tape.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, _: object, error: BaseException | None, _trace: object) -> None:
        desk = self._desk
        if error is None or isinstance(error, CallFailed):
            return
        if desk.dead is None or gravity(error) < gravity(desk.dead):
            desk.dead = error


def _in_order(name: str, signals: Sequence[tuple[int, dict[str, Any]]]) -> Sequence[dict[str, Any]]:
    """The signals of a name as they came; of what a child said the last word comes first."""
    found = [signal for _, signal in signals if signal["name"] == name]
    return found[::-1] if name.startswith("child:") else found
