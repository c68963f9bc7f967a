"""The agent: a model that calls tools, turn by turn, until it gives its answer.

A turn's message stands at `…/turn`, the call at its place `i` at `…/turn/i`; every call passes the
guard as a step's own does. The digest of a turn is made over the one before and what the model was
told since. When the agent is done its scope is recorded, and later walks read that alone (KERNEL
no. 26).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pydantic import BaseModel

from leitstand.desk.asking import Asking, told_fault
from leitstand.desk.gravity import ended, gravest
from leitstand.digest import canonical
from leitstand.errors import ArgumentsRefused, CallFailed, Diverged, ModelFailed
from leitstand.guard import Call, raised, validated
from leitstand.model import (
    ANSWER,
    Answer,
    Exchange,
    Message,
    Proposed,
    Question,
    Told,
    Unfit,
    read_answer,
)
from leitstand.records import Address
from leitstand.store import Journal
from leitstand.tool import Tool


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one agent may use: turns, calls in all and in one message.

    `faults`: messages or calls of no use until it is given up; `repeats`: how often one and the
    same call is carried out.
    """

    turns: int = 10
    calls: int = 50
    abreast: int = 8
    faults: int = 3
    repeats: int = 2


@dataclass(slots=True)
class _Course:
    """What has come of the agent so far."""

    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    calls: Counter[bytes] = field(default_factory=Counter[bytes])
    readings: list[Address] = field(default_factory=list[Address])
    faults: int = 0
    last: str = ""

    def fault(self, text: str) -> Told:
        """Count a fault; what the model is told of it."""
        self.faults, self.last = self.faults + 1, text
        return told_fault(text)


