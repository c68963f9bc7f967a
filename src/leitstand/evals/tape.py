"""The tape of a recorded case: what systems, models and the clock answered, call by call."""

import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import Field, ValidationError

from leitstand.digest import canonical, plain
from leitstand.errors import CaseRefused
from leitstand.model import Question
from leitstand.records import Address
from leitstand.values import Frozen


class Line(Frozen):
    """One answer: of a tool (`call`), a model (`ask`, `turn`), the clock, a `wait`, or a person.

    `supply` is what a person supplied. `name` is the tool, the prompt, the signal waited for or the
    field; `args` what was asked with. Either `value` or `failure` (code, text, where, detail) is
    what came back. `writes`: it was a write. `release` is that of the prompt, and of which model;
    empty where nobody noted it. `tokens` are what the model took for it, both ways and in every
    attempt; 0 where nobody noted them.
    """

    address: Address
    kind: Literal["call", "ask", "turn", "now", "wait", "supply"]
    name: str = ""
    args: dict[str, Any] = {}
    value: Any = None
    failure: dict[str, Any] | None = None
    writes: bool = False
    # Not written where it says nothing, so that tapes from before it was noted keep their hashes.
    release: str = Field(default="", exclude_if=operator.not_)
    tokens: int = Field(default=0, ge=0, exclude_if=operator.not_)

    @property
    def asked(self) -> tuple[str, bytes]:
        """What was asked, wherever it stands in the graph."""
        return self.name, canonical(self.args)


class Recording:
    """A tape to look answers up in: by address where the same is asked there, else by question."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = tuple(lines)
        self.at: dict[Address, Line] = {line.address: line for line in self.lines}
        self._asked: Mapping[tuple[str, bytes], list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.kind in ("call", "ask"):
                self._asked[line.asked].append(line)

    def answer(self, address: Address, name: str, args: bytes) -> Line | None:
        """The recorded answer to this question, None if it was never asked."""
        here = self.at.get(address)
        if here is not None and here.asked == (name, args):
            return here
        found = self._asked.get((name, args))
        return found[0] if found else None

    def said(self, question: Question) -> Line | None:
        """What a model has said to this question, None if it was never asked.

        A turn is an answer to all that was said before: it counts at its own place alone.
        """
        asked = canonical(asked_of(question))
        if not question.tools:
            return self.answer(question.address, question.prompt, asked)
        line = self.at.get(question.address)
        return line if line is not None and line.asked == (question.prompt, asked) else None

    def outcome(self, name: str) -> Line | None:
        """Any recorded success of a write with this tool: what its result looks like."""
        return next((x for x in self.lines if x.name == name and x.writes and not x.failure), None)


def asked_of(question: Question) -> dict[str, Any]:
    """What a line says that a model was asked: inputs, in a later turn what it was told since."""
    if not question.tools:
        return dict(question.inputs)
    told = question.exchanges[-1].told if question.exchanges else ()
    return {"told": told} if told else {"inputs": question.inputs}


def tape_bytes(lines: Iterable[Line]) -> bytes:
    """A tape as it is kept: a canonical JSON object a line."""
    return b"".join(canonical(line) + b"\n" for line in lines)


def read_tape(file: Path, expected: str) -> Recording:
    """The recording in a file. Raises CaseRefused: it is not there, cut, or not as recorded."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise CaseRefused(f"the tape cannot be read: {error}", where=str(file)) from error
    if raw and not raw.endswith(b"\n"):
        raise CaseRefused("the tape ends in the middle of a line", where=str(file))
    if plain(raw) != expected:
        raise CaseRefused("the tape is not the one that was recorded", where=str(file))
    try:
        return Recording(Line.model_validate(orjson.loads(x)) for x in raw.splitlines())
    except (ValidationError, orjson.JSONDecodeError) as error:
        raise CaseRefused(f"no tape: {error}", where=str(file)) from error
