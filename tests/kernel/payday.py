"""A process of the reference project in which HR hands a rise to payroll; it can kill itself.

`python -m tests.kernel.payday FOLDER MOMENT` works off whatever is open in FOLDER and prints what
came of it. With a moment it is gone by signal 9 right there; without one (`-`) it comes to its end.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from leitstand.store import NewCase
from tests.agents.house import House
from tests.agents.payroll_house import child_of, hired, open_house, proposed, runs, world_of
from tools.payroll import EnterChange, Entry
from tools.payroll.embedded import EmbeddedPayroll

LATER = timedelta(seconds=200)
"""Beyond the lease of whoever died."""


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _once_born(house: House) -> None:
    """The child is there; its parent has not heard of it."""
    start = house.store.start

    async def birth(case: NewCase) -> int:
        number = await start(case)
        if case.case.parent:
            _die()
        return number

    vars(house.store)["start"] = birth


def _once_entered(_: House) -> None:
    """The entry is in its run; no journal says so."""
    enter = EmbeddedPayroll.enter

    async def entered(self: EmbeddedPayroll, args: EnterChange, key: str) -> Entry:
        found = await enter(self, args, key)
        _die()
        return found

    EmbeddedPayroll.enter = entered


def _once_answered(house: House) -> None:
    """The child has ended, in the commit that tells its parent; its parent has not gone on."""
    append = house.store.append

    def told(what: Any) -> Any:  # noqa: ANN401 - as it is
        committed = append(what)
        if what.signal is not None:
            committed.add_done_callback(_die)
        return committed

    vars(house.store)["append"] = told


_MOMENTS = {"born": _once_born, "entered": _once_entered, "answered": _once_answered}


async def _life(folder: Path, moment: str) -> None:
    fresh = not (folder / "world").exists()
    world = world_of(folder / "world") if fresh else folder / "world"
    (folder / "state").mkdir(exist_ok=True)
    house = await open_house(world, folder / "state")
    try:
        if moment in _MOMENTS:
            _MOMENTS[moment](house)
        if fresh:
            ulid = await proposed(house)
        else:
            house.clock.start += LATER
            await house.runtime.run_until_idle()
            ulid = await _parent(house)
        child, waiting = await child_of(house, ulid)
        if waiting.waits:
            hired(house, "hanna")
            await house.sign(child, "hanna")
        print(json.dumps(await _told(house, ulid, child)))  # noqa: T201 - its answer
    finally:
        house.close()


async def _parent(house: House) -> str:
    query = "SELECT ulid FROM cases WHERE parent = ''"
    return str((await house.store.read(lambda c: c.exec_driver_sql(query).all()))[0][0])


async def _told(house: House, ulid: str, child: str) -> dict[str, Any]:
    async def answers() -> int:
        query = "SELECT count(*) FROM signals WHERE kind = 'child'"
        return (await house.store.read(lambda c: c.exec_driver_sql(query).all()))[0][0]

    return {
        "cases": len(await house.ulids()),
        "answers": await answers(),
        "parent": (await house.result(ulid)).exit,
        "child": (await house.result(child)).exit,
        "runs": await runs(house),
    }


if __name__ == "__main__":
    asyncio.run(_life(Path(sys.argv[1]), sys.argv[2]))
