"""Grading: what a replay came to, held against what is expected of the case."""

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast, get_args

import orjson

from leitstand.digest import canonical
from leitstand.evals.calibration import sure_of
from leitstand.evals.case import Expected, ExpectedEffect
from leitstand.evals.replay import Replayed
from leitstand.evals.result import CaseResult, FieldDiff, Made, Proposed, Walked
from leitstand.policy import Bundle, gravest
from leitstand.records import Decision, Exit, Hit, Level, Verdict
from leitstand.store import course
from leitstand.values import part_of

_LEVELS: tuple[Level, ...] = get_args(Level)
_THROUGH = ("allow", "redact")
_ENDS = {"done": "auto_draft", "rejected": "reject", "exception": "hold"}


def grade(done: Replayed, ignore: Mapping[str, Sequence[str]] | None = None) -> CaseResult:
    """The result of a case; `ignore` names arguments by tool that are not compared.

    Graders of the suite come on top. A case that is unknown, held or unsafe has never passed.
    Its steps are left out: `steps_of` a case costs a tenth of its replay.
    """
    expected, made = done.case.expected, done.systems.made
    done.judged = tuple(_judged(done))
    pairs, missing, extra = _paired(expected.effects or (), made, ignore or {})
    if expected.effects is None:
        missing, extra = [], []
    proposals = tuple(_proposals(done))
    fields = [*pairs, *_corrected(done, proposals), *_values(expected, done)]
    unsafe = tuple(m for m in made if m.tool in expected.forbidden)
    clean = expected.clean or expected.decision == "auto_draft"
    result = CaseResult(
        case=done.case.name,
        passed=False,
        role=done.case.role,
        clean=clean,
        certainty=done.systems.certainty,
        critical=done.case.critical,
        cluster=done.case.cluster,
        decision=_decision(done),
        expected_decision=expected.decision,
        exit=done.exit,
        held=done.held,
        effects=tuple(made),
        missing=tuple(missing),
        extra=tuple(extra),
        unsafe=unsafe,
        fields=tuple(fields),
        fields_graded=len(fields)
        + len(expected.result)
        + sum(len(e.args) for e in expected.effects or ()),
        proposals=proposals,
        asks=len(done.journal.tape.checkpoints),
        false_hold=clean and (done.exit is None or done.exit.kind != "done"),
        divergence=done.systems.divergence,
        rules=named(done.rules.bundle, _verdicts(done)),
        needs=_needed(done),
        edges=tuple(f"{a} -> {b}" for a, b in sorted(done.edges)),
        exits=(_exit_name(done),) if done.exit else (),
        branches=tuple(sorted({f"{p.tool}: {p.answer}" for p in proposals if p.answer})),
        tokens=done.models.tokens,
        asked=tuple(sorted(done.models.asked)),
        readings=tuple(sure_of(done)),
        course=course(done.journal.tape.answers.values(), done.journal.key),
    )
    problems = tuple(_problems(result, done))
    return result.model_copy(update={"problems": problems, "passed": not problems})


def _problems(result: CaseResult, done: Replayed) -> Iterator[str]:
    expected = done.case.expected
    if result.held:
        yield f"held: {result.held}"
    if result.certainty == "unknown":
        yield f"unknown: the recording does not say what would have happened: {done.systems.why}"
    if expected.decision is not None and expected.decision != result.decision:
        yield f"decision: {result.decision}, expected {expected.decision}"
    if expected.rules is not None and set(expected.rules) != set(_marks(done)):
        yield f"rules: {', '.join(_marks(done))}, expected {', '.join(expected.rules)}"
    if expected.notes is not None and set(expected.notes) != set(_notes(done)):
        yield f"notes: {', '.join(_notes(done))}, expected {', '.join(expected.notes)}"
    if expected.exit is not None:
        yield from _wrong_exit(expected.exit, done)
    yield from (f"missing effect: {m.tool}" for m in result.missing)
    yield from (f"effect too many: {m.tool}" for m in result.extra)
    yield from (f"unsafe effect: {m.tool}" for m in result.unsafe)
    asked = {p.tool for p in result.proposals if p.decision != "deny"}
    yield from (f"proposed again: {tool}" for tool in expected.rejected if tool in asked)
    yield from (f"nobody was asked: {tool}" for tool in _unasked(done, result.proposals))
    yield from (
        f"{f.field}: {_short(f.actual)}, expected {_short(f.expected)}" for f in result.fields
    )


def _unasked(done: Replayed, proposals: Iterable[Proposed]) -> Iterator[str]:
    """Writes that people signed when the case was recorded, and that rules now let through."""
    signed = _signed(done)
    yield from (p.tool for p in proposals if p.address in signed and p.decision in _THROUGH)


