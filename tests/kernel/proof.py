"""What has to hold after a seed: held against the systems, the file, and a replay of every case."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, cast

import orjson
from pydantic import BaseModel
from sqlalchemy import text

from leitstand.desk import Room, TooManyRejections
from leitstand.digest import canonical
from leitstand.errors import CallFailed
from leitstand.guard import Guard, Pause, Rules
from leitstand.model import Library
from leitstand.records import Decision, Event, Exit
from leitstand.role import CONTRADICTORY, Compiled
from leitstand.runtime import Stage
from leitstand.store import Claimed, Journal, Limits, Store, Tape, course
from leitstand.store.page import Page, headers_of
from leitstand.store.schema import PAGE_SHIFT
from leitstand.walk import walk
from tests.kernel.office import HEADS, LIMITS, needed_for, roles

if TYPE_CHECKING:
    from tests.kernel.simulator import Simulation

__all__ = ["Proof", "chain_faults", "replay"]


@dataclass
class Proof:
    """Faults found, and how often each thing happened."""

    faults: list[str] = field(default_factory=list[str])
    told: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    async def of(cls, simulation: "Simulation") -> Self:
        """Check a seed that has come to its end."""
        proof = cls(list(simulation.world.faults), dict(simulation.told))
        await _Check(simulation, proof).all()
        return proof


class _Check:
    def __init__(self, simulation: "Simulation", proof: Proof) -> None:
        self.simulation = simulation
        self.proof = proof
        self.store = simulation.process.store
        self.world = simulation.world
        self.keys: dict[str, dict[str, Any]] = {}
        self.nonces: dict[str, str] = {}

    async def all(self) -> None:
        rows = await self.store.read(
            lambda c: c.execute(text("select ulid, role, status, parent from cases")).fetchall()
        )
        known = {row.ulid for row in rows}
        for ulid in set(self.simulation.started) - known:
            self.fault(f"case {ulid} was started and is lost")
        for row in rows:
            self.proof.told[row.status] = self.proof.told.get(row.status, 0) + 1
            await self.case(await self.store.journal(row.ulid), row.role)
        self.effects()
        self.budgets()
        for complaint in self.simulation.loop.complaints:
            error = complaint.get("exception")
            if "never retrieved" in complaint["message"] and isinstance(error, AssertionError):
                self.fault(str(error))
        for fault in await self.store.read(chain_faults):
            self.fault(fault)

    def fault(self, what: str) -> None:
        self.proof.faults.append(what)

    async def case(self, claimed: Claimed, role: str) -> None:
        ulid = claimed.case.ulid
        tape = Tape(claimed.events)
        if tape.exit is None:
            return self.fault(f"{ulid} has no end")
        if tape.unsettled():
            self.fault(f"{ulid} ended without the outcome of {tape.unsettled()}")
        self.proof.told["writes"] = self.proof.told.get("writes", 0) + len(tape.intents)
        for address, intent in tape.intents.items():
            self.intent(claimed, tape, address, intent)
        await self.again(claimed, role, tape)
        return None

    def intent(self, claimed: Claimed, tape: Tape, address: str, intent: dict[str, Any]) -> None:
        key = intent["key"]
        if key in self.keys:
            self.fault(f"two intents have the key {key}")
        self.keys[key] = {**intent, "outcome": tape.answers[address].said()}
        if intent["verdict"]["decision"] != Decision.ALLOW:
            self.fault(f"{address}: an intent without permission")
        for nonce in intent.get("approvals", ()):
            if nonce in self.nonces:
                self.fault(f"the signature {nonce} carried two effects")
            self.nonces[nonce] = key
        self.signed(claimed, tape, address, intent)

    def signed(self, claimed: Claimed, tape: Tape, address: str, intent: dict[str, Any]) -> None:
        """Enough people, other than the requester, have signed what was sent, and nothing else."""
        persons: list[str] = intent.get("persons", [])
        if not set(persons) <= set(HEADS) or len(set(persons)) < len(persons):
            self.fault(f"{address}: signed by {persons}")
        if intent["acted"] != claimed.key.digest(canonical([intent["tool"], intent["args"]])):
            self.fault(f"{address}: the digest is not that of what was sent")
        needed = needed_for(intent["verdict"]["bundle"], intent["args"])
        if any(row[4:] == [True] for row in intent.get("budgets", ())):
            needed = max(needed, 1)
        if len(persons) < needed:
            self.fault(f"{address}: {intent['args']} signed by {persons}, {needed} are needed")
        used = intent.get("approvals", ())
        given = tape.by_id[intent["checkpoint"]].approvals if used else []
        for approval in (a for a in given if a["nonce"] in used):
            if approval["acted"] != intent["acted"]:
                self.fault(f"{address}: {approval['person']} signed something else")

    def effects(self) -> None:
        """What the systems did against what the journals say they did."""
        for system in self.world.systems:
            for key, count in system.effects.items():
                if count > 1:
                    self.fault(f"{system.name}: {key} happened {count} times")
            for key, args in system.args.items():
                self.intended(f"{system.name}: {key}", self.keys.get(key), args)
        for key, intent in self.keys.items():
            happened = sum(s.effects[key] for s in self.world.systems)
            failed = "failure" in intent["outcome"]
            if intent["tool"] != "case.hand_over" and failed == bool(happened):
                told = f"happened {happened}, recorded {intent['outcome']}"
                self.fault(f"{intent['tool']} {key}: {told}")

    def intended(self, what: str, recorded: dict[str, Any] | None, args: BaseModel) -> None:
        """What a system was sent is what a journal says."""
        if recorded is None:
            self.fault(f"{what} is in no journal")
        elif recorded["args"] != args.model_dump(mode="json"):
            self.fault(f"{what} came with other arguments than were intended")

    def budgets(self) -> None:
        """What was reserved and happened, signed amounts aside, stays within the cap."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for intent in self.keys.values():
            for name, window, amount, _, *signed in intent.get("budgets", ()):
                if "failure" not in intent["outcome"] and not signed:
                    sums[name, window] += amount
        caps = {b["name"]: b["cap_cents"] for b in LIMITS["budgets"]}
        for (name, window), amount in sums.items():
            if amount > caps[name]:
                self.fault(f"budget {name} of {window} is overdrawn: {amount}")

    async def again(self, claimed: Claimed, role: str, tape: Tape) -> None:
        """A replay gives the same end, and the course of the last round (decisions/exceptions)."""
        compiled = next(
            r[role] for r in (roles(1), roles(2)) if r[role].version == claimed.case.version
        )
        ulid = claimed.case.ulid
        try:
            rules = self.simulation.process.rules
            leave, read, cut = await replay(claimed, compiled, self.store, rules)
        except Exception as error:  # noqa: BLE001 whatever comes out of it is a fault
            return self.fault(f"{ulid} does not replay: {type(error).__name__}: {error}")
        if leave is None or leave.model_dump(mode="json") != tape.exit:
            self.fault(f"{ulid} replays to another end: {leave}, recorded {tape.exit}")
        told = ("answer", "outcome")
        began = max((n for n, e in enumerate(claimed.events) if e.kind == "resumed"), default=0)
        last = claimed.events[began:]
        asked = [e for e in last if e.kind not in told or e.address in read]
        if course(asked, claimed.key) != course(last, claimed.key):
            if cut or _cut(tape):
                return None
            self.fault(f"{ulid} replays on another course")
        return None


