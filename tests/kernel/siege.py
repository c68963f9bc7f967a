"""A siege: a store and a bank beside it, and workers in processes of their own that are struck."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from os import kill
from pathlib import Path
from random import Random

from leitstand.store import Tape
from tests.kernel.clerk import LEASE, Books, Entered, Office, work_on

__all__ = ["CASES", "Siege", "besieged"]

CASES = 6
"""Cases begun at a time."""
CREW = 3
"""Workers who share one server."""
_SPAWN = get_context("forkserver")
_SPAWN.set_forkserver_preload(["tests.kernel.clerk", "tests.kernel.errand"])


@dataclass
class Siege:
    """A folder with a store and a bank beside it, whose workers are killed and frozen."""

    folder: Path
    random: Random
    opened: Callable[[Path], Office] = Office
    works: Callable[[str], None] = work_on
    started: list[str] = field(default_factory=list[str])
    told: Counter[str] = field(default_factory=Counter[str])

    def strike(self, what: str) -> None:
        """Let a worker run for a moment; then kill it, or freeze it beyond its lease."""
        worker = self._hired()
        worker.join(self.random.uniform(0.02, 0.6))
        ended = worker.exitcode  # Read once: it may come to its end between two looks.
        if ended == 0:  # All is done: more work.
            asyncio.run(self.begin(CASES))
            return
        assert ended is None, ended
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
        worker = _SPAWN.Process(target=self.works, args=(str(self.folder),))
        worker.start()
        return worker

    async def begin(self, count: int) -> None:
        """Start cases."""
        office = self.opened(self.folder)
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
        office, effects = self.opened(self.folder), self.effects()
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


@contextmanager
def besieged(
    folder: Path,
    seed: int,
    opened: Callable[[Path], Office] = Office,
    works: Callable[[str], None] = work_on,
) -> Generator[Siege]:
    """A siege whose bank runs for as long; `opened` is the house, `works` what a worker does."""
    command = [sys.executable, str(Path(__file__).with_name("bank.py")), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bank:
        assert bank.stdout is not None
        assert bank.stdout.readline().strip().isdigit()
        try:
            yield Siege(folder, Random(seed), opened, works)  # noqa: S311 reproducible, not secret
        finally:
            bank.kill()
