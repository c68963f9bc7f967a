"""Real processes, killed with -9 or frozen for longer than their lease, over a real system.

SQLite takes one writing process per file: while a worker is frozen nobody takes over, and when it
wakes its lease has run out. What it was about to send it must not send on its old word. On
PostgreSQL others work beside it, and have taken its cases over when it wakes.
"""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from os import kill
from pathlib import Path
from random import Random

import pytest

from leitstand.store import Tape
from leitstand.store.verify import verify
from tests.kernel.clerk import LEASE, Books, Entered, Office, role, work_on
from tests.kernel.proof import replay
from tests.postgres import Cluster

CASES = 6
CREW = 3
STRIKES = 30
FREEZES = 10
ONCE = frozenset({"answer", "exit", "intent", "outcome", "seal"})
"""Kinds of which a case has one at an address: who has lost a case adds nothing to it."""
_SPAWN = get_context("forkserver")
_SPAWN.set_forkserver_preload(["tests.kernel.clerk"])


@dataclass
class Siege:
    """A folder with a store and a bank beside it, whose workers are killed and frozen."""

    folder: Path
    random: Random
    started: list[str] = field(default_factory=list[str])
    told: Counter[str] = field(default_factory=Counter[str])

    def strike(self, what: str) -> None:
        """Let a worker run for a moment; then kill it, or freeze it beyond its lease."""
        worker = self._hired()
        worker.join(self.random.uniform(0.02, 0.6))
        if worker.exitcode == 0:  # All is done: more work.
            asyncio.run(self.begin(CASES))
            return
        assert worker.exitcode is None, worker.exitcode
        if what == "freeze" and not self._freeze(worker):
            worker.join()
            return  # It has come to its end just now: nobody was struck.
        worker.kill()
        worker.join()
        self.told[what] += 1

    def _freeze(self, worker: BaseProcess) -> bool:
        """Stop it beyond its lease, then let it go on; false if it was gone before that."""
        assert worker.pid is not None
        try:
            kill(worker.pid, signal.SIGSTOP)
        except ProcessLookupError:
            return False
        worker.join(LEASE + self.random.uniform(0.1, 0.5))
        try:
            kill(worker.pid, signal.SIGCONT)
        except ProcessLookupError:  # It was on its way out already.
            return False
        worker.join(self.random.uniform(0.05, 0.4))
        return True

    def strike_one_of(self, crew: list[BaseProcess], what: str) -> None:
        """Let a crew run for a moment, then kill or freeze one of them; another takes its place."""
        crew += [self._hired() for _ in range(CREW - len(crew))]
        asyncio.run(self.begin(CASES * CREW))
        victim = self.random.choice(crew)
        victim.join(self.random.uniform(0.05, 0.6))
        done = [worker for worker in crew if worker.exitcode is not None]
        assert all(worker.exitcode == 0 for worker in done)
        for worker in done:
            crew.remove(worker)
        if victim in done:
            return
        if what == "kill" or self._freeze(victim):
            self.told[what] += 1
            crew.remove(victim)
            victim.kill()
            victim.join()

    def _hired(self) -> BaseProcess:
        worker = _SPAWN.Process(target=work_on, args=(str(self.folder),))
        worker.start()
        return worker

    async def begin(self, count: int) -> None:
        """Start cases."""
        office = Office(self.folder)
        for _ in range(count):
            given = Books(no=f"R{len(self.started)}")
            started = await office.runtime.start("clerk", given, tenant="t", requester="anna")
            self.started.append(started)
        office.store.close()

    def finish(self) -> None:
        """Let a worker come to its end; a person says what became of what nobody can tell."""
        for _ in range(4):
            worker = self._hired()
            worker.join(60.0)
            assert worker.exitcode == 0, worker.exitcode
            if not asyncio.run(self.released()):
                return

    async def released(self) -> int:
        """Say of every held write what the bank says; how many cases were held."""
        office, effects = Office(self.folder), self.effects()
        held = await office.open_cases()
        for ulid, _ in held:
            tape = Tape((await office.store.journal(ulid)).events)
            keys = [tape.intents[a]["key"] for a in tape.unsettled()]
            said = {k: Entered(no=k) if effects[k] else "it never came" for k in keys}
            await office.runtime.release(ulid, "ben", "seen", said)
        office.store.close()
        self.told["held"] += len(held)
        return len(held)

    def effects(self) -> Counter[str]:
        """What the bank has done, by key."""
        return Counter((self.folder / "effects.log").read_text().split())


@pytest.fixture
def siege(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Siege]:
    """A bank that runs for as long as the test."""
    command = [sys.executable, str(Path(__file__).with_name("bank.py")), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bank:
        assert bank.stdout is not None
        assert bank.stdout.readline().strip().isdigit()
        yield Siege(tmp_path, Random(request.param))  # noqa: S311 reproducible, not secret
        bank.kill()


@pytest.mark.slow
@pytest.mark.kernel(5)
@pytest.mark.kernel(30)
@pytest.mark.parametrize("siege", range(4), indirect=True)
def test_whoever_dies_nothing_is_lost_and_nothing_happens_twice(siege: Siege) -> None:
    """30 strikes (10 of them freezes) in each of 4 sieges: every case ends, each effect is one."""
    asyncio.run(siege.begin(CASES))
    while siege.told.total() < STRIKES:
        siege.strike("freeze" if siege.told["freeze"] < FREEZES else "kill")
    siege.finish()
    asyncio.run(_proven(siege))


@pytest.mark.slow
@pytest.mark.kernel(5)
@pytest.mark.kernel(30)
@pytest.mark.parametrize("siege", range(4, 6), indirect=True)
def test_of_several_workers_on_one_server_any_may_die(siege: Siege, postgres: Cluster) -> None:
    """30 strikes at one of three who share PostgreSQL, 10 of them freezes; the same holds."""
    (siege.folder / "server").write_text(postgres.database())
    asyncio.run(siege.begin(CASES))
    crew: list[BaseProcess] = []
    while siege.told.total() < STRIKES:
        siege.strike_one_of(crew, "freeze" if siege.told["freeze"] < FREEZES else "kill")
    for worker in crew:
        worker.kill()
        worker.join()
    siege.finish()
    asyncio.run(_proven(siege))


async def _proven(siege: Siege) -> None:
    office, effects = Office(siege.folder), siege.effects()
    assert await office.open_cases() == []
    assert max(effects.values()) == 1
    happened: set[str] = set()
    for ulid in siege.started:
        claimed = await office.store.journal(ulid)
        once = Counter((e.kind, e.address) for e in claimed.events if e.kind in ONCE)
        assert once.most_common(1)[0][1] == 1, once
        tape = Tape(claimed.events)
        assert tape.exit is not None
        assert tape.unsettled() == []
        for address, intent in tape.intents.items():
            if "failure" not in tape.body(tape.answers[address]):
                happened.add(intent["key"])
        leave, _, _ = await replay(claimed, role(), office.store, office.rules)
        assert leave is not None
        assert leave.model_dump(mode="json") == tape.exit
    assert happened == set(effects)
    assert (await verify(office.store)).sound
    office.store.close()
