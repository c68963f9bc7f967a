"""The desk: everything a step may do, each call with an address and an answer in the journal."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, overload

from pydantic import BaseModel

from leitstand.clock import Clock
from leitstand.desk.hand_over import HandOver, hand_over
from leitstand.desk.scope import Scope
from leitstand.digest import canonical
from leitstand.errors import Diverged, ForeignCall, Rejected
from leitstand.guard import Call, Passage, Pause
from leitstand.records import Exit
from leitstand.store import Journal
from leitstand.tool import Tool
from leitstand.values import Reading

__all__ = ["Desk", "Room", "TooManyRejections"]

A = TypeVar("A", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")

Ask = Callable[[str, Mapping[str, Any], type[Any]], Awaitable[Any]]
"""How a model is asked: prompt name, inputs, answer type; gives an object with `value` and `confidence`."""


class TooManyRejections(BaseException):  # noqa: N818 - a signal like Pause: no step may catch it
    """People rejected so much in this case that it belongs to them now (KERNEL no. 24)."""


@dataclass(slots=True)
class Room:
    """What all desks of one burst share."""

    journal: Journal
    passage: Passage
    clock: Clock
    ask: Ask | None = None
    rejected: int = 0


class Desk:
    """What one run of a step works at. Calls are made from the step's own task, or through `gather`."""

    __slots__ = ("_dead", "_room", "_scopes", "_sealed")

    def __init__(self, room: Room, task: str, *, sealed: bool) -> None:
        self._room = room
        self._sealed = sealed
        self._dead: Pause | None = None
        self._scopes: dict[asyncio.Task[Any] | None, Scope] = {asyncio.current_task(): Scope(task)}

    @property
    def dead(self) -> bool:
        """Whether a signal ended this desk: a step that returns all the same is a defect."""
        return self._dead is not None

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

        `may_wait` false: where the rules would ask a person, the call is refused instead. `timeout` in
        seconds, at most the tool's own. Raises CallFailed, with its cause, as recorded.
        """
        address = self._next()
        proposed = self._room.journal.digest(canonical([tool.name, args]))
        call = Call(address, tool, args, proposed, tuple(evidence), may_wait, timeout, self._sealed)
        try:
            return await self._room.passage.perform(call)  # pyright: ignore[reportReturnType] the tool's own result model
        except Pause as pause:
            self._dead = pause
            raise
        except Rejected:
            self._count_rejection()
            raise

    async def ask(
        self, prompt: str, inputs: Mapping[str, Any], answer: type[A]
    ) -> Reading[A]:
        """Ask the model with a released prompt; the answer is a reading, never the truth.

        Raises ModelRefused: no model is configured, the prompt is unknown, the answer is no `answer`.
        """
        address = self._next()
        proposed = self._room.journal.digest(canonical(["ask", prompt, inputs]))
        body = self._recorded(address, proposed)
        if body is None:
            given = await self._model(prompt, inputs, answer)
            body = self._record(address, "ask", proposed, given)
            await self._room.journal.commit()
        reading = Reading[answer].model_validate_json(canonical(body["value"]))
        return reading.model_copy(update={"id": address})

    async def now(self) -> datetime:
        """The time, UTC; a recorded answer, so the same on every replay."""
        address = self._next()
        body = self._recorded(address, "now")
        if body is None:
            moment = datetime.fromtimestamp(self._room.clock.time(), UTC)
            body = self._record(address, "now", "now", moment.isoformat())
        return datetime.fromisoformat(body["value"])

    async def wait(self, for_: str, until: datetime | None = None) -> dict[str, Any] | None:
        """Wait for a signal named `for_`, or until a time; its body, or None when the time came first."""
        address = self._next()
        proposed = self._room.journal.digest(canonical(["wait", for_, until]))
        body = self._recorded(address, proposed)
        if body is None:
            body = self._wait(address, proposed, for_, until)
        return body["value"]

    async def hand_over(
        self, role: str, given: BaseModel | Mapping[str, Any], title: str, *, wait: bool = True
    ) -> Exit | None:
        """Give another role a case; its exit, or at once None with `wait` false.

        Raises Refused: the rules, a cycle of roles, or more than four levels.
        """
        text = canonical(given).decode()
        parent = self._room.journal.case.ulid
        child = await self.call(
            hand_over, HandOver(role=role, parent=parent, title=title, given=text)
        )
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

        All come home before this returns or raises; of several failures the first in order is raised.
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
        if tasks:
            await asyncio.wait(tasks)
        return tuple(_results(tasks))

    def _next(self) -> str:
        self._alive()
        return self._scope().next()

    def _alive(self) -> None:
        if self._dead is not None:
            raise Pause(str(self._dead), self._dead.due)

    def _scope(self) -> Scope:
        scope = self._scopes.get(asyncio.current_task())
        if scope is None:
            msg = "a desk call from a task that the desk did not start"
            raise ForeignCall(msg)
        return scope

    def _recorded(self, address: str, proposed: str) -> dict[str, Any] | None:
        tape = self._room.journal.tape
        event = tape.answer(address)
        if event is None:
            if self._sealed:
                msg = "the recorded run asked nothing here"
                raise Diverged(msg, where=address)
            return None
        body = tape.body(event)
        if body["proposed"] != proposed:
            msg = f"recorded {body['proposed'][:8]}, now {proposed[:8]}"
            raise Diverged(msg, where=address)
        return body

    def _record(self, address: str, tool: str, proposed: str, value: object) -> dict[str, Any]:
        body = {"tool": tool, "proposed": proposed, "value": value}
        event = self._room.journal.record("answer", address, body)
        return self._room.journal.tape.body(event)

    async def _model(
        self, prompt: str, inputs: Mapping[str, Any], answer: type[BaseModel]
    ) -> object:
        from leitstand.errors import ModelRefused

        if self._room.ask is None:
            msg = "no model is configured"
            raise ModelRefused(msg, where=prompt, mend="set `model` in the project's configuration")
        return await self._room.ask(prompt, inputs, answer)

    def _wait(
        self, address: str, proposed: str, for_: str, until: datetime | None
    ) -> dict[str, Any]:
        journal = self._room.journal
        due = until.timestamp() if until else None
        if address not in journal.tape.timers:
            rule = {"for": for_, "until": until, "proposed": proposed}
            journal.record("timer", address, rule)
        for seq, signal in journal.tape.signals:
            if signal["name"] == for_ and seq not in journal.tape.consumed:
                journal.tape.consumed.add(seq)
                body = {"tool": "wait", "proposed": proposed, "value": signal["body"]}
                event = journal.record("answer", address, {**body, "signal": seq})
                return journal.tape.body(event)
        if due is not None and self._room.clock.time() >= due:
            return self._record(address, "wait", proposed, None)
        self._dead = Pause(f"waits for {for_}", due)
        raise self._dead

    def _count_rejection(self) -> None:
        self._room.rejected += 1
        if self._room.rejected >= self._room.journal.limits.rejections:
            raise TooManyRejections(f"{self._room.rejected} rejections")


def _results(tasks: Sequence[asyncio.Task[Any]]) -> list[Any]:
    errors = [t.exception() for t in tasks if not t.cancelled()]
    signals = [e for e in errors if e is not None and not isinstance(e, Exception)]
    if signals:
        raise _first_due(signals)
    for error in errors:
        if error is not None:
            raise error
    return [t.result() for t in tasks]


def _first_due(signals: Sequence[BaseException]) -> BaseException:
    """Anything graver than a pause first; of pauses one with the earliest time."""
    for signal in signals:
        if not isinstance(signal, Pause):
            return signal
    dues = [s.due for s in signals if isinstance(s, Pause) and s.due is not None]
    return Pause(str(signals[0]), min(dues, default=None))
