"""Recording: a journal of production made a case of a suite, as it was."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import orjson

from leitstand.digest import plain
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
from leitstand.evals.tape import Line, tape_bytes
from leitstand.guard import Rules
from leitstand.records import SUPPLY, Address, Approval, Event, Exit
from leitstand.store import Journal, Limits, Store, Tape, course

_Other = Literal["now", "wait", "ask", "turn", "supply"]
_OTHERS: Mapping[str, _Other] = {SUPPLY: "supply", **{k: k for k in get_args(_Other)[:-1]}}
_DONE = "agent"
"""What an agent came to: made anew from its turns."""


class Recorded(NamedTuple):
    """A case and its tape, not yet pseudonymised, and the journal that they were made of."""

    case: RecordedCase
    lines: Sequence[Line]
    events: Sequence[Event]


async def record(store: Store, rules: Rules, ulid: str, name: str) -> Recorded:
    """The recorded case of a journal: its calls with arguments and answers, what people said.

    What is expected is what happened in the end, people's edits included. Of a case that people let
    go on after an exit that is its last round, with what earlier rounds had done for it. Raises
    Missing, Erased, and CaseRefused: a tool is gone, or the journal does not say what it was asked.
    """
    claimed = await store.journal(ulid)
    journal = Journal(claimed, store, Limits())
    calls = [*await _calls(rules, journal), *await _others(journal, _lost(claimed.events))]
    lines = [x.model_copy(update={"args": _own(x.args, ulid, name)}) for x in calls]
    tape, events = journal.tape, claimed.events
    said = list(_decisions(tape, events))
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
        given=tape.given,
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
            prompts=prompts_hash({x.name: x.release for x in lines if x.kind in ("ask", "turn")}),
        ),
        course=course(events, claimed.key),
        exit=leave,
    )
    # As they stood in the journal: a person reads a tape from its top.
    places = {tape.here(e.address): -n for n, e in enumerate(events[::-1]) if "/" in e.address}
    lines.sort(key=lambda line: (places[line.address], line.address))
    return Recorded(case.model_copy(update={"tape": plain(tape_bytes(lines))}), lines, events)


async def _calls(rules: Rules, journal: Journal) -> list[Line]:
    """Every call of a tool as it stands in the journal: what was asked, what came back."""
    tape, found = journal.tape, list[Line]()
    for address, event in tape.answers.items():
        body = event.said()
        if body["tool"] in (*_OTHERS, _DONE) or not tape.here(address):
            continue
        known, intent = rules.tools.get(body["tool"]), tape.intents.get(address)
        if known is None:
            raise CaseRefused(f"no tool `{body['tool']}` any more", where=journal.case.ulid)
        args = intent["args"] if intent else body.get("args", body.get("asked"))
        if args is None:
            raise CaseRefused("its journal does not say what was asked", where=address)
        line = Line(
            address=tape.here(address),
            kind="call",
            name=known.name,
            args=args,
            value=await _value(journal, body),
            failure=body.get("failure"),
            writes=bool(known.writes),
        )
        found.append(line)
    return found


async def _others(journal: Journal, lost: Mapping[Address, int]) -> list[Line]:
    """What the clock, models and waits answered."""
    found: list[Line] = []
    for address, event in journal.tape.answers.items():
        body, here = event.said(), journal.tape.here(address)
        kind = _OTHERS.get(body["tool"])
        if kind is None or not here:
            continue
        timer = journal.tape.timers.get(address, {})
        args: dict[str, Any] = {"until": timer.get("until")} if kind == "wait" else {}
        if kind in ("ask", "turn"):
            args = await _value(journal, body["inputs" if kind == "ask" else "asked"])
        value = body.get("value")
        if kind == "turn" and value is not None:
            value = {k: body[k] for k in ("value", "source", "confidence")}
        found.append(
            Line(
                address=here,
                kind=kind,
                name=body.get("prompt") or timer.get("for", "") or _field(body),
                args=args,
                value=value,
                failure=body.get("failure"),
                release=body.get("release", ""),
                tokens=_tokens(body) + lost.get(address, 0),
            )
        )
    return found


async def _value(journal: Journal, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    if "blob" in body:
        return orjson.loads(await journal.load(body["blob"]))
    return body.get("value")


def _tokens(body: Mapping[str, Any]) -> int:
    used = body.get("tokens", {})
    return int(used.get("sent", 0)) + int(used.get("received", 0))


def _lost(events: Sequence[Event]) -> Mapping[Address, int]:
    """Tokens of attempts that gave no answer, by the question's address."""
    lost: Counter[Address] = Counter()
    for event in events:
        if event.kind == "attempt":
            body = event.said()
            lost[body["key"]] += int(body.get("tokens", 0))
    return lost


def _field(body: Mapping[str, Any]) -> str:
    return str(body["value"]["field"]) if body["tool"] == SUPPLY else ""


def _own(args: Mapping[str, Any], ulid: str, name: str) -> dict[str, Any]:
    """The case's own name, wherever it names itself, is that of the recording."""
    return {k: name if v == ulid else v for k, v in args.items()}


def _effects(journal: Journal, name: str) -> list[ExpectedEffect]:
    tape = journal.tape
    return [
        ExpectedEffect(tool=intent["tool"], args=_own(intent["args"], journal.case.ulid, name))
        for address, event in tape.answers.items()
        if tape.here(address) and (intent := tape.intents.get(tape.origin(address)))
        if "failure" not in event.said()
    ]


def _decisions(tape: Tape, events: Sequence[Event]) -> Iterator[Said]:
    """What people said of the actions of the last round, where it was said before it as well."""
    here = {tape.origin(address): tape.here(address) for address in tape.answers}
    for event in events:
        if event.kind == "approval":
            address = here.get(event.address) or tape.here(event.address)
            said = [Approval.model_validate_json(event.body)] if address else []
            yield from (_said(one, address) for one in said)


def _rejected(said: Sequence[Said], effects: Sequence[ExpectedEffect]) -> tuple[str, ...]:
    """Tools that people refused and that nobody approved later."""
    done = {effect.tool for effect in effects}
    refused = (s.tool for s in said if s.answer == "reject" and s.tool not in done)
    return tuple(dict.fromkeys(refused))


def _said(given: Approval, address: str) -> Said:
    same = given.model_dump(include=set(Said.model_fields))
    return Said.model_validate({**same, "address": address})


def _heard(body: dict[str, Any]) -> Heard:
    return Heard(name=body["name"], body=body["body"], at=body.get("at", 0.0))


def _origin(events: Sequence[Event]) -> str:
    if any(e.kind == "correction" for e in events):
        return "correction"
    voids = (e.said() for e in events if e.kind == "void")
    return "rejection" if any(v["state"] == "rejected" for v in voids) else "production"