def _cut(tape: Tape) -> bool:
    """Whether the case ended beside siblings that were still waiting."""
    waiting = any(c.state == "withdrawn" for c in tape.checkpoints.values())
    return waiting or any(a not in tape.answers for a in tape.timers)


class _Listening(Tape):
    """A tape that knows what was asked for."""

    def answer(self, address: str) -> Event | None:
        found = super().answer(address)
        if found is not None:
            self.asked.add(address)
        return found

    asked: set[str]


async def replay(
    claimed: Claimed, compiled: Compiled, store: Store, rules: Rules
) -> tuple[Exit | None, set[str], bool]:
    """Walk a finished case on its journal alone, unconnected.

    Its end, what it asked for, and whether too many rejections ended it beside its siblings.
    """
    journal = Journal(claimed, store, Limits())
    tape = journal.tape = _Listening(claimed.events)
    tape.asked = set()
    journal.unsealed = max(tape.seals, default=-1) + 1
    stage = Stage(compiled, Room(journal, Guard(rules, ()).open(journal), rules.clock, Library()))
    state = cast("type[BaseModel]", compiled.state)
    given = state.model_validate_json(orjson.dumps(tape.started["given"]))
    leave: Exit | None
    cut = False
    try:
        walked = await walk(compiled, given, stage, limit=journal.limits.supersteps)
        stage.ended(walked)
        leave = walked.exit
    except Pause:
        error = TooManyRejections.of(journal)
        if error is None:
            raise
        leave, cut = compiled.leave(CONTRADICTORY, str(error)), True
    except TooManyRejections as error:
        leave, cut = compiled.leave(CONTRADICTORY, str(error)), True
    except CallFailed as error:
        leave = compiled.leave(error, str(error))
    return leave, tape.asked, cut


def chain_faults(conn: Any) -> list[str]:  # noqa: ANN401 a connection
    """Cases whose chain does not lead to the head of their row, or whose numbers have a gap."""
    heads: dict[int, tuple[bytes, int]] = {}
    found: list[str] = []
    for number, headers, body in conn.execute(
        text("select page, headers, body from pages order by page")
    ):
        no, first = number >> PAGE_SHIFT, number & ((1 << PAGE_SHIFT) - 1)
        head, count = heads.get(no, (b"", 0))
        if first != count:
            found.append(f"case {no}: page at {first}, expected {count}")
        for event, after in headers_of(Page(first, headers, body), head):
            if event.seq != count:
                found.append(f"case {no}: event {event.seq}, expected {count}")
            head, count = after, count + 1
        heads[no] = (head, count)
    for no, seq, head in conn.execute(text("select case_no, seq, head from cases")):
        if heads.get(no) != (head, seq):
            found.append(f"case {no}: the chain does not lead to its head")
    return found
