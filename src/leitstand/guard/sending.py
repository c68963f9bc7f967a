"""Sending: intent before the call, outcome after it, and reconciling when the outcome is unknown.

The one code path from an intent without outcome leads through `reconcile` (KERNEL nos. 4, 5). Every
call runs in a task of the guard's own, with the record of its outcome: cancelling a step cancels
neither (KERNEL no. 9).
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from leitstand.digest import canonical
from leitstand.errors import CallFailed, Refused, Unreachable
from leitstand.guard.call import Call, Pause, Unsettled
from leitstand.guard.failure import failure_of
from leitstand.guard.rules import Rules
from leitstand.guard.systems import Ambiguous, Wires
from leitstand.records import Decision, Verdict
from leitstand.store import Budget, Journal
from leitstand.tool import Tool

T = TypeVar("T")
READ_PAUSES = (0.05, 0.2)
"""Seconds before each repeat of a read that a system did not answer."""
ATTEMPTS = 5
"""How often the outcome of a write is asked for before a person takes over."""
PROMPT = 10.0
"""Seconds after its record within which a write is sent or never: "absent" counts from there."""
HALTED = "the role is halted"
Standing = Callable[[], tuple[Verdict, tuple[str, ...]]]
"""How an action about to be sent stands with the rules in force: verdict and tainted arguments."""


class UnknownEffect(BaseException):
    """Nobody can tell whether a write happened: the case is held. No step may catch it."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A write on its way out: `allowed` is the bundle under which the record allows it.

    `written` is when that was recorded (monotonic seconds, and seconds since the epoch), `settled`
    when all that was sent before has arrived (seconds since the epoch), `absent` whether a look-up
    found nothing.
    """

    call: Call
    args: BaseModel
    intent: dict[str, Any]
    standing: Standing
    written: tuple[float, float]
    allowed: str = ""
    settled: float = 0.0
    absent: bool = True


class Sending:
    """Calls of one case to the systems, with their record in its journal."""

    def __init__(
        self, systems: Wires, journal: Journal, rules: Rules, *, restored: bool, shared: bool
    ) -> None:
        self._systems, self._journal = systems, journal
        self._rules, self._clock = rules, rules.clock
        self._restored, self._shared = restored, shared
        self._home: set[asyncio.Task[Any]] = set()

    def connection(self, tool: Tool[Any, Any]) -> str:
        """The name of the connection that a tool uses. Raises Unreachable: none is configured."""
        return self._systems.connection(tool).name

    def halted(self) -> bool:
        """Whether people have halted the case's role: nothing more is done until it goes on."""
        return self._rules.halts.of(self._journal.case.role) is not None

    def go(self) -> None:
        """Raises Pause while the role is halted; the case is due as soon as it is not."""
        if self.halted():
            raise Pause(HALTED, self._clock.time())

    async def home(self) -> None:
        """Wait until every call of this case has come home and is recorded."""
        while self._home:
            done, _ = await asyncio.wait(self._home)
            for task in done:
                task.exception()  # Whoever called it has it, or has gone.

    async def read(self, call: Call, args: BaseModel) -> BaseModel:
        """Call a read; one that is not answered is repeated. Raises CallFailed."""
        for pause in READ_PAUSES:
            try:
                return await self._owned(self._systems.read(call.tool, args, call.limit))
            except Unreachable as error:
                note = {"key": call.address, "text": error.text}
                self._journal.record("attempt", call.address, note)
                await asyncio.sleep(pause)
        return await self._owned(self._systems.read(call.tool, args, call.limit))

    async def send(
        self, call: Call, args: BaseModel, intent: dict[str, Any], standing: Standing
    ) -> dict[str, Any]:
        """Record the intent, call the system, record the outcome; its body is returned.

        Raises Contradiction (a key or budget is taken, nothing was sent), Unsettled (the outcome is
        unknown, or it may not be sent now), UnknownEffect, Pause (halted: nothing was recorded).
        """
        self.go()
        budgets = [Budget(*row) for row in intent.get("budgets", ())]
        written = self._clock.monotonic(), intent["at"]
        await self._journal.intend(call.address, intent, budgets)
        if self._restored:
            self._answerable(call.tool, intent["key"])
            if (found := await self._found(call, intent)) is not None:
                return found
        allowed = "" if self._restored else str(intent["verdict"].bundle)
        parcel = _Parcel(call, args, intent, standing, written, allowed)
        return await self._owned(self._send(parcel))

    async def reconcile(
        self, call: Call, intent: dict[str, Any], standing: Standing
    ) -> dict[str, Any]:
        """Find out what became of an intent without outcome; send it again only if that is safe.

        Raises Unsettled (ask again later), UnknownEffect (a person has to look).
        """
        tool, key = call.tool, intent["key"]
        self._answerable(tool, key)
        settled = self._settled(call, intent)
        early = settled > self._clock.time()  # Before the look-up: what is absent may yet arrive.
        if tool.reconcile is not None and (found := await self._found(call, intent)) is not None:
            return found
        if early and not tool.idempotent:
            raise Unsettled(f"`{tool.name}` {key} may still be on its way", settled)
        if self._shared and not tool.idempotent and key not in self._systems.sent:
            # A process that is frozen in the middle of sending goes on when it wakes.
            raise UnknownEffect(f"`{tool.name}` {key}: another process may still send it")
        args = tool.args.model_validate_json(canonical(intent["args"]))
        parcel = _Parcel(
            call,
            args,
            intent,
            standing,
            self._moment(),
            settled=settled,
            absent=tool.reconcile is not None,
        )
        return await self._owned(self._send(parcel))

    def _moment(self) -> tuple[float, float]:
        return self._clock.monotonic(), self._clock.time()

    def _answerable(self, tool: Tool[Any, Any], key: str) -> None:
        if tool.reconcile is None and not tool.idempotent:
            raise UnknownEffect(f"`{tool.name}` {key}: it has no look-up and no honoured key")

    def _settled(self, call: Call, intent: dict[str, Any]) -> float:
        """When a look-up that finds nothing proves that nothing happened, seconds of the epoch."""
        key, now = intent["key"], self._clock.time()
        wait = call.limit + self._systems.connection(call.tool).settle
        sent = self._systems.sent.get(key)
        if sent is not None:
            return now + max(0.0, sent + wait - self._clock.monotonic())
        return max(intent["at"], self._journal.tape.sent.get(key, 0.0)) + PROMPT + wait

    async def _found(self, call: Call, intent: dict[str, Any]) -> dict[str, Any] | None:
        if call.tool.reconcile is None:
            return None
        try:
            found = await self._systems.find(call.tool, intent["key"], call.limit)
        except Ambiguous as error:
            raise self._later(call, intent, str(error)) from error
        return None if found is None else self._outcome(call, intent, found)

    async def _send(self, parcel: _Parcel) -> dict[str, Any]:
        """Send under the rules in force at this moment, if they allow it."""
        call, intent, standing = parcel.call, parcel.intent, parcel.standing
        written, allowed = parcel.written, parcel.allowed
        while self._rules.bundle.sha != allowed:
            verdict, _ = standing()
            if verdict.decision is not Decision.ALLOW:
                return self._forbidden(parcel, verdict)
            allowed, written = verdict.bundle, self._moment()
            note = {"key": intent["key"], "at": written[1], "verdict": verdict}
            self._journal.record("attempt", call.address, note)
            await self._journal.commit()
        if self.halted():  # Not sent; as after a crash, the system is asked before it ever is.
            raise Unsettled(HALTED, self._clock.time())
        # From here to the call nothing else runs: what was checked still holds when it is sent.
        # By both clocks: others count "absent" from the record's time, whatever clock is set.
        now, today = self._moment()
        late = now >= written[0] + PROMPT or today >= written[1] + PROMPT
        if late or now >= self._journal.lease_end - call.limit:
            raise Unsettled("the lease is too short to send", today)
        self._systems.sent[intent["key"]] = now
        try:
            result = await self._systems.write(call.tool, parcel.args, intent["key"], call.limit)
        except Ambiguous as error:
            raise self._later(call, intent, str(error)) from error
        except CallFailed as error:
            return self._refused(parcel, error)
        return self._outcome(call, intent, result)

    def _refused(self, parcel: _Parcel, error: CallFailed) -> dict[str, Any]:
        """The system did not take it; a repeat's no proves nothing while the first may arrive."""
        call, rest = parcel.call, parcel.settled - self._clock.time()
        if rest > 0:
            wait = call.limit + self._systems.connection(call.tool).settle
            self._systems.sent[parcel.intent["key"]] = self._clock.monotonic() + rest - wait
            raise Unsettled(error.text, parcel.settled)
        return self._record(call, parcel.intent, {"failure": failure_of(error)})

    def _forbidden(self, parcel: _Parcel, verdict: Verdict) -> dict[str, Any]:
        """The rules have changed since the intent: refused, once it certainly did not happen."""
        call, intent = parcel.call, parcel.intent
        if not parcel.absent:
            raise UnknownEffect(f"`{call.tool.name}` {intent['key']}: the rules forbid a repeat")
        if parcel.settled > self._clock.time():
            raise Unsettled(f"`{call.tool.name}` may still be on its way", parcel.settled)
        return self._record(call, intent, {"failure": failure_of(refusal(call, verdict))})

    def _later(self, call: Call, intent: dict[str, Any], text: str) -> BaseException:
        key, tool = intent["key"], call.tool
        if self._journal.tape.attempts.get(key, 0) >= ATTEMPTS:
            return UnknownEffect(f"`{tool.name}` {key}: {text}")
        self._journal.record("attempt", call.address, {"key": key, "text": text})
        wait = call.limit + self._systems.connection(tool).settle
        return Unsettled(f"`{tool.name}` {key}: {text}", self._clock.time() + wait)

    def _outcome(self, call: Call, intent: dict[str, Any], result: BaseModel) -> dict[str, Any]:
        return self._record(call, intent, self._journal.value(canonical(result)))

    def _record(self, call: Call, intent: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        body = {
            "tool": call.tool.name,
            "key": intent["key"],
            "proposed": intent["proposed"],
            "acted": intent["acted"],
            "at": self._clock.time(),
            **answer,
        }
        self._journal.record("outcome", call.address, body)
        self._systems.sent.pop(intent["key"], None)
        self._journal.commit_soon()
        return body

    async def _owned(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._home.add(task)
        task.add_done_callback(self._home.discard)
        return await asyncio.shield(task)


def refusal(call: Call, verdict: Verdict) -> Refused:
    """The refusal that a verdict is, with the verdict as its detail."""
    rules = ", ".join(verdict.rules) or verdict.error or "no rule grants it"
    detail = verdict.model_dump(mode="json", exclude={"facts"})
    return Refused(f"`{call.tool.name}` is refused by {rules}", where=call.tool.name, detail=detail)
