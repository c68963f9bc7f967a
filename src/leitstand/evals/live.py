"""Live models: in a replay the project's own models are asked for real, all else is on the tape.

What a model says now may lead where the recording never was; the stand-in of the systems says what
is known there. A model that cannot be asked makes the case unknown: that says nothing of the role.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from leitstand.errors import LeitstandError, UsageRefused
from leitstand.evals.offline import online
from leitstand.evals.recorded_models import RecordedModels
from leitstand.evals.stand_in import StandIn
from leitstand.model import EVERY, Library, Prepared, Prompt, Question, Spoken, Unanswered

PAUSES = (0.05, 0.2, 1.0)
"""Seconds before each further attempt at an endpoint that does not say when."""
LONGEST = 60.0
"""The most seconds that a run waits because an endpoint asks for it."""


@dataclass(frozen=True, slots=True)
class Live:
    """How a run asks models: each case `repeat` times, with at most `tokens` for all of them.

    `changed`: only what the tape does not answer is asked. `prompts` are files in the place of the
    project's own, by name; `model` is asked in the place of whatever the project names.
    """

    repeat: int = 1
    tokens: int | None = None
    changed: bool = False
    prompts: Mapping[str, Path] = field(default_factory=dict[str, Path])
    model: str = ""


@dataclass(slots=True)
class Purse:
    """Tokens that a run may take, both ways (None: as many as it takes), and those it has taken.

    A question that it cannot pay is the last: no smaller one comes after it.
    """

    most: int | None = None
    spent: int = 0
    shut: bool = False

    def affords(self, cost: int) -> bool:
        """Whether so many tokens are left."""
        self.shut = self.shut or (self.most is not None and self.spent + cost > self.most)
        return not self.shut


def library_of(library: Library, live: Live) -> Library:
    """The project's library with other prompts, or another model.

    Raises UsageRefused: there is no prompt or model of that name. Raises ModelRefused: a file that
    is no prompt.
    """
    if strange := sorted(live.prompts.keys() - library.prompts.keys()):
        text = f"no prompt is called {', '.join(f'`{n}`' for n in strange)}"
        raise UsageRefused(text, mend=f"one of {', '.join(sorted(library.prompts)) or 'none'}")
    if live.model and live.model not in library.chats:
        mend = f"one of {', '.join(sorted(library.chats)) or 'none'}: `models` of the project"
        raise UsageRefused(f"no model is called `{live.model}`", mend=mend)
    read = {n: Prompt.load(file) for n, file in live.prompts.items()}
    own = {n: prompt.model_copy(update={"name": n}) for n, prompt in read.items()}
    uses = {EVERY: live.model} if live.model else library.uses
    return replace(library, prompts={**library.prompts, **own}, uses=uses)


class LiveModels:
    """Models of one replayed case, asked for real. With `taped` what the tape answers is not.

    `tokens` are those of both ways, in every attempt; `asked` are the prompts that were put to one.
    `silent`: a model could not be asked, or gave no answer.
    """

    def __init__(
        self,
        library: Library,
        purse: Purse,
        systems: StandIn,
        taped: RecordedModels | None = None,
    ) -> None:
        self.tokens, self.asked, self.silent = 0, set[str](), False
        self._talks: set[str] = set()
        self._library, self._purse, self._systems, self._taped = library, purse, systems, taped

    @property
    def environment(self) -> str:
        """The project's."""
        return self._library.environment

    def release(self, prompt: str, role: str) -> str:
        """Prompt and model that are asked."""
        return self._library.release(prompt, role)

    def prepare(self, question: Question) -> Prepared:
        """The question as it is sent. Raises OffTape: it cannot be asked, or nothing is left."""
        # A talk that was once live goes on so: what the tape says next was said to another one.
        talk = question.address.rpartition("/")[0] if question.tools else ""
        if self._taped and talk not in self._talks and self._taped.known(question):
            return self._taped.prepare(question)
        self._talks.update([talk] if talk else ())
        self.asked.add(question.prompt)
        try:
            prepared = self._library.prepare(question)
        except LeitstandError as error:
            raise self._silent(question, error.text) from error
        purse = self._purse
        if not purse.affords(prepared.cost):
            raise self._silent(question, f"the run has {purse.most} tokens, {purse.spent} are gone")
        return replace(prepared, send=partial(self._send, question, prepared))

    async def _send(self, question: Question, prepared: Prepared) -> Spoken:
        last = ""
        for tries in range(prepared.attempts):
            try:
                with online():
                    spoken = await prepared.send()
            except Unanswered as error:
                self._spend(prepared.sent.count)
                last = str(error)
                if not error.again or tries + 1 == prepared.attempts:
                    break
                pause = PAUSES[min(tries, len(PAUSES) - 1)] if error.after is None else error.after
                await asyncio.sleep(min(pause, LONGEST))
            except LeitstandError as error:
                raise self._silent(question, error.text) from error
            else:
                self._spend(spoken.sent.count + spoken.received.count)
                return spoken
        raise self._silent(question, f"it gave no answer: {last}")

    def _spend(self, tokens: int) -> None:
        self.tokens += tokens
        self._purse.spent += tokens

    def _silent(self, question: Question, why: str) -> BaseException:
        self.silent = True
        return self._systems.unknown(f"the model of `{question.prompt}` could not be asked: {why}")