class Agent:
    """One `desk.agent`: `perform` is the desk's way through the guard, `recorded` its look-up."""

    def __init__(
        self,
        journal: Journal,
        asking: Asking,
        perform: Callable[[Call], Awaitable[BaseModel]],
        recorded: Callable[[Address, str, str], dict[str, Any] | None],
        *,
        sealed: bool,
    ) -> None:
        self._journal, self._asking, self._sealed = journal, asking, sealed
        self._perform, self._recorded = perform, recorded

    async def run(
        self, question: Question, digest: str, evidence: Sequence[str], bounds: Bounds
    ) -> Answer[Any]:
        """The answer. Raises CallFailed: the model gave none within bounds, or was not reached."""
        course, tools = _Course(), {tool.name: tool for tool in question.tools}
        course.readings += evidence
        for turn in range(bounds.turns):
            at = f"{question.address}/{turn}"
            asked = _asked(question, course)
            digest = self._journal.digest(canonical(["turn", digest, asked]))
            now = replace(question, address=at, exchanges=tuple(course.exchanges))
            body = await self._turn(now, digest, asked)
            message = Message.model_validate_json(canonical(body["value"]))
            if [call.tool for call in message.calls] == [ANSWER] and not message.fault:
                try:
                    return self._answered(now, message.calls[0], body)
                except Unfit as error:
                    told: Sequence[Told] = (course.fault(str(error)),)
            else:
                told = await self._told(at, message, tools, course, bounds)
            course.exchanges.append(Exchange(said=message, told=tuple(told)))
            if course.faults >= bounds.faults:
                text = f"{course.faults} times of no use, at last: {course.last}"
                raise ModelFailed(text, where=question.prompt)
        raise ModelFailed(f"no answer within {bounds.turns} turns", where=question.prompt)

    async def _turn(
        self, question: Question, digest: str, asked: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The model's message as recorded, or asked for and recorded now."""
        self._same(question)
        body = self._recorded(question.address, "turn", digest)
        if body is None:
            said: dict[str, Any] = {"tool": "turn", "proposed": digest, "prompt": question.prompt}
            said["asked"] = self._journal.value(canonical(asked))
            said |= await self._asking.message(question)
            event = self._journal.record("answer", question.address, said)
            await self._journal.commit()
            body = event.said()
        if "failure" in body:
            raise raised(body["failure"])
        return body

    def _same(self, question: Question) -> None:
        """Raises Diverged: the turn on record was asked of another prompt or model."""
        event = self._journal.tape.answers.get(question.address)
        now = self._asking.release(question.prompt)
        before = event.said().get("release", "") if event is not None else now
        if now and before != now:
            text = f"asked with {before[:80]}, now it would be {now[:80]}"
            raise Diverged(text, where=question.address)

    def _answered(self, question: Question, call: Proposed, body: Mapping[str, Any]) -> Answer[Any]:
        """The answer, its source as in its turn's record. Raises Unfit."""
        if call.fault:
            raise Unfit(call.fault)
        # What the tools returned was read as well as the inputs.
        seen = {**question.inputs, "told": [t.said for e in question.exchanges for t in e.told]}
        known = {"source": body["source"], "confidence": body["confidence"]}
        return read_answer(call.args, question.answer, seen, **known)

    async def _told(
        self,
        at: Address,
        message: Message,
        tools: Mapping[str, Tool[Any, Any]],
        course: _Course,
        bounds: Bounds,
    ) -> Sequence[Told]:
        """Carry the calls of a message out, side by side; what the model is told of each."""
        if message.fault or not message.calls:
            return (course.fault(message.fault or "no tool was called"),)
        if len(message.calls) > bounds.abreast:
            text = f"{len(message.calls)} calls in one message, at most {bounds.abreast}: none made"
            return [course.fault(text), *(told_fault(text) for _ in message.calls[1:])]
        if course.calls.total() + len(message.calls) > bounds.calls:
            raise ModelFailed(f"more than {bounds.calls} calls", where=at)
        evidence = tuple(course.readings)
        ready = [
            self._ready(f"{at}/{i}", call, tools, course, bounds, evidence)
            for i, call in enumerate(message.calls)
        ]
        return await self._carried(message, ready, course)

    def _ready(
        self,
        at: Address,
        call: Proposed,
        tools: Mapping[str, Tool[Any, Any]],
        course: _Course,
        bounds: Bounds,
        evidence: tuple[str, ...],
    ) -> Call | Told:
        """The call as the guard takes it, or what is wrong with it."""
        if call.fault:
            return course.fault(call.fault)
        tool = tools.get(call.tool)
        if tool is None:
            other = "give it alone, when the other calls have come back"
            text = other if call.tool == ANSWER else f"there is no tool `{call.tool}`"
            return course.fault(text)
        try:
            validated(tool.args, call.args)
            args = tool.args.model_validate_json(canonical(call.args))
        except ArgumentsRefused as error:
            return course.fault(error.text)
        same = canonical([tool.name, args])
        course.calls[same] += 1
        if course.calls[same] > bounds.repeats:
            return course.fault("this was called before, its answer stands above")
        return Call(
            address=at,
            tool=tool,
            args=args,
            proposed=self._journal.digest(same),
            evidence=evidence,
            sealed=self._sealed,
            by_model=True,
        )

    async def _carried(
        self, message: Message, ready: Sequence[Call | Told], course: _Course
    ) -> Sequence[Told]:
        """All come home before this returns, or raises the gravest of what is no answer."""
        tasks = [asyncio.ensure_future(self._perform(c)) for c in ready if isinstance(c, Call)]
        if tasks:
            await asyncio.wait(tasks)
        stops = [e for e in map(ended, tasks) if e and not isinstance(e, CallFailed)]
        if worst := gravest(stops, waits_first=True):
            raise worst
        results, told = iter(tasks), list[Told]()
        for call, proposed in zip(ready, message.calls, strict=True):
            if isinstance(call, Told):
                told.append(call.model_copy(update={"tool": proposed.tool}))
                continue
            task = next(results)
            said = _failed(ended(task)) or self._said(call, task.result())
            if "result" in said:
                course.readings.append(call.address)
            told.append(Told(tool=call.tool.name, said=said))
        return told

    def _said(self, call: Call, result: BaseModel) -> dict[str, Any]:
        said: dict[str, Any] = {"result": result.model_dump(mode="json")}
        tape = self._journal.tape
        body = tape.answers[call.address].said()
        if body.get("acted", call.proposed) != call.proposed:
            intent = tape.intents.get(call.address, body)  # Or taken over from an earlier round.
            said["acted"] = intent["args"]
        return said


def _failed(error: BaseException | None) -> dict[str, Any]:
    """A refusal, a rejection or a failure as the model is told it; empty if there was none."""
    if error is None:
        return {}
    failed = cast("CallFailed", error)
    kind = type(failed).__name__
    return {"error": {"code": failed.code, "kind": kind, "text": failed.text}}


def _asked(question: Question, course: _Course) -> dict[str, Any]:
    """What is new in a turn: the inputs at first, then what the model was told of its calls."""
    if not course.exchanges:
        return {"inputs": question.inputs}
    return {"told": course.exchanges[-1].told}
