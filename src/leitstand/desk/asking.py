"""Asking: one question put to a model, within what the case may spend, and recorded.

Whatever goes wrong is typed and on record before the step sees it (KERNEL no. 19). Attempts live
inside the one call and are notes (no. 22); an endpoint that wants time parks the case.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from leitstand.clock import Clock
from leitstand.errors import BudgetSpent, CallFailed, ModelFailed, Unreachable
from leitstand.guard import Pause, failure_of
from leitstand.model import (
    Exchange,
    Message,
    Prepared,
    Question,
    Spoken,
    Tokens,
    Told,
    Unanswered,
    Unfit,
    read_answer,
)
from leitstand.records import Address
from leitstand.store import Journal
from leitstand.trace import Trace

PAUSES = (0.05, 0.2, 1.0)
"""Seconds before each further attempt at an endpoint that does not say when."""
MOMENT, LONGEST = 5.0, 3_600.0
"""Seconds up to which a burst waits for an endpoint, and the most that a case is parked for it."""


class Models(Protocol):
    """What questions are put to: the project's library, or a recording."""

    @property
    def environment(self) -> str:
        """`dev`, `test` or `prod`: noted with every answer."""
        ...

    def release(self, prompt: str, role: str) -> str:
        """Prompt and model as they stand; empty where nobody can say."""
        ...

    def prepare(self, question: Question) -> Prepared:
        """The question as it can be sent. Raises ModelRefused: the project lacks something."""
        ...


class Asking:
    """Puts the questions of one case to its models. `held` is what calls under way may yet take."""

    def __init__(
        self, journal: Journal, clock: Clock, models: Models, trace: Trace | None = None
    ) -> None:
        self._journal, self._clock, self._models = journal, clock, models
        self._trace, self._held = trace, 0

    def release(self, prompt: str) -> str:
        """Prompt and model as they stand for this case's role."""
        return self._models.release(prompt, self._journal.case.role)

    async def answer(self, question: Question) -> dict[str, Any]:
        """The body of an `ask`: the reading, or how it failed. Raises Pause, ModelRefused."""
        while True:
            prepared = self._models.prepare(question)
            try:
                spoken = await self._spoken(question, prepared)
                try:
                    value = read_answer(
                        _text(spoken.message),
                        question.answer,
                        question.inputs,
                        source=prepared.source,
                        confidence=prepared.confidence,
                    )
                except Unfit as fault:
                    self._again(question, prepared, spoken, str(fault))
                    exchange = Exchange(said=spoken.message, told=(told_fault(str(fault)),))
                    question = replace(question, exchanges=(*question.exchanges, exchange))
                    continue
            except CallFailed as error:
                return {**self._noted(prepared), "failure": failure_of(error)}
            return {**self._noted(prepared, spoken), "value": value}

    async def message(self, question: Question) -> dict[str, Any]:
        """The body of a `turn`: the model's message, or how it failed. Raises as `answer`."""
        prepared = self._models.prepare(question)
        try:
            spoken = await self._spoken(question, prepared)
        except CallFailed as error:
            return {**self._noted(prepared), "failure": failure_of(error)}
        known = {"source": prepared.source, "confidence": prepared.confidence}
        return {**self._noted(prepared, spoken), **known, "value": spoken.message}

    async def _spoken(self, question: Question, prepared: Prepared) -> Spoken:
        """What the model said. Raises CallFailed: nothing within limits; Pause: later."""
        while True:
            self._afford(question, prepared)
            self._held += prepared.cost
            try:
                if self._trace is not None:
                    return await self._trace.ask(question.address, prepared)
                return await prepared.send()
            except Unanswered as error:
                wait = self._wait(question, prepared, error)
            finally:
                self._held -= prepared.cost
            if wait > MOMENT:
                due = self._clock.time() + min(wait, LONGEST)
                raise Pause(f"the model of `{question.prompt}` asks to wait {wait:g} s", due)
            await asyncio.sleep(wait)

    def _afford(self, question: Question, prepared: Prepared) -> None:
        if prepared.sent.count > prepared.budget:
            text = f"{prepared.sent.count} tokens, the prompt's budget is {prepared.budget}"
            raise BudgetSpent(text, where=question.prompt)
        most, spent = self._journal.limits.tokens, self._journal.tape.tokens + self._held
        if spent + prepared.cost > most:
            text = f"{spent} tokens are spent, this takes {prepared.cost}, a case has {most}"
            raise BudgetSpent(text, where=question.prompt)

    def _wait(self, question: Question, prepared: Prepared, error: Unanswered) -> float:
        """Note an attempt; seconds until the next. Raises Unreachable: it was the last."""
        tries = self._attempt(question.address, str(error), prepared.sent.count)
        if not error.again or tries >= prepared.attempts:
            text = f"the model gave no answer in {tries} attempts: {error}"
            raise Unreachable(text, where=question.prompt)
        return PAUSES[min(tries, len(PAUSES)) - 1] if error.after is None else error.after

    def _again(self, question: Question, prepared: Prepared, spoken: Spoken, fault: str) -> None:
        """Note an answer of no use. Raises ModelFailed: it was the last."""
        used = spoken.sent.count + spoken.received.count
        if self._attempt(question.address, fault, used) >= prepared.attempts:
            raise ModelFailed(fault, where=question.prompt)

    def _attempt(self, address: Address, text: str, tokens: int) -> int:
        note = {"key": address, "text": text[:500], "tokens": tokens}
        self._journal.record("attempt", address, note)
        return self._journal.tape.attempts[address]

    def _noted(self, prepared: Prepared, spoken: Spoken | None = None) -> dict[str, Any]:
        """What every record of an answer says beside it."""
        noted: dict[str, Any] = {
            "release": prepared.release,
            "environment": self._models.environment,
        }
        if prepared.draft:
            noted["draft"] = True
        if spoken is not None:
            noted["tokens"] = _tokens(spoken.sent, spoken.received)
        return noted


def told_fault(text: str) -> Told:
    """What a model is told whose message made no sense."""
    return Told(tool="", said={"error": {"kind": "no answer", "text": text}})


def _text(message: Message) -> str:
    """The text of a message that answers. Raises Unfit: it was cut off, or no message."""
    if message.fault:
        raise Unfit(message.fault)
    return message.text


def _tokens(sent: Tokens, received: Tokens) -> Mapping[str, object]:
    estimated = sent.estimated or received.estimated
    return {"sent": sent.count, "received": received.count, "estimated": estimated}
