"""Real processes, killed with -9 or frozen for longer than their lease, over a real system.

SQLite takes one writing process per file: while a worker is frozen nobody takes over, and when it
wakes its lease has run out. What it was about to send it must not send on its old word. On
PostgreSQL others work beside it, and have taken its cases over when it wakes: what it was to send
to a system that honours no keys is a person's to settle, for it may still be sent.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from leitstand.store import Tape
from leitstand.store.verify import verify
from tests.kernel.clerk import Office, role
from tests.kernel.proof import replay
from tests.kernel.siege import CASES, Siege, besieged
from tests.postgres import Cluster

STRIKES = 30
FREEZES = 10
ONCE = frozenset({"answer", "exit", "intent", "outcome", "seal"})
"""Kinds of which a case has one at an address: who has lost a case adds nothing to it."""


@pytest.fixture
def siege(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Siege]:
    """A bank that runs for as long as the test."""
    with besieged(tmp_path, request.param) as siege:
        yield siege


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
            if "failure" not in tape.answers[address].said():
                happened.add(intent["key"])
        leave, _, _ = await replay(claimed, role(), office.store, office.rules)
        assert leave is not None
        assert leave.model_dump(mode="json") == tape.exit
    assert happened == set(effects)
    assert (await verify(office.store)).sound
    office.store.close()
