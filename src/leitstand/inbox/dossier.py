"""The dossier: what a case holds, made of its journal alone, never of what a role says."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import select

from leitstand.errors import Missing
from leitstand.policy import gravest
from leitstand.records import (
    MODELS,
    Approval,
    Case,
    Correction,
    Decision,
    Effect,
    Event,
    Exit,
    Verdict,
)
from leitstand.runtime import Leitstand, resting
from leitstand.store import Claimed, Journal, Limits, Signal, Tape
from leitstand.store.schema import cases
from leitstand.tool import Tool
from leitstand.values import Frozen


class Happened(Frozen):
    """One call: `what` is read, failed, refused, rejected, asked, done, or kept from before.

    Of a model's answer `tool` is its prompt. `waits` (`until`, seconds since the epoch; 0: for
    ever), `heard` and `late` tell what a step waited for, and what came of it.
    """

    address: str
    tool: str
    what: str
    text: str = ""
    until: float = 0.0


class Judged(Frozen):
    """A write as it was judged: its arguments, the verdict, and whether the rules refused it."""

    address: str
    tool: str
    args: dict[str, Any]
    verdict: Verdict
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case: its status, what it did, what was judged and decided, and how it ended.

    `resting`: it has ended, or waits and was told nothing since.
    """

    case: Case
    status: str
    reason: str
    opened: float
    changed: float
    journal: Journal
    events: tuple[Event, ...]
    signals: tuple[Signal, ...]
    effects: tuple[Effect, ...]
    judged: tuple[Judged, ...]
    happened: tuple[Happened, ...]
    approvals: tuple[Approval, ...]
    corrections: tuple[Correction, ...]
    exit: Exit | None
    resting: bool

    @property
    def tape(self) -> Tape:
        """The journal by address."""
        return self.journal.tape

    @property
    def held(self) -> str:
        """What stopped a case that is held: the error as it was recorded; empty if it is not."""
        texts = (e.body for e in reversed(self.events) if e.kind == "held")
        return (
            str(orjson.loads(next(texts, b"{}")).get("text", "")) if self.status == "held" else ""
        )

    @property
    def gravest(self) -> Judged | None:
        """The write with the most severe verdict; of equals the first to which a rule applied."""
        top = gravest([j.verdict for j in self.judged])
        return next((j for j in self.judged if j.verdict is top), None)

    def outcome(self, address: str) -> Mapping[str, Any] | None:
        """The recorded answer at an address, without what lies in a blob."""
        event = self.tape.answers.get(address)
        return event.said() if event is not None else None


async def open_dossier(leitstand: Leitstand, ulid: str, roles: Collection[str] = ()) -> Dossier:
    """The dossier of a case for somebody in these roles. Raises Missing, Erased, Restricted."""
    store, tools = leitstand.store, leitstand.rules.tools
    columns = (cases.c.status, cases.c.reason, cases.c.opened, cases.c.changed, cases.c.pending)
    query = select(*columns).where(cases.c.ulid == ulid)
    # Before the journal: a case that rests by then has written down all that it did.
    row = await store.read(lambda c: c.execute(query).first())
    if row is None:
        raise Missing(f"no case `{ulid}`")
    claimed = await store.journal(ulid, roles)
    journal = Journal(claimed, store, Limits())
    leave = journal.tape.exit
    return Dossier(
        case=claimed.case,
        status=row[0],
        reason=row[1],
        opened=row[2],
        changed=row[3],
        journal=journal,
        events=claimed.events,
        signals=claimed.signals,
        effects=tuple(_effects(journal.tape, tools)),
        judged=tuple(_judged(claimed)),
        happened=tuple(_happened(claimed, tools)),
        approvals=tuple(_bodies(claimed, "approval", Approval)),
        corrections=tuple(_bodies(claimed, "correction", Correction)),
        exit=Exit.model_validate_json(orjson.dumps(leave)) if leave else None,
        resting=resting(row[0], row[4]),
    )


