"""Replay: ten steps with four reads and one approved write through the guard, nothing twice.

Amounts, suppliers and ids of all cases are distinct. One JSON line: cases a second on all cores,
the guard deciding, cold (no verdict was asked for before) and warm (the same cases again, with the
share of verdicts that were remembered), and with the verdicts taken from the recording.

    python benchmarks/replay.py [--cases 4000]
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import uvloop
from pace import pace
from ten import READS, WRITES_AT

from leitstand.digest import plain
from leitstand.evals.case import Expected, ExpectedEffect, RecordedCase, Said
from leitstand.evals.grading import grade
from leitstand.evals.replay import Bench, replay
from leitstand.evals.runner import Job, bench_of
from leitstand.evals.supervisor import supervisor_of
from leitstand.evals.tape import Line, Recording, tape_bytes
from leitstand.policy.memo import Memo
from leitstand.project import load_project
from leitstand.records import Verdict
from leitstand.runtime import settle_memory

ROOT = Path(__file__).parent


def case_of(number: int) -> tuple[RecordedCase, list[Line]]:
    """A case of its own, with its tape."""
    no = f"N{number}"
    lines: list[Line] = []
    total = 0
    for at in range(READS):
        amount = 1_000 + number * READS + at
        total += amount
        row = {"id": f"{no}-{at}", "amount": amount}
        value = {"id": "", "value": row, "source": "erp", "confidence": 100}
        address, args = f"s{at}#1/:0", {"no": f"{no}-{at}"}
        lines.append(Line(address=address, kind="call", name="erp.get", args=args, value=value))
    args = {"supplier_id": f"{no}-0", "amount": total}
    where = f"s{WRITES_AT}#1/:0"
    told = {"no": f"V{number}"}
    lines.append(
        Line(address=where, kind="call", name="erp.post", args=args, value=told, writes=True)
    )
    said = Said(tool="erp.post", address=where, person="ben", role="head", answer="approve")
    effects = (ExpectedEffect(tool="erp.post", args=args),)
    case = RecordedCase(
        name=no,
        role="ten",
        tenant="t",
        requester="anna",
        at=1.8e9,
        given={"no": no},
        said=(said,),
        expected=Expected(effects=effects, exit={"kind": "done", "cause": None}),
        tape=plain(tape_bytes(lines)),
    )
    return case, lines


class Counted(Memo[bytes, Verdict]):
    """The memory of verdicts, counting how often it was asked and had an answer."""

    asked = hits = 0

    def get(self, question: bytes) -> Verdict | None:
        """As the memory does."""
        answer = super().get(question)
        self.asked += 1
        self.hits += answer is not None
        return answer


class Part(NamedTuple):
    """Seconds of one process for its share, and what share of verdicts it remembered."""

    cold: float
    warm: float
    taken: float
    cold_hits: float
    warm_hits: float


def part(span: tuple[int, int]) -> Part:
    """One process's share: cold, once more, and with recorded verdicts."""
    cases = [case_of(n) for n in range(*span)]
    bench = bench_of(Job(ROOT), load_project(ROOT))
    size = 1024  # As every bundle remembers.
    memo = Counted(size)
    bench = replace(bench, bundle=replace(bench.bundle, verdicts=memo))
    settle_memory()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_all(bench, cases[:20]))
        cold, cold_hits = _counted(runner, bench, cases, memo)
        warm, warm_hits = _counted(runner, bench, cases, memo)
        taken = runner.run(_taken(bench, cases))
    return Part(cold, warm, taken, cold_hits, warm_hits)


Cases = Sequence[tuple[RecordedCase, list[Line]]]


def _counted(
    runner: asyncio.Runner, bench: Bench, cases: Cases, memo: Counted
) -> tuple[float, float]:
    memo.asked = memo.hits = 0
    seconds = runner.run(_all(bench, cases))
    return seconds, memo.hits / memo.asked


async def _all(bench: Bench, cases: Cases) -> float:
    begun = time.perf_counter()
    for case, lines in cases:
        found = await replay(bench, case, Recording(lines), supervisor_of("recorded", case))
        result = grade(found)
        if not result.passed or result.certainty != "exact" or result.asks != 1:
            raise SystemExit(f"{case.name}: {result.problems}")
    return time.perf_counter() - begun


async def _taken(bench: Bench, cases: Cases) -> float:
    """The same with verdicts as recorded: whether the graph still takes the recorded way."""
    begun = time.perf_counter()
    for case, lines in cases:
        nobody = supervisor_of("recorded", case)
        found = await replay(bench, case, Recording(lines), nobody, judged=False)
        if found.systems.divergence or len(found.systems.made) != 1 or found.exit is None:
            raise SystemExit(f"{case.name}: {found.systems.divergence}")
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=4_000)
    cases: int = parser.parse_args().cases
    cores = os.cpu_count() or 1
    share = cases // cores
    spans = [(n * share, (n + 1) * share) for n in range(cores)]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(part, spans))
    line: dict[str, Any] = {
        "benchmark": "replay",
        "pace_ms": pace(),
        "cores": cores,
        "cases": share * cores,
        "cold_cases_s": share * cores / max(f.cold for f in found),
        "cold_hits": sum(f.cold_hits for f in found) / cores,
        "warm_cases_s": share * cores / max(f.warm for f in found),
        "warm_hits": sum(f.warm_hits for f in found) / cores,
        "recorded_cases_s": share * cores / max(f.taken for f in found),
        "load": os.getloadavg()[0],
    }
    sys.stdout.write(orjson.dumps(line).decode() + "\n")


if __name__ == "__main__":
    main()
