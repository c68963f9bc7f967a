"""The replay: the walk with a recorded tape, through the guard of today, with nothing let out.

Reads, models and the clock answer from the tape; writes are collected; a scripted supervisor
decides. Rules, facts and graph are those of the project as it stands.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel

from leitstand.approval import Statement, corrections
from leitstand.clock import Clock
from leitstand.desk import Room, TooManyRejections
from leitstand.digest import canonical
from leitstand.errors import CallFailed, CaseRefused, Diverged, LimitReached
from leitstand.evals.case import Heard, RecordedCase, Said
from leitstand.evals.live import LiveModels, Purse
from leitstand.evals.offline import offline
from leitstand.evals.recorded_models import RecordedModels
from leitstand.evals.scratch import UNKEYED, Scratch, clock_of, key_of
from leitstand.evals.stand_in import AT, OffTape, StandIn
from leitstand.evals.supervisor import People, Supervisor
from leitstand.evals.tape import Recording
from leitstand.guard import (
    Call,
    Guard,
    Passage,
    Pause,
    Rules,
    UnknownEffect,
    Wires,
    checkpoint_of,
    wanted,
)
from leitstand.model import Library
from leitstand.policy import Bundle
from leitstand.records import SUPPLY, Approval, Case, Checkpoint, Event, Exit, Verdict
from leitstand.role import CONTRADICTORY, Compiled, Graph
from leitstand.runtime import Stage
from leitstand.store import Frozen, Limits
from leitstand.tool import Tool
from leitstand.walk import Task, Updates, walk

CaseModels = RecordedModels | LiveModels
_BESIDE = {"now": "now", "supply": SUPPLY}
BURSTS = 60
"""How often a replayed case is woken before it counts as one that never ends."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What cases are replayed against: roles, rules and the tenant's data as they stand.

    `twin` answers for embedded systems, `limits` is the tenant's data, `graphs` are the roles as
    LangGraph has them. `release` says which release of a prompt (the name) the project would ask
    for a role, and of which model: what another one answered is no answer. Where `live` is given,
    its models are asked for real; with `changed` those alone whose answer is not on the tape.
    """

    roles: Mapping[str, Compiled]
    tools: Sequence[Tool[Any, Any]]
    bundle: Bundle
    limits: Mapping[str, Any]
    graphs: Mapping[str, Graph] = field(default_factory=dict[str, Graph])
    case_limits: Limits = field(default_factory=Limits)
    twin: Wires | None = None
    release: Callable[[str, str], str] = Library().release
    live: Library | None = None
    purse: Purse = field(default_factory=Purse)
    changed: bool = False

    def role_of(self, case: RecordedCase) -> Compiled:
        """The role of a case. Raises CaseRefused: the project has none of this name."""
        if case.role not in self.roles:
            raise CaseRefused(f"no role `{case.role}` in this project", where=case.name)
        return self.roles[case.role]

    def rules_for(self, case: RecordedCase, people: People, clock: Clock) -> Rules:
        """The rules as a case meets them; its own data count where the tenant says nothing."""
        limits, secret = {**case.limits, **self.limits}, case.name.encode()
        return Rules(self.bundle, self.tools, lambda _: limits, people, clock, secret)

    def models(self, recording: Recording, systems: StandIn) -> CaseModels:
        """The models of one case."""
        taped = RecordedModels(recording, systems, self.release)
        if self.live is None:
            return taped
        return LiveModels(self.live, self.purse, systems, taped if self.changed else None)


@dataclass(slots=True)
class Replayed:
    """One case after its replay: its journal, what it would have done, how it ended.

    `exit` is None while it waits; `held` says why it cannot go on. `edges` are pairs of steps of
    which one ran after the other, `state` is what the walk came to, if a step has ended it.
    `judged` are its verdicts by address, once it is graded.
    """

    case: RecordedCase
    journal: Scratch
    systems: StandIn
    rules: Rules
    models: CaseModels
    exit: Exit | None = None
    state: Mapping[str, object] | None = None
    held: str = ""
    beside: Sequence[Event] = ()
    edges: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    said: list[Said] = field(default_factory=list[Said])
    judged: Sequence[tuple[str, Verdict]] = ()


async def replay(
    bench: Bench,
    case: RecordedCase,
    recording: Recording,
    supervisor: Supervisor,
    *,
    judged: bool = True,
) -> Replayed:
    """Replay one case to its end, or as far as the recording and the supervisor carry it.

    `judged` false: the verdicts are the recorded ones, neither rules nor people are asked; it shows
    whether the graph still takes the recorded way. Raises CaseRefused: the project has no such
    role.
    """
    return await _Replay(bench, case, recording, supervisor, judged=judged).run()


class _Replay:
    def __init__(
        self,
        bench: Bench,
        case: RecordedCase,
        recording: Recording,
        supervisor: Supervisor,
        *,
        judged: bool,
    ) -> None:
        self._compiled = compiled = bench.role_of(case)
        self._case = case
        self._judged = judged
        self._supervisor = supervisor
        self._people = People(case.said)
        self._clock = clock_of(case)
        self._rules = bench.rules_for(case, self._people, self._clock)
        self._systems = StandIn(recording, bench.twin)
        self._recording = recording
        self._models = bench.models(recording, self._systems)
        self._guard = Guard(self._rules, (), self._systems)
        self._unheard: list[Heard] = list(case.heard)
        key = key_of(case) if judged else UNKEYED
        journal = Scratch(head_of(case, compiled), key, bench.case_limits, ())
        journal.record("started", case.name, {"given": case.given})
        self._done = Replayed(case, journal, self._systems, self._rules, self._models)
        self._done.beside = _beside(recording, key)

    async def run(self) -> Replayed:
        with offline():
            return await self._walked()

    async def _walked(self) -> Replayed:
        done = self._done
        for _ in range(BURSTS):
            done.journal = done.journal.again(done.beside)
            try:
                await self._ended()
            except OffTape:
                return done
            except Pause as pause:
                # Its frames hold the desk, which holds it: a circle for the collector, every time.
                pause.__traceback__ = None
                if ended := TooManyRejections.of(done.journal):
                    done.exit = self._compiled.leave(CONTRADICTORY, str(ended))
                elif self._answered() or self._told() or self._waited(pause):
                    continue
            return done
        done.held = f"limit: woken {BURSTS} times"
        return done

    async def _ended(self) -> None:
        """Walk until the case ends or cannot go on. Raises Pause."""
        done = self._done
        try:
            done.exit = await self._burst()
        except TooManyRejections as error:
            done.exit = self._compiled.leave(CONTRADICTORY, str(error))
        except CallFailed as error:
            done.exit = self._compiled.leave(error, str(error))
        except (Diverged, LimitReached, UnknownEffect) as error:
            done.held = f"{type(error).__name__}: {error}"
        except Exception as error:  # noqa: BLE001 - whatever a step raises is its defect
            done.held = f"defect: {type(error).__name__}: {error}"

    async def _burst(self) -> Exit:
        journal = self._done.journal
        passage: object = self._systems
        if self._judged:
            passage = _Addressed(self._guard.open(journal))
        room = Room(journal, cast("Passage", passage), self._clock, self._models)
        stage = _Watched(self._compiled, room, self._done.edges, seals=self._judged)
        given = self._compiled.take(self._case.given)
        walked = await walk(self._compiled, given, stage, limit=journal.limits.supersteps)
        stage.ended(walked)
        self._done.state = walked.state
        return walked.exit or Exit(kind="done")

    # What comes from outside of the burst.

    def _answered(self) -> bool:
        """Let the supervisor decide on what waits; whether anybody said anything."""
        spoke = False
        for frozen in self._done.journal.tape.open_checkpoints():
            shown = checkpoint_of(self._done.journal, frozen)
            for said in self._supervisor(shown):
                self._decide(frozen, shown, said)
                spoke = True
        return spoke

    def _decide(self, frozen: Frozen, shown: Checkpoint, said: Said) -> None:
        journal = self._done.journal
        self._clock.reach(said.at)
        given = [Approval.model_validate(a) for a in frozen.approvals]
        want = wanted(self._rules, journal, shown, given)
        now = shown.model_copy(update={"args": want.args, "acted": want.acted})
        statement = Statement(answer=said.answer, reason=said.reason, edits=said.edits)
        if said.answer == "edit":
            args = {**now.args, **said.edits}
            acted = journal.digest(canonical([shown.tool, args]))
            statement = statement.model_copy(update={"acted": acted})
            for one in corrections(
                now, now.args, args, said.person, said.reason, self._clock.time()
            ):
                journal.record("correction", shown.address, one.model_dump(mode="json"))
        _, signed = self._people.signed(now, said, statement, self._clock)
        journal.record("approval", shown.address, signed.model_dump(mode="json"))
        self._done.said.append(said)

    def _told(self) -> bool:
        """Deliver the next thing that came in, if the case waits for such a thing."""
        tape = self._done.journal.tape
        waits = {t["for"]: a for a, t in tape.timers.items() if a not in tape.answers}
        for place, heard in enumerate(self._unheard):
            if heard.name not in waits or self._timed_out(waits[heard.name]):
                continue
            self._clock.reach(heard.at)
            body = {"name": heard.name, "body": heard.body, "at": self._clock.time()}
            number = len(self._case.heard) - len(self._unheard)
            self._done.journal.record("signal", "", {**body, "id": f"heard-{number}-{place}"})
            del self._unheard[place]
            return True
        return False

    def _timed_out(self, address: str) -> bool:
        """Whether the time came first at this wait when it was recorded."""
        line = self._recording.at.get(address)
        return line is not None and line.kind == "wait" and line.value is None

    def _waited(self, pause: Pause) -> bool:
        """Let the time come; what was recorded while it waited waits on."""
        tape, known = self._done.journal.tape, self._recording.at
        ran_out = any(a in known for a in tape.timers if a not in tape.answers)
        if pause.due is None or (self._case.exit is None and not ran_out):
            return False
        self._clock.reach(pause.due)
        return True


class _Addressed:
    """A passage that tells the stand-in where each call stands."""

    def __init__(self, inner: Passage) -> None:
        self._inner = inner

    async def perform(self, call: Call) -> BaseModel:
        """The guard's own, one call after the other."""
        AT.set(call.address)
        return await self._inner.perform(call)

    def go(self) -> None:
        """The guard's own."""
        self._inner.go()


