"""A rehearsal: a case walks another version of its role, with nothing but its tape to answer.

No system is called, no model is asked, nothing is recorded: what the tape cannot answer ends the
walk and is noted as asked.
"""

from datetime import UTC, datetime
from typing import cast

from pydantic import BaseModel

from leitstand.clock import FixedClock
from leitstand.desk import Room, TooManyRejections
from leitstand.digest import canonical
from leitstand.errors import CallFailed, Diverged
from leitstand.guard import Call, Guard, Passage, Pause, Rules
from leitstand.model import Prepared, Question
from leitstand.role import Compiled
from leitstand.runtime.stage import Stage
from leitstand.store import Journal
from leitstand.walk import walk

_EPOCH = datetime.fromtimestamp(0, UTC)
"""A clock for which no deadline has come."""


class Rehearsal:
    """One walk of `compiled` over a read-only journal; `perform` stands in for the guard's."""

    def __init__(self, rules: Rules, compiled: Compiled, journal: Journal) -> None:
        self._tools, self._compiled, self._journal = rules.tools, compiled, journal
        self._replay = Guard(rules, ()).open(journal)
        self._seen: dict[str, BaseModel] = {}
        self._known = {*journal.tape.answers, *journal.tape.timers}
        self.asked: dict[str, Call] = {}
        self.models: list[str] = []

    async def run(self) -> str:
        """Walk until the tape ends; what speaks against the version, empty if nothing does."""
        journal, clock = self._journal, FixedClock(_EPOCH)
        room = Room(journal, cast("Passage", self), clock, self)
        stage = Stage(self._compiled, room)
        try:
            given = self._compiled.take(journal.tape.given)
            stage.ended(await walk(self._compiled, given, stage, limit=journal.limits.supersteps))
        except (CallFailed, Pause, TooManyRejections):
            pass  # Where the recorded run left as well, or the tape ends: the caller compares.
        except Diverged as error:
            return f"it diverges: {error.text}"
        except Exception as error:  # noqa: BLE001 - whatever a step raises speaks against it
            return f"{type(error).__name__}: {error}"
        left = sorted(a for addresses in journal.tape.unread.values() for a in addresses)
        return f"it does not come to the recorded call at {left[0]}" if left else ""

    @property
    def more(self) -> list[str]:
        """Where it would do something that the recorded run has not done, open calls left out."""
        tape = self._journal.tape
        made = {*tape.answers, *tape.timers} - self._known
        held = {*tape.checkpoints, *tape.intents}
        return sorted({*made, *self.models, *(self.asked.keys() - held)})

    def evidence(self, call: Call) -> str:
        """The digest of what a call rests on, as this version's tools read it."""
        return self._journal.digest(
            canonical([self._seen[name] for name in call.evidence if name in self._seen])
        )

    def go(self) -> None:
        """What the tape does not answer is tried all the same: a halt stops no rehearsal."""

    async def perform(self, call: Call) -> BaseModel:
        """A recorded answer or the end of the walk. Raises Diverged, Pause, CallFailed."""
        tape = self._journal.tape
        event = tape.answer(call.address)
        if event is None and not call.sealed and call.address not in tape.timers:
            self.asked[call.address] = call
            raise Pause("the tape ends here")
        answer = await self._replay.perform(call)
        if call.tool.name in self._tools:
            self._seen[call.address] = answer
        return answer

    environment = ""

    def release(self, prompt: str, role: str) -> str:
        """Nobody can say: it is the role's version that is tried, not its prompts."""
        del prompt, role
        return ""

    def prepare(self, question: Question) -> Prepared:
        """Note that a model would be asked. Raises Pause."""
        self.models.append(f"prompt {question.prompt}")
        raise Pause("the tape ends here")
