"""Pseudonyms: a recorded case told anew with other names, numbers and texts, and nothing else.

The case is walked with mapped answers, and its calls are recorded as the role makes them then: all
arguments, digests and ends are made anew. It must take the way of the original (KERNEL no. 34).
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

import orjson

from leitstand.digest import canonical, plain
from leitstand.errors import CaseRefused
from leitstand.evals.case import Expected, ExpectedEffect, Heard, RecordedCase
from leitstand.evals.grading import grade, value_at
from leitstand.evals.mapping import Mapping as Pseudonyms
from leitstand.evals.personal import Take, taken
from leitstand.evals.record import Recorded
from leitstand.evals.replay import Bench, Replayed, replay
from leitstand.evals.result import CaseResult, Made
from leitstand.evals.supervisor import supervisor_of
from leitstand.evals.tape import Line, Recording, asked_of, tape_bytes
from leitstand.evals.vocabulary import Vocabulary
from leitstand.model import ANSWER, Question
from leitstand.records import Exit
from leitstand.tool import Tool
from leitstand.values import Frozen, Kept

ATTEMPTS = 16
"""Mappings that are tried: one may turn round which of two equal invoices is the first by hash."""
_BESIDE = ("now", "wait", "supply")
"""Answers that no tool and no model gives."""
_CLOSED = ("code", "cause", "where", "decision")
"""Fields of a failure that are words of the runtime."""


@dataclass(frozen=True, slots=True)
class Retold:
    """A re-recorded case and its tape; `differences` say where it left the way of the original."""

    case: RecordedCase
    lines: Sequence[Line]
    differences: Sequence[str]


async def retell(recorded: Recorded, bench: Bench, secret: bytes, kept: Vocabulary) -> Retold:
    """The pseudonymised re-recording of a case: the same bytes for the same case and secret.

    `bench` has no twin: only the tape answers. Raises CaseRefused.
    """
    # Told anew, a case keeps the answers of the prompts it was asked with; a replay compares those.
    asked = {line.name: line.release for line in recorded.lines if line.release}

    def release(prompt: str, _: str) -> str:
        return asked.get(prompt, "")

    bench = replace(bench, release=release)
    original = await _replayed(bench, recorded.case, Recording(recorded.lines))
    if original.systems.certainty == "unknown":
        raise CaseRefused(original.systems.why, where=recorded.case.name)
    best: Retold | None = None
    for attempt in range(ATTEMPTS):
        key = hmac.digest(secret, f"pseudonyms|{attempt}".encode(), hashlib.sha256)
        told = await _Telling(bench, recorded, key, kept).tell(original)
        if not told.differences:
            return told
        best = best if best and len(best.differences) <= len(told.differences) else told
    assert best is not None  # noqa: S101 - there is at least one attempt
    return best


class _Telling:
    def __init__(self, bench: Bench, recorded: Recorded, key: bytes, kept: Vocabulary) -> None:
        self._bench = bench
        self._tools: Mapping[str, Tool[Any, Any]] = {t.name: t for t in bench.tools}
        self._case, self._lines = recorded.case, recorded.lines
        texts: list[str] = []
        self._told(lambda text: (texts.append(text), text)[1])
        self._take = Pseudonyms(key, kept, texts).text

    async def tell(self, original: Replayed) -> Retold:
        case, lines = self._told(lambda t: t if t == self._case.name else self._take(t))
        answers = _ByPlace(lines, lambda line, asked: self._spoken(line, asked, self._take))
        first = await _replayed(self._bench, case, answers)
        asked = tuple(answers.told(first))
        expected = self._expected(case.expected, original, first)
        case = case.model_copy(update={"expected": expected, "tape": plain(tape_bytes(asked))})
        again = await _replayed(self._bench, case, Recording(asked))
        result = grade(again)
        case = case.model_copy(update={"course": result.course, "exit": again.exit})
        return Retold(case, asked, tuple(_differences(grade(original), result)))

    def _told(self, take: Take) -> tuple[RecordedCase, list[Line]]:
        """Case and tape with `take` applied to every personal text."""
        case = self._case
        role = self._bench.roles.get(case.role)
        said = [
            one.model_copy(
                update={
                    **{name: take(getattr(one, name)) for name in ("person", "reason")},
                    "edits": self._args(one.tool, one.edits, take),
                }
            )
            for one in case.said
        ]
        heard = [h.model_copy(update={"body": taken(_form(h), h.body, take)}) for h in case.heard]
        update: dict[str, Any] = {
            **{name: take(getattr(case, name)) for name in ("requester", "title", "cluster")},
            "given": taken(role.state if role else Any, case.given, take),
            "said": tuple(said),
            "heard": tuple(heard),
            "expected": self._mapped(case.expected, take),
        }
        given = update["given"]
        return case.model_copy(update=update), [self._line(x, take, given) for x in self._lines]

    def _line(self, line: Line, take: Take, given: Mapping[str, Any]) -> Line:
        if line.kind == "supply":  # What stands in the state, on the word of the same person.
            who = {name: take(line.value[name]) for name in ("person", "source")}
            value = {**line.value, **who, "value": given[line.name]}
            return line.model_copy(update={"value": value})
        if line.kind in ("ask", "turn"):  # Told anew when it is asked: then its form is known.
            texts = (line.args, line.value and line.value["value"], line.failure)
            taken(Any, texts, take)
            return line
        tool = self._tools.get(line.name)
        if tool is not None and tool.authority == "tenant":
            return line
        kind = tool.result if tool else Any
        value = line.value if line.kind == "now" else taken(kind, line.value, take)
        args = self._args(line.name, line.args, take)
        failure = None if line.failure is None else _failed(line.failure, take)
        return line.model_copy(update={"args": args, "value": value, "failure": failure})

    def _spoken(self, line: Line, question: Question, take: Take) -> Line:
        """What a model said, by the forms of its tools and of the answer that it is asked for."""
        failure = None if line.failure is None else _failed(line.failure, take)
        value = line.value
        if value is not None:
            value = {name: value[name] for name in ("value", "source", "confidence")}
            value["value"] = self._message(value["value"], line.kind, question, take)
        args = orjson.loads(canonical(asked_of(question)))
        return line.model_copy(update={"args": args, "value": value, "failure": failure})

    def _message(
        self, said: Mapping[str, Any], kind: str, question: Question, take: Take
    ) -> Mapping[str, Any]:
        if kind == "ask":
            return taken(question.answer, said, take)
        calls = [self._called(call, question, take) for call in said["calls"]]
        return {"text": take(said["text"]), "fault": take(said["fault"]), "calls": calls}

    def _called(self, call: Mapping[str, Any], question: Question, take: Take) -> Mapping[str, Any]:
        """A call by the form of its tool; a tool that there is not may be called like anybody."""
        name, fault = call["tool"], take(call["fault"])
        if name == ANSWER:
            return {**call, "args": taken(question.answer, call["args"], take), "fault": fault}
        told = name if name in self._tools else take(name)
        return {"tool": told, "args": self._args(name, call["args"], take), "fault": fault}

    def _args(self, tool: str, args: Mapping[str, Any], take: Take) -> dict[str, Any]:
        known = self._tools.get(tool)
        return taken(known.args if known else Any, args, take)

    def _mapped(self, expected: Expected, take: Take) -> Expected:
        effects = None
        if expected.effects is not None:
            effects = tuple(
                e.model_copy(update={"args": self._args(e.tool, e.args, take)})
                for e in expected.effects
            )
        # What is true of a reading names somebody, and its form is its tool's: it is written anew.
        return expected.model_copy(update={"effects": effects, "readings": {}})

    def _expected(self, expected: Expected, original: Replayed, told: Replayed) -> Expected:
        """What was expected and was done is expected as it is done now, texts of the role too.

        Values of the exit are expected where they were right: the new one stands at their path.
        """
        result = {
            path: value_at(told, path) if value_at(original, path) == value else value
            for path, value in expected.result.items()
        }
        expected = expected.model_copy(update={"result": result})
        if expected.effects is None or self._case.expected.effects is None:
            return expected
        pairs = list(zip(original.systems.made, told.systems.made, strict=False))
        effects: list[ExpectedEffect] = []
        for before, mapped in zip(self._case.expected.effects, expected.effects, strict=True):
            now = next((n for b, n in pairs if _does(before, b) and n.tool == b.tool), None)
            same = {n: now.args[n] for n in before.args} if now else mapped.args
            effects.append(mapped.model_copy(update={"args": same}))
        return expected.model_copy(update={"effects": tuple(effects)})


class _ByPlace(Recording):
    """A tape that answers by place alone and notes what was asked there: arguments made anew."""

    def __init__(self, lines: Sequence[Line], spoken: Callable[[Line, Question], Line]) -> None:
        super().__init__(lines)
        self._now: dict[str, Line] = {}
        self._spoken = spoken

    def answer(self, address: str, name: str, args: bytes) -> Line | None:
        """The answer of this place, or of what was asked before."""
        line, asked = self.at.get(address), orjson.loads(args)
        if line is None or line.name != name:
            # A read that must still hold is asked again where its write stands.
            same = (x for x in self.lines if x.name == name)
            known = (self._now[x.address] for x in same if x.address in self._now)
            return next((x for x in known if x.args == asked), None)
        self._now[line.address] = line.model_copy(update={"args": asked})
        return line

    def said(self, question: Question) -> Line | None:
        """What the model of this place has said."""
        line = self.at.get(question.address)
        if line is None or line.name != question.prompt:
            return None
        self._now[line.address] = told = self._spoken(line, question)
        return told

    def told(self, done: Replayed) -> Iterator[Line]:
        """The lines that were asked, as they were asked."""
        for line in self.lines:
            if line.address in self._now:
                yield self._now[line.address]
            elif line.kind in _BESIDE and line.address in done.journal.tape.answers:
                yield line


class _Ended(Frozen):
    """What a case that was handed over tells when it ends."""

    child: Annotated[str, Kept()]
    exit: Exit


def _form(heard: Heard) -> object:
    return _Ended if heard.name.startswith("child:") else Any


def _way(result: CaseResult) -> dict[str, object]:
    """What must be the same in both tellings."""
    leave = result.exit
    return {
        "decision": result.decision,
        "exit": (leave.kind, leave.cause) if leave else None,
        "held": result.held.partition(":")[0],
        "effects": tuple(m.tool for m in result.effects),
        "proposals": tuple((p.tool, p.decision, p.rules) for p in result.proposals),
        "rules": result.rules,
        "edges": result.edges,
    }


def _differences(original: CaseResult, told: CaseResult) -> Iterator[str]:
    first, second = _way(original), _way(told)
    for name, before in first.items():
        if before != second[name]:
            yield f"{name}: {second[name]}, before {before}"
    if told.divergence is not None and original.divergence is None:
        seen = told.divergence
        yield f"at {seen.step}: {seen.now[:120]}, recorded {seen.recorded[:120]}"


async def _replayed(bench: Bench, case: RecordedCase, recording: Recording) -> Replayed:
    return await replay(bench, case, recording, supervisor_of("recorded", case))


def _does(wanted: ExpectedEffect, made: Made) -> bool:
    return wanted.tool == made.tool and all(made.args.get(n) == v for n, v in wanted.args.items())


def _failed(failure: Mapping[str, Any], take: Take) -> dict[str, Any]:
    """A failure with its texts mapped; words of the runtime stay."""
    found: dict[str, Any] = {}
    for name, value in failure.items():
        inner = _failed(cast("Mapping[str, Any]", value), take) if isinstance(value, dict) else None
        found[name] = value if name in _CLOSED else inner or taken(Any, value, take)
    return found
