"""Resume one case among many parked ones, and ask what waits. One JSON line.

Run it as `python benchmarks/parked.py [--cases 100000] [--resumes 200]`.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import orjson
import uvloop
from ten_steps import AT_ONCE, Erp, Memory, Signed, approve, graph, start

from leitstand.clock import SystemClock
from leitstand.role import compile_graph
from leitstand.runtime import Runtime
from leitstand.store import Store
from leitstand.store.waiting import waiting
from leitstand.tool import Connection


async def measure(folder: Path, cases: int, resumes: int) -> dict[str, float]:
    """Park `cases`, then approve some of them one at a time; milliseconds each."""
    store = Store(f"sqlite:///{folder / 'j.db'}", b"k" * 32, SystemClock())
    rules: Any = Signed()
    compiled = compile_graph("ten", graph(plain=False))
    erp = Connection("erp", Erp, Memory())
    runtime = Runtime(store, rules, [erp], {"ten": compiled}, width=AT_ONCE)
    ulids: list[str] = []
    for at in range(0, cases, 1_000):
        numbers = range(at, min(at + 1_000, cases))
        ulids += await asyncio.gather(*(start(runtime, no) for no in numbers))
        await runtime.run_until_idle()
    lists = [await _timed(waiting(store, "t", limit=50)) for _ in range(50)]
    taken: list[float] = []
    for ulid in ulids[:: max(1, cases // resumes)]:
        await approve(store, [ulid])
        taken.append(await _timed(runtime.run_until_idle()))
    store.close()
    return {
        "parked": cases,
        "resume_p50_ms": statistics.median(taken),
        "resume_p95_ms": sorted(taken)[int(len(taken) * 0.95)],
        "list_p50_ms": statistics.median(lists),
    }


async def _timed(call: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await call
    return (time.perf_counter() - begun) * 1e3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--resumes", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = uvloop.run(measure(Path(folder), given.cases, given.resumes))
    print(orjson.dumps({"benchmark": "parked", **found}).decode())


if __name__ == "__main__":
    main()