def _signed(done: Replayed) -> set[str]:
    return {said.address for said in done.case.said if said.answer != "reject"}


def _wrong_exit(wanted: Mapping[str, str | None], done: Replayed) -> Iterator[str]:
    leave = done.exit
    found = {"kind": leave.kind, "cause": leave.cause} if leave else {"kind": "waiting"}
    for name, value in wanted.items():
        if found.get(name) != value:
            yield f"exit {name}: {found.get(name)}, expected {value}"


def _paired(
    wanted: Sequence[ExpectedEffect], made: Sequence[Made], ignore: Mapping[str, Sequence[str]]
) -> tuple[list[FieldDiff], list[Made], list[Made]]:
    """Values that differ between effects of one tool, effects that are missing, and too many.

    Equal ones find each other first; what is left of a tool is compared field by field.
    """
    left, open_ = list(made), list[ExpectedEffect]()
    for effect in wanted:
        same = next((m for m in left if not _differing(effect, m, ignore)), None)
        if same is None:
            open_.append(effect)
        else:
            left.remove(same)
    fields, missing = list[FieldDiff](), list[Made]()
    for effect in open_:
        near = next((m for m in left if m.tool == effect.tool), None)
        if near is None:
            missing.append(Made(tool=effect.tool, args=effect.args))
        else:
            left.remove(near)
            fields += _differing(effect, near, ignore)
    return fields, missing, left


def _differing(
    effect: ExpectedEffect, made: Made, ignore: Mapping[str, Sequence[str]]
) -> list[FieldDiff]:
    if effect.tool != made.tool:
        return [FieldDiff(field="tool", expected=effect.tool, actual=made.tool)]
    return [
        FieldDiff(field=f"{effect.tool}.{name}", expected=value, actual=made.args.get(name))
        for name, value in effect.args.items()
        if name not in ignore.get(effect.tool, ()) and made.args.get(name) != value
    ]


def _corrected(done: Replayed, proposals: Iterable[Proposed]) -> Iterator[FieldDiff]:
    """In a case that people have corrected, what they would still have to correct."""
    if done.case.origin == "correction":
        for proposal in proposals:
            for change in proposal.changes:
                yield change.model_copy(update={"field": f"{proposal.tool}.{change.field}"})


def _values(expected: Expected, done: Replayed) -> Iterator[FieldDiff]:
    """Values of the exit's result that are others than expected."""
    for path, value in expected.result.items():
        found = value_at(done, path)
        if _ordered(found) != _ordered(value):
            yield FieldDiff(field=f"result.{path}", expected=value, actual=found)


def value_at(done: Replayed, path: str) -> object:
    """A value of the exit's result by its dotted path; None if there is none."""
    return part_of(done.exit.result, path.split(".")) if done.exit else None


def _ordered(value: object) -> object:
    """A list of names as a set has no order."""
    if isinstance(value, list | tuple):
        return sorted(map(str, cast("Sequence[object]", value)))
    return value


def _proposals(done: Replayed) -> Iterator[Proposed]:
    """Every write that was proposed: allowed, asked or refused, with what people made of it."""
    changes: dict[str, list[FieldDiff]] = {}
    for _, body in done.journal.bodies("correction"):
        diff = FieldDiff(
            field=body["field"],
            expected=orjson.loads(body["new"]),
            actual=orjson.loads(body["old"]),
        )
        changes.setdefault(body["checkpoint"], []).append(diff)
    seen: set[str] = set()
    judged = dict(reversed(done.judged))  # The first verdict at an address.
    for event, body in done.journal.bodies("checkpoint", "intent", "answer"):
        if event.address in seen or event.address not in judged:
            continue
        if "verdict" not in body or "args" not in body:
            continue
        seen.add(event.address)
        frozen = done.journal.tape.checkpoints.get(event.address)
        answers = [a["answer"] for a in frozen.approvals] if frozen else []
        verdict = judged[event.address]
        yield Proposed(
            address=event.address,
            tool=body["tool"],
            decision=verdict.decision.name.lower(),
            rules=verdict.rules,
            answer=_said(answers),
            changes=tuple(changes.get(frozen.id, ())) if frozen else (),
        )


def _said(answers: Sequence[str]) -> Literal["", "approve", "edit", "reject"]:
    for answer in ("reject", "edit", "approve"):
        if answer in answers:
            return answer
    return ""


def _verdicts(done: Replayed) -> list[Verdict]:
    return [verdict for _, verdict in done.judged]


def _judged(done: Replayed) -> Iterator[tuple[str, Verdict]]:
    """Every verdict, and where."""
    for event, body in done.journal.bodies("checkpoint", "intent", "answer"):
        if "verdict" in body:
            yield event.address, Verdict.model_validate_json(orjson.dumps(body["verdict"]))


