"""Where a case stands, told from its journal alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leitstand.errors import StoreFailed
from leitstand.records import Event
from leitstand.store.page import chain
from leitstand.store.schema import AT_ONCE
from leitstand.store.tape import Tape


@dataclass(frozen=True, slots=True)
class Standing:
    """`case` are the columns that name it. `due`: seconds since the epoch, AT_ONCE, or None.

    A case that waits for nothing in particular, as after a crash, is ready at once.
    """

    case: dict[str, Any]
    status: str
    reason: str
    due: float | None
    seq: int
    head: bytes

    @property
    def ended(self) -> bool:
        """Whether nothing can wake it any more."""
        return self.status in ("done", "rejected", "exception")


_STATED = frozenset({"exit", "held", "released", "resumed", "closed"})


def standing(events: Sequence[Event]) -> Standing:
    """The standing of a case after `events`. Raises StoreFailed: they begin with no case."""
    head = b""
    for event in events:
        head = chain(head, event.seq, event)
    status, reason, due = _status([event for event in events if event.kind != "restricted"])
    if events[-1].kind == "restricted":
        reason, due = "restricted", events[-1].said()["due"]
    return Standing(_named(events), status, reason, due, len(events), head)


def _named(events: Sequence[Event]) -> dict[str, Any]:
    named = events[0].said().get("case")
    if named is None:
        raise StoreFailed("the journal does not begin with a case", where=events[0].address)
    named |= {"ulid": events[0].address, "opened": named.pop("at")}
    for event in events:
        if event.kind in ("moved", "resumed"):
            named["version"] = event.said()["to"]
        if event.kind == "restricted":
            named |= {"title": "", "requester": ""}
    return named


def _status(events: Sequence[Event]) -> tuple[str, str, float | None]:
    last = next((e for e in reversed(events) if e.kind in _STATED), None)
    if last is not None and last.kind == "closed":
        return "rejected", "", None
    if last is not None and last.kind == "exit":
        leave = last.said()
        return leave["kind"], leave["cause"] or "", Tape(events).again.get("at")
    if last is not None and last.kind == "held":
        return "held", last.said()["reason"], None
    tape = Tape(events)
    if any(address not in tape.answers for address in tape.intents):
        return "waiting", "", AT_ONCE
    waits = [body for address, body in tape.timers.items() if address not in tape.answers]
    if not waits and not tape.open_checkpoints():
        return "ready", "", AT_ONCE
    times = [datetime.fromisoformat(w["until"]).timestamp() for w in waits if w["until"]]
    return "waiting", "", min(times, default=None)
