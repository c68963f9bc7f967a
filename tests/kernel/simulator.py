"""The seeded simulator: cases run through all that may come in their way, then all is checked.

Between any two awaits the process may crash, a worker may freeze or be replaced by another release,
the clock may be set, a system may slow down or vanish, the rules may change, people may decide
wrongly. After that the world calms down, and every case has to come to its end (KERNEL, E no. 5).

A seed that fails prints itself: `python -m tests.kernel.simulator 17` runs it alone.
"""

import contextlib
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from random import Random
from typing import Any

import orjson

from leitstand.approval import Statement, sign, write
from leitstand.digest import canonical
from leitstand.errors import LeitstandError
from leitstand.guard import checkpoint_of, wanted
from leitstand.records import Answer, Approval, Checkpoint
from leitstand.store import Claimed, Journal, Limits
from tests.kernel.loop import VirtualLoop, Worker
from tests.kernel.office import HEADS, Posted, forget, plan_of
from tests.kernel.process import LEASE, Process
from tests.kernel.proof import Proof
from tests.kernel.world import People, VirtualClock, World

__all__ = ["Simulation", "run"]

STORM = 45.0
"""Virtual seconds in which things go wrong."""
STRIKES = 10
ROUNDS = 400


class Simulation:
    """One seed: its world, its process, and how often each thing happened."""

    def __init__(self, seed: int, folder: Path) -> None:
        forget()
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 reproducible, not secret
        self.loop = VirtualLoop(seed, fifo=seed % 3 == 0)
        self.path = folder / f"seed-{seed}.db"
        clock = VirtualClock(self.loop, seed)
        self.world = World(self.loop, clock, copy_context())
        self.people = People()
        self.release = 1
        self.strikes = 0
        self.told: dict[str, int] = {}
        self.started: list[str] = []
        self.process = self._boot()
        self.file = sqlite3.connect(self.path, isolation_level=None)

    def run(self) -> Proof:
        """Run the seed to its end; what was found is returned, faults included."""
        self.loop.strike = self._strike
        try:
            self.loop.run(self._live())
            proof = self.loop.run(Proof.of(self))
        finally:
            self.process.die()
            self.file.close()
            for name in ("", "-wal", "-shm", ".lock"):
                self.path.with_name(self.path.name + name).unlink(missing_ok=True)
        return proof

    def count(self, what: str) -> None:
        """Note that something happened."""
        self.told[what] = self.told.get(what, 0) + 1

    # The life of a seed.

    async def _live(self) -> None:
        plans = [plan_of(self.random) for _ in range(self.random.randint(1, 2))]
        for plan in plans:
            self._start(plan)
            await self._sleep(self.random.uniform(1, 10))
        while not self._rows("select 1 from cases"):  # The process died before it was on record.
            self._start(plans[0])
            await self._sleep(1.0)
        while self.loop.now < STORM and self._open_cases():
            await self._sleep(5.0)
        self.loop.strike = None
        self._calm()
        for _ in range(ROUNDS):
            await self._sleep(3.0)
            if not self._open_cases() and self.world.quiet:
                return
            self._help()
        self.world.faults.append(f"cases without an end: {self._open_cases()}")

    def _start(self, plan: int) -> None:
        runtime = self.process.runtimes[self.random.choice("ab")]

        async def start() -> None:
            given = {"plan": plan}
            try:
                ulid = await runtime.start("clerk", given, tenant="t", requester="anna")
            except Exception as error:  # noqa: BLE001 nothing may keep a case from being started
                self.world.faults.append(f"a case was not started: {error!r}")
            else:
                self.started.append(ulid)

        self.process.spawn(self.process.workers["inbox"], start())

    def _boot(self) -> Process:
        process = Process(self.path, self.world, self.people, self.release)
        process.workers["inbox"] = Worker("inbox")
        process.spawn(process.workers["inbox"], self._inbox(process))
        return process

    async def _inbox(self, process: Process) -> None:
        """People at work: they look what waits, and decide, most of them rightly."""
        while True:
            await self._sleep(self.random.uniform(1, 8))
            for name, ulid in self._rows(_CHECKPOINTS):
                if self.random.random() < 0.6:
                    await self._decide(process, name, ulid)
            for ulid, status, *_ in self._open_cases():
                if status == "waiting" and self.random.random() < 0.15:
                    name = self.random.choice(("mail-0", "mail-1"))
                    body = {"n": self.random.randrange(9)}
                    known = f"m{self.random.randrange(30 if self.loop.strike else 10**6)}"
                    runtime = process.runtimes["a"]
                    new = await runtime.signal(ulid, name, body, known)
                    self.count("message" if new else "twice")

    async def _decide(self, process: Process, name: str, ulid: str) -> None:
        claimed = await process.store.journal(ulid)
        shown, answers = self._shown(process, claimed, name)
        if shown is None:
            return
        want = wanted(process.rules, Journal(claimed, process.store, Limits()), shown, answers)
        now = shown.model_copy(update={"args": want.args, "acted": want.acted})
        who, statement = self._say(claimed, now)
        hold = self.random.choice((900.0, 900.0, 5.0))
        role = self.people.known[who].roles[0]
        unsigned = write(now, self.people.known[who], role, statement, process.rules.clock, hold)
        body: dict[str, Any] = {
            "address": shown.address,
            "approval": sign(unsigned, self.people.key(who)).model_dump(mode="json"),
            "corrections": [],
        }
        await process.store.signal(ulid, unsigned.nonce, "approval", orjson.dumps(body))
        self.count(statement.answer)

    def _shown(
        self, process: Process, claimed: Claimed, name: str
    ) -> tuple[Checkpoint | None, list[Approval]]:
        journal = Journal(claimed, process.store, Limits())
        frozen = journal.tape.by_id.get(name)
        if frozen is None or frozen.state != "open":
            return None, []
        drawn = [Approval.model_validate(a) for a in frozen.approvals]
        told = [orjson.loads(s.body)["approval"] for s in claimed.signals if s.kind == "approval"]
        more = [Approval.model_validate(a) for a in told if a["checkpoint"] == name]
        return checkpoint_of(journal, frozen), drawn + more

    def _say(self, claimed: Claimed, now: Checkpoint) -> tuple[str, Statement]:
        calm = self.loop.strike is None
        who = self.random.choice(HEADS)
        dice = 1.0 if calm else self.random.random()
        if dice < 0.08:
            return who, Statement(answer="reject", reason="no")
        if dice < 0.2:
            amount = self.random.choice((50, 700, 2_000, 6_000))
            args = {**now.args, "amount": amount}
            acted = claimed.key.digest(canonical([now.tool, args]))
            return who, Statement(answer="edit", edits={"amount": amount}, acted=acted)
        if dice < 0.3:
            return self.random.choice(("anna", "eve")), Statement(answer="approve")
        if dice < 0.35:
            return who, Statement(answer="approve", acted="0" * 32)
        return who, Statement(answer="approve")

    # What goes wrong.

    def _strike(self) -> None:
        if self.strikes >= STRIKES or self.random.random() > 0.01:
            return
        self.strikes += 1
        what = self.random.choice(_STRIKES)
        self.count(what)
        getattr(self, f"_{what}")()

    def _crash(self) -> None:
        self.process.die()
        self.process = self._boot()

    def _freeze(self) -> None:
        worker = self.process.workers[self.random.choice("ab")]
        if not worker.frozen:
            worker.frozen = True
            self.world.later(self.random.uniform(1, 2 * LEASE), self.loop.thaw, worker)

    def _clock(self) -> None:
        # A request that is on its way while the clock is set *and* its sender is lost is beyond
        # what any store can know: wall clocks are all that two processes share.
        if self.world.quiet:
            self.world.clock.skew += self.random.choice((-3.0, 20.0, 600.0, 5_000.0))

    def _slow(self) -> None:
        system = self.random.choice(self.world.systems)
        system.slow = not system.slow

    def _outage(self) -> None:
        system = self.random.choice(self.world.systems)
        system.down = True
        self.world.later(self.random.uniform(1, 15), self._up, system)

    def _up(self, system: Any) -> None:  # noqa: ANN401 a system
        system.down = False

    def _policy(self) -> None:
        from tests.kernel.office import bundle

        self.world.rules = self.random.choice(("normal", "strict", "careful", "loose"))
        self.process.rules.bundle = bundle(self.world.rules)

    def _rate(self) -> None:
        self.world.rate += 1

    def _deploy(self) -> None:
        self.release = 2
        self.process.hire("b", 2)

    def _again(self) -> None:
        """A case more, of which nobody may hear."""
        self._start(plan_of(self.random))

    # The calm after it.

    def _calm(self) -> None:
        for system in self.world.systems:
            system.down = system.slow = False
        for worker in self.process.workers.values():
            self.loop.thaw(worker)

    def _help(self) -> None:
        """Nothing goes wrong any more: release what is held, let the time come that is awaited."""
        for ulid, reason in self._rows(_HELD):
            if reason not in ("unknown_effect", "limit"):
                self.world.faults.append(f"{ulid} is held: {reason}")
            self.count(f"held {reason}")
            if self.world.quiet:
                self.process.spawn(self.process.workers["inbox"], self._release(ulid))
        rows = self._rows(_ALIVE)
        stuck = all(status == "waiting" and not pending for status, _, pending in rows)
        if rows and self.world.quiet and stuck:
            dues = [due for _, due, _ in rows if due is not None]
            if dues and not self._rows(_CHECKPOINTS):
                self.world.clock.skew += max(0.0, min(dues) - self.world.clock.time())

    async def _release(self, ulid: str) -> None:
        tape = Journal(await self.process.store.journal(ulid), self.process.store, Limits()).tape
        found: dict[str, Posted | str] = {}
        for address in tape.unsettled():
            key = tape.intents[address]["key"]
            done = [s.name for s in self.world.systems if s.effects[key]]
            found[key] = Posted(no=f"{done[0]}-{key}") if done else "it never came"
        with contextlib.suppress(LeitstandError):  # Somebody else was quicker.
            await self.process.runtimes["a"].release(ulid, "ben", "seen", found)

    # What the file says; read as anybody could.

    def _rows(self, query: str) -> list[Any]:
        return self.file.execute(query).fetchall()

    def _open_cases(self) -> list[Any]:
        return self._rows(
            "select ulid, status, reason, due from cases"
            " where status not in ('done', 'rejected', 'exception')"
        )

    async def _sleep(self, seconds: float) -> None:
        done = self.loop.create_future()
        self.loop.call_later(seconds, done.set_result, None)
        await done