def _effects(tape: Tape, tools: Mapping[str, Tool[Any, Any]]) -> Iterator[Effect]:
    """Every write that was sent, in the order of its intents."""
    for address, intent in tape.intents.items():
        event = tape.answers.get(address)
        body = event.said() if event is not None else {}
        state = "done" if body else "unknown" if tape.attempts.get(intent["key"]) else "intent"
        value = body.get("value")
        tool = tools.get(intent["tool"])
        yield Effect(
            tool=intent["tool"],
            args=intent["args"],
            key=intent["key"],
            state="failed" if "failure" in body else state,
            result=cast("dict[str, Any]", value) if isinstance(value, dict) else {},
            undo=tool.undo if tool else "",
        )


def _judged(claimed: Claimed) -> Iterator[Judged]:
    for event in claimed.events:
        if event.kind not in ("answer", "checkpoint", "intent"):
            continue
        body: dict[str, Any] = event.said()
        if "args" in body and (verdict := _verdict(body)):
            refused = event.kind == "answer" and "failure" in body
            yield Judged(
                address=event.address,
                tool=body["tool"],
                args=body["args"],
                verdict=verdict,
                refused=refused,
            )


def _verdict(body: Mapping[str, Any]) -> Verdict | None:
    """The verdict of a judged write; a refusal because a fact could not be measured is a hold."""
    if "verdict" in body:
        return Verdict.model_validate_json(orjson.dumps(body["verdict"]))
    failure = body.get("failure", {})
    if failure.get("code") != "LS201":
        return None
    cause = failure["detail"].get("cause")
    return Verdict(decision=Decision.DENY, level="hold", cause=cause, error=failure["text"])


def _happened(claimed: Claimed, tools: Mapping[str, Tool[Any, Any]]) -> Iterator[Happened]:
    given: dict[str, dict[str, Any]] = {}
    for event in claimed.events:
        if event.kind not in ("answer", "intent", "outcome", "checkpoint", "timer"):
            continue
        body: dict[str, Any] = event.said()
        if event.kind == "intent":
            given[event.address] = body["args"]
        elif event.kind == "timer":
            until = datetime.fromisoformat(body["until"]).timestamp() if body["until"] else 0.0
            said = {"address": event.address, "what": "waits", "text": body["for"], "until": until}
            yield Happened.model_validate({"tool": "", **said})
        elif body["tool"] in ("wait", *MODELS, *tools):
            what, text = _what(event, body, given.get(event.address, {}))
            tool = body.get("prompt") or body["tool"]
            yield Happened(address=event.address, tool=tool, what=what, text=text)


def _what(event: Event, body: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[str, str]:
    if event.kind == "checkpoint":
        return "asked", str(body["id"])
    if "failure" in body:
        return _failed(body["failure"])
    value = body.get("value")
    row = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if body["tool"] == "wait":
        text = ": ".join(str(row[n]) for n in ("person", "text") if n in row)
        return ("heard" if "signal" in body else "late"), text
    if "from" in body:
        return "kept", ", ".join(numbers_in(row, body["args"] or {}))
    if event.kind == "outcome":
        return "done", ", ".join(numbers_in(row, given))
    return "read", str(row.get("source", ""))


def _failed(failure: Mapping[str, Any]) -> tuple[str, str]:
    """What went wrong, in short: the rules that refused, the person's reason, the system's text."""
    kind = {"LS201": "refused", "LS202": "rejected"}.get(failure["code"], "failed")
    hits = failure["detail"].get("hits") or ()
    rules = dict.fromkeys(h["rule"] for h in hits if h["decision"] > Decision.ALLOW)
    return kind, ", ".join(rules) or str(failure["text"])


def numbers_in(result: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """The numbers that a system gave to what was written, `voucher_no` and the like."""
    for name, value in result.items():
        if name.endswith(("_no", "ulid")) and value and value not in given.values():
            yield str(value)


def _bodies(claimed: Claimed, kind: str, model: type[Any]) -> Iterator[Any]:
    for event in claimed.events:
        if event.kind == kind:
            yield model.model_validate_json(event.body)