class _Watched(Stage):
    """A stage that notes which ways of the graph were taken; without `seals` it is walked once."""

    def __init__(
        self, compiled: Compiled, room: Room, edges: set[tuple[str, str]], *, seals: bool
    ) -> None:
        super().__init__(compiled, room)
        self._seals, self._edges = seals, edges
        self._before: Sequence[Task] = ()

    def perform(self, superstep: int, tasks: Sequence[Task]) -> Awaitable[Sequence[object]]:
        """As the stage."""
        for before in self._before:
            for task in tasks:
                self._edges.add((before.step, task.step))
        self._before = tasks
        return super().perform(superstep, tasks)

    def seal(self, superstep: int, updates: Updates) -> None:
        """As the stage."""
        if self._seals:
            super().seal(superstep, updates)


def head_of(case: RecordedCase, compiled: Compiled) -> Case:
    """The head of a replayed case: its name stands for the one it had."""
    same = {name: getattr(case, name) for name in ("tenant", "role", "requester", "title")}
    return Case(no=1, ulid=case.name, version=compiled.version, **same)


def _beside(recording: Recording, key: Any) -> Sequence[Event]:  # noqa: ANN401 - a case's key
    """The clock's recorded answers, and what people supplied, as they stand in a journal."""
    found: list[Event] = []
    for line in recording.lines:
        if line.kind in _BESIDE:
            named = _BESIDE[line.kind]
            raw = canonical({"tool": named, "proposed": named, "value": line.value})
            found.append(Event("answer", line.address, raw, key.digest(raw)))
    return found