def decided(leave: Exit | None, levels: Iterable[Level]) -> str:
    """What was decided on a case: what its end says, else the gravest level of its verdicts."""
    said = leave.result.get("decision") if leave else None
    if isinstance(said, str):
        return said
    level = max(levels, key=_LEVELS.index, default="info")
    if level not in ("info", "note"):
        return level
    return _ENDS[leave.kind] if leave else "auto_draft"


def _decision(done: Replayed) -> str:
    if done.held and done.exit is None:
        return "hold"
    return decided(done.exit, (v.level for v in _verdicts(done)))


def _marks(done: Replayed) -> tuple[str, ...]:
    """Rules that left a mark on the gravest of the proposed writes."""
    top = gravest(_verdicts(done))
    return tuple(dict.fromkeys(top.rules)) if top else ()


def _notes(done: Replayed) -> tuple[str, ...]:
    """Rules that only inform, on the gravest of the proposed writes."""
    top = gravest(_verdicts(done))
    return top.notes if top else ()


def named(bundle: Bundle, verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Ids of the policies that decided: what they say is part of a verdict as people see it."""
    ids = _ids(bundle)
    shown = (h for v in verdicts for h in v.hits if h.listed or h.level == v.level)
    return tuple(sorted({ids(hit) for hit in shown}))


def _ids(bundle: Bundle) -> Callable[[Hit], str]:
    """A hit names what lists show; of policies that show one name, level and reason tell which."""
    ids = {(r.notes.shows or r.id, r.level, r.notes.reason_en): r.id for r in bundle.rules}
    return lambda hit: ids.get((hit.rule, hit.level, hit.reason_en), hit.rule)


def needed(
    bundle: Bundle,
    verdicts: Iterable[Verdict],
    marks: Collection[str],
    *,
    level: bool,
    matters: Callable[[int, int], bool] = operator.ne,
) -> tuple[str, ...]:
    """Policies without which a verdict would come out otherwise, in what is graded of it.

    `marks` are names of rules that are compared, `level` says whether the decision is, `matters`
    whether it shows that one routing of the action gives way to another.
    """
    ids, found = _ids(bundle), set[str]()
    for verdict in verdicts:
        before = _severity(verdict.hits)
        for hit in verdict.hits:
            others = [h for h in verdict.hits if h is not hit]
            after = _severity(others)
            gone = hit.rule in marks and all(h.rule != hit.rule for h in others)
            if gone or matters(before[0], after[0]) or (level and before[1] != after[1]):
                found.add(ids(hit))
    return tuple(sorted(found))


def _needed(done: Replayed) -> tuple[str, ...]:
    """Policies without which the case would surely come out otherwise.

    Without one that asks, what people signed would happen unasked; and what a person would say who
    was not asked then, nobody knows.
    """
    expected, bundle = done.case.expected, done.rules.bundle
    marks = {
        *(_marks(done) if expected.rules is not None else ()),
        *(_notes(done) if expected.notes is not None else ()),
    }
    signed, found = _signed(done), set[str]()
    for quiet in (True, False):
        some = [
            v for a, v in done.judged if (expected.effects is None and a not in signed) == quiet
        ]
        matters: Callable[[int, int], bool] = (lambda _, __: False) if quiet else _happens
        level = expected.decision is not None
        found.update(needed(bundle, some, marks, level=level, matters=matters))
    return tuple(sorted(found))


def _happens(before: int, after: int) -> bool:
    """Whether a call that was asked about or refused simply happens."""
    return after < min(before, Decision.APPROVE)


def _severity(hits: Iterable[Hit]) -> tuple[int, int]:
    """How an action is routed and what it means for its case, by these rules alone."""
    found = [(h.decision, _LEVELS.index(h.level)) for h in hits]
    return max((d for d, _ in found), default=0), max((n for _, n in found), default=0)


def _exit_name(done: Replayed) -> str:
    leave = done.exit
    if leave is None:
        return ""
    return f"{leave.kind}: {leave.cause}" if leave.cause else leave.kind


def steps_of(done: Replayed) -> Iterator[Walked]:
    """The tape as steps, for whoever reads about a case that failed."""
    for event, body in done.journal.bodies("answer", "outcome", "checkpoint"):
        intent = done.journal.tape.intents.get(event.address, body)
        yield Walked(
            address=event.address,
            tool=body["tool"],
            args=intent.get("args", {}),
            verdict=_name(body),
            answer=_short(body.get("failure", body.get("value", "asked"))),
        )


def _name(body: Mapping[str, Any]) -> str:
    return Decision(body["verdict"]["decision"]).name.lower() if "verdict" in body else ""


def _short(value: object) -> str:
    return canonical(value).decode()[:300]
