"""Recorded models: the tape in the place of the models; what was never asked is unknown.

An answer counts only for the prompt and the model that the project would ask now.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from leitstand.digest import canonical
from leitstand.evals.stand_in import StandIn
from leitstand.evals.tape import Line, Recording
from leitstand.guard import raised
from leitstand.model import Message, Prepared, Question, Spoken, Tokens

_NOTHING = Tokens(0, estimated=False)


class RecordedModels:
    """Models of one replayed case; `release` says by prompt and role what would be asked now.

    `tokens` are those of both ways, in every attempt; none is `asked` live, none falls `silent`.
    """

    environment = ""

    def __init__(
        self, recording: Recording, systems: StandIn, release: Callable[[str, str], str]
    ) -> None:
        self.tokens, self.asked, self.silent = 0, set[str](), False
        self._tape, self._systems, self._now = recording, systems, release

    def release(self, prompt: str, role: str) -> str:
        """Each turn of an agent is held against its own line; here nobody needs to say."""
        del prompt, role
        return ""

    def known(self, question: Question) -> bool:
        """Whether the recording has an answer that counts."""
        line = self._tape.said(question)
        return line is not None and line.release == self._now(question.prompt, question.role) != ""

    def prepare(self, question: Question) -> Prepared:
        """The recorded answer, to be sent for. Raises OffTape: there is none that counts."""
        line = self._tape.said(question)
        if line is None:
            text = f"prompt `{question.prompt}` was not asked with these inputs"
            raise self._systems.unknown(text)
        now = self._now(question.prompt, question.role)
        if not line.release or line.release != now:
            raise self._systems.another(line, now or "no such prompt")
        value: Mapping[str, Any] = line.value or {}
        return Prepared(
            release=line.release,
            source=value.get("source", ""),
            draft=False,
            confidence=value.get("confidence", 0),
            sent=_NOTHING,
            most=0,
            budget=1,
            attempts=1,
            send=partial(self._spoken, line),
        )

    async def _spoken(self, line: Line) -> Spoken:
        self.tokens += line.tokens
        if line.failure is not None:
            raise raised(line.failure)
        said = line.value["value"]
        if line.kind == "turn":
            return Spoken(Message.model_validate_json(canonical(said)), _NOTHING, _NOTHING)
        return Spoken(Message(text=canonical(said).decode()), _NOTHING, _NOTHING)