_CHECKPOINTS = (
    "select k.id, c.ulid from checkpoints k join cases c on c.case_no = k.case_no"
    " where k.state = 'open'"
)
_ALIVE = "select status, due, pending from cases where status in ('ready', 'running', 'waiting')"
_HELD = "select ulid, reason from cases where status = 'held'"
_STRIKES = (
    *("crash", "crash", "freeze", "freeze", "clock", "slow", "outage"),
    *("policy", "policy", "rate", "deploy", "again"),
)
_ANSWERS: tuple[Answer, ...] = ("approve", "edit", "reject")


def run(seed: int, folder: Path) -> Proof:
    """Run one seed. Raises AssertionError naming it, if anything is not as it should be."""
    simulation = Simulation(seed, folder)
    try:
        proof = simulation.run()
    except BaseException as error:
        error.add_note(f"seed {seed}: python -m tests.kernel.simulator {seed}")
        raise
    faults = "\n".join(proof.faults)
    assert not faults, f"seed {seed} (python -m tests.kernel.simulator {seed}):\n{faults}"
    return proof


def main(seeds: list[int], show: Callable[[str], object] = sys.stdout.write) -> None:
    """Run seeds from the command line, one line each."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            proof = run(seed, Path(folder))
            show(f"{seed}: {proof.told}\n")


if __name__ == "__main__":
    first, last = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None
    main(list(range(first, last)) if last else [first])
