"""Probes: calls that no sound role would make, put to the guard with the verdict they must get.

Some rules guard what a role must never do, so no case of an honest one meets them. A probe reads
what its tape has read, each read through the guard, and has the calls judged on that: by the real
rules and facts, with the signatures it states. Nothing is sent.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

from leitstand.approval import Grants
from leitstand.digest import canonical
from leitstand.errors import CallFailed, CaseRefused
from leitstand.evals.case import Asked, RecordedCase
from leitstand.evals.grading import named, needed
from leitstand.evals.replay import Bench, head_of
from leitstand.evals.result import CaseResult, Certainty
from leitstand.evals.scratch import Scratch, clock_of, key_of
from leitstand.evals.stand_in import AT, StandIn
from leitstand.evals.supervisor import People
from leitstand.evals.tape import Line, Recording
from leitstand.guard import Call, Guard
from leitstand.guard.judging import validated
from leitstand.policy import denied, gravest
from leitstand.records import Verdict
from leitstand.tool import Tool

Readings = Mapping[str, Mapping[str, Any]]
"""Values of what was read that are others than recorded: by tool, then by dotted path."""
_CERTAINTY: tuple[Certainty, ...] = get_args(Certainty)


async def probe(bench: Bench, case: RecordedCase, recording: Recording) -> CaseResult:
    """What the guard says of a probe's calls, held against what it must say.

    Raises CaseRefused: the project has no such role or tool, or the tape no such call or reading.
    """
    benches: dict[bytes, _Probe] = {}
    verdicts: list[Verdict] = []
    for asked in case.calls:
        known = canonical(asked.readings)
        if known not in benches:
            benches[known] = _Probe(bench, case, recording, asked.readings)
            await benches[known].read()
        verdicts.append(await benches[known].judged(asked))
    pairs = zip(case.calls, verdicts, strict=True)
    problems = tuple(p for asked, verdict in pairs for p in _problems(asked, verdict))
    certainty = _CERTAINTY[max(_CERTAINTY.index(b.certainty) for b in benches.values())]
    marks = {r for a in case.calls for r in (*(a.expected.rules or ()), *(a.expected.notes or ()))}
    top = gravest(verdicts)
    return CaseResult(
        case=case.name,
        passed=not problems and certainty != "unknown",
        role=case.role,
        certainty=certainty,
        critical=case.critical,
        cluster=case.cluster,
        decision=top.level if top else "",
        rules=named(bench.bundle, verdicts),
        needs=needed(bench.bundle, verdicts, marks, level=True),
        exits=("probe",),
        problems=problems,
    )


class _Probe:
    """What a probe has read, in a journal of its own, and the guard that judges on it."""

    def __init__(
        self, bench: Bench, case: RecordedCase, recording: Recording, readings: Readings
    ) -> None:
        self._case, self._read = case, tuple[str, ...]()
        self._tools: Mapping[str, Tool[Any, Any]] = {t.name: t for t in bench.tools}
        self._tape = Recording(_changed(case, readings, recording))
        self._rules = bench.rules_for(case, People(), clock_of(case))
        self._systems = StandIn(self._tape, bench.twin)
        head = head_of(case, bench.role_of(case))
        self._journal = Scratch(head, key_of(case), bench.case_limits, ())
        self._passage = Guard(self._rules, (), self._systems).open(self._journal)

    @property
    def certainty(self) -> Certainty:
        """How sure its readings are."""
        return self._systems.certainty

    async def read(self) -> None:
        """Read again what the tape has read."""
        lines = (x for x in self._tape.lines if x.kind == "call" and not x.writes)
        self._read = tuple([x.address for x in lines if await self._answered(x)])

    async def judged(self, asked: Asked) -> Verdict:
        """The verdict on a call."""
        grants = Grants(tuple(asked.signed), tuple(sorted(set(asked.signed.values()))))
        try:
            args = {**self._like(asked.like), **asked.args}
            return await self._passage.judged(self._call("probe", asked.tool, args), grants)
        except CallFailed as error:
            return denied(self._rules.bundle, asked.tool, str(error))

    async def _answered(self, line: Line) -> bool:
        AT.set(line.address)
        try:
            await self._passage.perform(self._call(line.address, line.name, line.args))
        except CallFailed:
            return False
        return True

    def _like(self, like: str) -> Mapping[str, Any]:
        if not like:
            return {}
        line = next((x for x in self._tape.lines if x.name == like), None)
        if line is None:
            raise CaseRefused(f"the tape has no call of `{like}`", where=self._case.name)
        return line.args

    def _call(self, address: str, name: str, args: Mapping[str, Any]) -> Call:
        """A call as a desk makes it, on all that was read. Raises ArgumentsRefused."""
        tool = self._tools.get(name)
        if tool is None:
            raise CaseRefused(f"no tool `{name}` in this project", where=self._case.name)
        given = tool.args.model_validate_json(canonical(validated(tool.args, args)))
        proposed = self._journal.digest(canonical([name, given]))
        return Call(address, tool, given, proposed, self._read)


def _changed(case: RecordedCase, readings: Readings, recording: Recording) -> Iterator[Line]:
    """The tape with the answers that the probe states. Raises CaseRefused: there is no such one."""
    absent = readings.keys() - {line.name for line in recording.lines}
    if absent:
        raise CaseRefused(f"the tape has no call of `{min(absent)}`", where=case.name)
    for line in recording.lines:
        value = line.value
        for path, new in readings.get(line.name, {}).items():
            value = _with(value, path.split("."), new, case.name)
        yield line.model_copy(update={"value": value})


def _with(node: Any, path: list[str], new: object, where: str) -> Any:  # noqa: ANN401 - JSON
    """A copy of JSON data in which the value at a path, which has to be there, is another."""
    if not path:
        return new
    copy: Any = cast("Any", node).copy() if isinstance(node, dict | list) else None
    step = int(path[0]) if isinstance(node, list) and path[0].isdecimal() else path[0]
    try:
        copy[step] = _with(copy[step], path[1:], new, where)
    except (LookupError, TypeError) as error:
        raise CaseRefused(f"a reading has no `{path[0]}`", where=where) from error
    return copy


def _problems(asked: Asked, verdict: Verdict) -> Iterator[str]:
    """In what a verdict is another than expected."""
    wanted = asked.expected.model_dump(exclude_none=True)
    found = {"decision": verdict.decision.name.lower(), "notes": verdict.notes}
    for name, value in wanted.items():
        said = found.get(name, getattr(verdict, name))
        if _unordered(said) != _unordered(value):
            yield f"{asked.tool} {name}: {said}, expected {value}"


def _unordered(value: object) -> object:
    return frozenset(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value
