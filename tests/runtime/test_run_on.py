"""Running on: whoever waits for a case waits for that case, and no longer than they said."""

import asyncio
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from leitstand.runtime import Burst, Runtime
from tests.runtime.payables import Invoice, Works, first


async def started(runtime: Runtime, many: int) -> list[str]:
    """Cases that are due."""
    given = [Invoice(no=f"R{n}") for n in range(many)]
    return [await runtime.start("payables", one, tenant="t", requester="anna") for one in given]


async def test_many_cases_come_home_and_nobody_stumbles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bursts that end one after the other are each told to whoever waits; no callback fails."""
    works = Works(tmp_path)
    runtime = works.runtime(first())
    real, turn = Burst.run, count()

    async def staggered(burst: Burst, *given: Any) -> str:  # noqa: ANN401 - as it is called
        status = await real(burst, *given)
        for _ in range(next(turn) % 7):
            await asyncio.sleep(0)
        return status

    monkeypatch.setattr(Burst, "run", staggered)
    failed: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(context))
    names = await started(runtime, 120)
    await asyncio.gather(*(runtime.run_on(name, 60) for name in names))
    assert failed == []
    for name in names:
        assert (await works.store.journal(name)).events[-1].kind == "checkpoint"
    await runtime.close()
    works.store.close()


async def test_no_patience_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After no time at all the caller goes on, and the case does too; `close` ends the run."""
    works = Works(tmp_path)
    runtime = works.runtime(first())
    real, gate = Burst.run, asyncio.Event()

    async def behind(burst: Burst, *given: Any) -> str:  # noqa: ANN401 - as it is called
        await gate.wait()
        return await real(burst, *given)

    monkeypatch.setattr(Burst, "run", behind)
    [name] = await started(runtime, 1)
    await runtime.run_on(name, 0)
    assert len((await works.store.journal(name)).events) == 1
    gate.set()
    await runtime.run_on(name, 60)
    assert (await works.store.journal(name)).events[-1].kind == "checkpoint"
    await runtime.run_on(name, 0)
    await runtime.close()
    await runtime.close()
    works.store.close()
