"""Recording: a journal of production made a case of a suite, as it was."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from leitstand.errors import CaseRefused
from leitstand.evals.case import (
    Expected,
    ExpectedEffect,
    Heard,
    RecordedCase,
    Said,
    Versions,
    prompts_hash,
)
from leitstand.evals.tape import Line, tape_bytes, tape_hash
from leitstand.guard import Rules
from leitstand.records import Approval, Event, Exit
from leitstand.store import Journal, Limits, Store, course

__all__ = ["Recorded", "record"]

_CLOCK = ("now", "wait", "ask")


class Recorded:
    """A case and its tape, not yet pseudonymised."""

    def __init__(self, case: RecordedCase, lines: Sequence[Line]) -> None:
        self.tape = tape_bytes(lines)
        self.lines = tuple(lines)
        self.case = case.model_copy(update={"tape": tape_hash(self.tape)})


async def record(store: Store, rules: Rules, ulid: str, name: str) -> Recorded:
    """The recorded case of a journal: its calls with arguments and answers, what people said.

    What is expected is what happened in the end, people's edits included. Raises Missing, Erased,
    and CaseRefused: a tool is gone, or the journal does not say what it was asked.
    """
    claimed = await store.journal(ulid)
    journal = Journal(claimed, store, Limits())
    calls = [*await _calls(rules, journal), *await _others(journal)]
    lines = [_renamed(line, ulid, name) for line in calls]
    tape, events = journal.tape, claimed.events
    said = [_said(Approval.model_validate_json(e.body)) for e in events if e.kind == "approval"]
    leave = Exit.model_validate_json(orjson.dumps(tape.exit)) if tape.exit else None
    policy = next((i["verdict"]["bundle"] for i in tape.intents.values()), "")
    effects = tuple(_effects(journal, name))
    case = RecordedCase(
        name=name,
        role=claimed.case.role,
        tenant=claimed.case.tenant,
        requester=claimed.case.requester,
        title=claimed.case.title,
        at=float(tape.started["case"]["at"]),
        given=tape.started["given"],
        said=tuple(said),
        heard=tuple(_heard(body) for _, body in tape.signals),
        expected=Expected(
            effects=effects,
            rejected=_rejected(said, effects),
            exit={"kind": leave.kind, "cause": leave.cause} if leave else None,
        ),
        origin=_origin(events),
        versions=Versions(
            graph=claimed.case.version,
            policy=policy,
            prompts=prompts_hash({x.name: x.release for x in lines if x.kind == "ask"}),
        ),
        course=course(events, claimed.key),
        exit=leave,
    )
    return Recorded(case, sorted(lines, key=lambda line: _order(events, line.address)))


async def _calls(rules: Rules, journal: Journal) -> list[Line]:
    """Every call of a tool as it stands in the journal: what was asked, what came back."""
    tape, found = journal.tape, list[Line]()
    for address, event in tape.answers.items():
        body = tape.body(event)
        if body["tool"] in _CLOCK:
            continue
        known, intent = rules.tools.get(body["tool"]), tape.intents.get(address)
        if known is None:
            raise CaseRefused(f"no tool `{body['tool']}` any more", where=journal.case.ulid)
        args = intent["args"] if intent else body.get("args", body.get("asked"))
        if args is None:
            raise CaseRefused("its journal does not say what was asked", where=address)
        line = Line(
            address=address,
            kind="call",
            name=known.name,
            args=args,
            value=await _value(journal, body),
            failure=body.get("failure"),
            writes=bool(known.writes),
        )
        found.append(line)
    return found


async def _others(journal: Journal) -> list[Line]:
    """What the clock, models and waits answered."""
    found: list[Line] = []
    for address, event in journal.tape.answers.items():
        body = journal.tape.body(event)
        kind = body.get("tool")
        if kind not in _CLOCK:
            continue
        timer = journal.tape.timers.get(address, {})
        args: dict[str, Any] = {"until": timer.get("until")} if kind == "wait" else {}
        if kind == "ask":
            args = await _value(journal, body["inputs"])
        found.append(
            Line(
                address=address,
                kind=kind,
                name=body.get("prompt") or timer.get("for", ""),
                args=args,
                value=body.get("value"),
                failure=body.get("failure"),
                release=body.get("release", ""),
            )
        )
    return found


async def _value(journal: Journal, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    if "blob" in body:
        return orjson.loads(await journal.load(body["blob"]))
    return body.get("value")


def _renamed(line: Line, ulid: str, name: str) -> Line:
    """The case's own name, wherever it names itself, is that of the recording."""
    return line.model_copy(update={"args": _own(line.args, ulid, name)})


def _own(args: Mapping[str, Any], ulid: str, name: str) -> dict[str, Any]:
    return {k: name if v == ulid else v for k, v in args.items()}


def _effects(journal: Journal, name: str) -> list[ExpectedEffect]:
    tape = journal.tape
    return [
        ExpectedEffect(tool=intent["tool"], args=_own(intent["args"], journal.case.ulid, name))
        for address, intent in tape.intents.items()
        if address in tape.answers and "failure" not in tape.body(tape.answers[address])
    ]


def _rejected(said: Sequence[Said], effects: Sequence[ExpectedEffect]) -> tuple[str, ...]:
    """Tools that people refused and that nobody approved later."""
    done = {effect.tool for effect in effects}
    refused = (s.tool for s in said if s.answer == "reject" and s.tool not in done)
    return tuple(dict.fromkeys(refused))


def _said(given: Approval) -> Said:
    return Said(
        tool=given.tool,
        address=given.address,
        person=given.person,
        role=given.role,
        answer=given.answer,
        edits=given.edits,
        reason=given.reason,
        at=given.at,
    )


def _heard(body: dict[str, Any]) -> Heard:
    return Heard(name=body["name"], body=body["body"], at=body.get("at", 0.0))


def _origin(events: Sequence[Event]) -> str:
    if any(e.kind == "correction" for e in events):
        return "correction"
    voids = (orjson.loads(e.body) for e in events if e.kind == "void")
    return "rejection" if any(v["state"] == "rejected" for v in voids) else "production"


def _order(events: Sequence[Event], address: str) -> tuple[int, str]:
    """As they stood in the journal: a person reads a tape from its top."""
    places = (i for i, e in enumerate(events) if e.address == address)
    return next(places, len(events)), address
