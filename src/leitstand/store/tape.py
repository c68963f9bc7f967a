"""The tape: a case's journal as the input of a walk, looked up by address.

Order of the journal never matters: an answer stands at its address (KERNEL no. 1). The tape knows
what was read, so that a walk that leaves something out is found (KERNEL no. 2).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leitstand.records import SUPPLY, Address, Event

Seal = Sequence[Sequence[str]]
"""What a superstep was: its tasks, and the digest of each one's updates."""


SUPPLIED = "@supplied"
"""Stands for a step in the addresses of what people supplied; no step can be called so."""


@dataclass(slots=True)
class Frozen:
    """A checkpoint on the tape: what was shown, what people answered, whether it is still open."""

    id: str
    address: Address
    body: dict[str, Any]
    generation: int
    state: str = "open"
    approvals: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


class Tape:
    """What a case has met so far. Bodies are decoded when they are asked for."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.answers: dict[Address, Event] = {}
        self.intents: dict[Address, dict[str, Any]] = {}
        self.attempts: dict[str, int] = {}
        self.sent: dict[str, float] = {}
        self.checkpoints: dict[Address, Frozen] = {}
        self.seals: dict[int, Seal] = {}
        self.timers: dict[Address, dict[str, Any]] = {}
        self.signals: list[tuple[int, dict[str, Any]]] = []
        self.started: dict[str, Any] = {}
        self.exit: dict[str, Any] | None = None
        self.unread: dict[str, set[Address]] = {}
        self.done: set[str] = set()
        self.consumed: set[str] = set()
        self.tokens = 0
        """Tokens that models have taken, attempts of no use counted in."""
        self.size = self.inline = 0
        self.by_id: dict[str, Frozen] = {}
        self.rejected: list[Frozen] = []
        """Checkpoints that a person said no to, in the order in which that became the answer."""
        self.round = 0
        """How often people let the case go on after an exit; each time it is walked anew."""
        self.visits: dict[str, int] = {}
        """By step, the visits of earlier rounds: those of this one are counted on from there."""
        self.settled: dict[tuple[str, str], list[Address]] = {}
        """What earlier rounds have settled, by tool and proposed digest: done, or rejected."""
        self.supplied: dict[str, Address] = {}
        """Where the value that a person supplied for a field stands."""
        self.assigned: dict[str, Any] = {}
        """To whom the present exit was handed over, if it was."""
        self.again: dict[str, Any] = {}
        """The next try by itself, `n` `of` so many, `at`; without, the last. `since` it left."""
        for event in events:
            self.add(event)
            if event.kind in _CALLS and not event.address.startswith(SUPPLIED):
                self.unread.setdefault(task_of(event.address), set()).add(event.address)

    def add(self, event: Event) -> None:
        """Take an event in, as it is recorded or as it is read from the store."""
        self.count(event)
        take = _TAKERS.get(event.kind)
        if take is not None:
            take(self, event)

    def count(self, event: Event) -> None:
        """Count an event for the limits of its case."""
        self.size += 1
        self.inline += len(event.body)

    def answer(self, address: Address) -> Event | None:
        """The recorded answer at `address`, if the call came home; it counts as read."""
        self.read(address)
        return self.answers.get(address)

    def read(self, address: Address) -> None:
        """Mark what stands at `address` as asked for."""
        waiting = self.unread.get(task_of(address))
        if waiting is not None:
            waiting.discard(address)

    def known(self, address: Address) -> bool:
        """Whether anything is recorded at `address`."""
        held = (self.answers, self.intents, self.checkpoints, self.timers)
        return any(address in known for known in held)

    def approve(self, body: dict[str, Any]) -> None:
        """Add an approval to its checkpoint; one for another case's checkpoint changes nothing."""
        frozen = self.by_id.get(body["checkpoint"])
        if frozen is not None:
            frozen.approvals.append(body)

    def unsettled(self) -> list[Address]:
        """Addresses of writes whose outcome nobody knows: no case ends while there is one."""
        return [address for address in self.intents if address not in self.answers]

    @property
    def given(self) -> dict[str, Any]:
        """The case's input, with what people have supplied since."""
        events = {field: self.answers[address] for field, address in self.supplied.items()}
        supplied = {field: event.said()["value"]["value"] for field, event in events.items()}
        return {**self.started["given"], **supplied}

    @property
    def suppliers(self) -> frozenset[str]:
        """On whose word the case rests: who supplied to it, or to those that handed it over."""
        said = (self.answers[address].said()["value"] for address in self.supplied.values())
        return frozenset((*self.started.get("suppliers", ()), *(one["person"] for one in said)))

    def earlier(self, tool: str, proposed: str) -> Address | None:
        """Where an earlier round has settled this very action; each is given once a round."""
        found = self.settled.get((tool, proposed))
        return found.pop(0) if found else None

    def here(self, address: Address) -> Address:
        """An address as if the present round were the only one; empty for one of an earlier round.

        What people supplied belongs to the present one while it holds.
        """
        if address.startswith(SUPPLIED):
            return address if address in self.supplied.values() else ""
        task, slash, rest = address.partition("/")
        step, _, visit = task.rpartition("#")
        left = int(visit) - self.visits.get(step, 0)
        return f"{step}#{left}{slash}{rest}" if left > 0 else ""

    def origin(self, address: Address) -> Address:
        """Where the answer at an address was made: there, or in the round it is taken over from."""
        event = self.answers.get(address)
        source = event.said().get("from", "") if event is not None else ""
        return self.origin(source) if source else address

    def name(self, step: str, visit: int) -> str:
        """The name of a task: the visits of a step are counted over all rounds."""
        return f"{step}#{visit + self.visits.get(step, 0)}"

    def open_checkpoints(self) -> list[Frozen]:
        """Checkpoints that still wait for a person."""
        return [c for c in self.checkpoints.values() if c.state == "open"]


def task_of(address: Address) -> str:
    """The task an address belongs to: `step#visit`."""
    return address.partition("/")[0]


def _answer(tape: Tape, event: Event) -> None:
    tape.answers[event.address] = event
    if tape.settled or event.address.startswith(SUPPLIED):
        _take(tape, event, event.said())
    if b'"tokens":{' in event.body:
        used = event.said().get("tokens", {})
        tape.tokens += used.get("sent", 0) + used.get("received", 0)
    if event.address in tape.timers:
        name = event.said().get("signal")
        tape.consumed |= {name} if name else set[str]()


def _take(tape: Tape, event: Event, body: dict[str, Any]) -> None:
    """What a person supplied, or what is taken over from an earlier round."""
    if body["tool"] == SUPPLY:
        tape.supplied[body["value"]["field"]] = event.address
    places = tape.settled.get((body["tool"], body["proposed"]), [])
    if body.get("from") in places:
        places.remove(body["from"])


def _outcome(tape: Tape, event: Event) -> None:
    tape.answers[event.address] = event
    intent = tape.intents.get(event.address)
    if intent is not None and b'"failure":' not in event.body.partition(b',"key":')[0]:
        tape.done.add(intent["tool"])


def _intent(tape: Tape, event: Event) -> None:
    body = event.said()
    tape.intents[event.address] = body
    if event.address in tape.checkpoints:
        tape.checkpoints[event.address].state = "used"


def _attempt(tape: Tape, event: Event) -> None:
    body = event.said()
    key = body["key"]
    tape.tokens += body.get("tokens", 0)
    if "at" in body:
        tape.sent[key] = body["at"]
    else:
        tape.attempts[key] = tape.attempts.get(key, 0) + 1


def _checkpoint(tape: Tape, event: Event) -> None:
    body = event.said()
    before = tape.checkpoints.get(event.address)
    frozen = Frozen(body["id"], event.address, body, before.generation + 1 if before else 0)
    tape.checkpoints[event.address] = frozen
    tape.by_id[frozen.id] = frozen


def _void(tape: Tape, event: Event) -> None:
    body = event.said()
    frozen = tape.by_id.get(body["id"])
    if frozen is None:
        return
    frozen.state = body["state"]
    if frozen.state == "rejected":
        tape.rejected.append(frozen)


def _approval(tape: Tape, event: Event) -> None:
    tape.approve(event.said())


def _seal(tape: Tape, event: Event) -> None:
    for superstep, seal in enumerate(event.said()["steps"], int(event.address)):
        tape.seals[superstep] = seal


def _timer(tape: Tape, event: Event) -> None:
    tape.timers[event.address] = event.said()


def _scope(tape: Tape, event: Event) -> None:
    """An agent is done: what it did on its way is no longer asked for (KERNEL no. 26)."""
    tape.answers[event.address] = event
    within, waiting = f"{event.address}/", tape.unread.get(task_of(event.address), set())
    waiting -= {address for address in waiting if address.startswith(within)}


def _signal(tape: Tape, event: Event) -> None:
    tape.signals.append((event.seq, event.said()))


def _started(tape: Tape, event: Event) -> None:
    tape.started = event.said()


def _exit(tape: Tape, event: Event) -> None:
    tape.exit = dict(event.said())
    tape.again = tape.exit.pop("again", {})


def _assigned(tape: Tape, event: Event) -> None:
    tape.assigned, tape.again = event.said(), {}


def _resumed(tape: Tape, event: Event) -> None:
    """A new round: what was read so far is no answer any more, what was done stays done."""
    tape.again = event.said().get("again", {})
    tape.round += 1
    tape.exit, tape.assigned = None, {}
    tape.visits = _visits(tape)
    tape.settled = _settled(tape)
    tape.timers = {a: t for a, t in tape.timers.items() if a in tape.answers}
    tape.seals.clear()
    tape.unread.clear()
    tape.consumed.clear()


def _visits(tape: Tape) -> dict[str, int]:
    sealed = {name for seal in tape.seals.values() for name in seal[0]}
    known = (tape.answers, tape.intents, tape.checkpoints, tape.timers)
    found = dict(tape.visits)
    for name in sealed.union(*({task_of(address) for address in held} for held in known)):
        step, _, visit = name.rpartition("#")
        found[step] = max(found.get(step, 0), int(visit))
    return found


def _settled(tape: Tape) -> dict[tuple[str, str], list[Address]]:
    """Writes that were done, and actions that people rejected, in the order of the journal."""
    found: dict[tuple[str, str], list[Address]] = {}
    rejected = {frozen.address for frozen in tape.rejected}
    for address, event in tape.answers.items():
        body = event.said() if address in tape.intents or address in rejected else {}
        if body and ("failure" not in body or address in rejected):
            found.setdefault((body["tool"], body["proposed"]), []).append(address)
    return found


_CALLS = frozenset({"answer", "outcome", "checkpoint", "intent", "timer", "scope"})
_TAKERS = {
    "answer": _answer,
    "outcome": _outcome,
    "intent": _intent,
    "attempt": _attempt,
    "checkpoint": _checkpoint,
    "void": _void,
    "approval": _approval,
    "seal": _seal,
    "timer": _timer,
    "scope": _scope,
    "signal": _signal,
    "started": _started,
    "exit": _exit,
    "assigned": _assigned,
    "resumed": _resumed,
}
