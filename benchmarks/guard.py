"""The guard on the accounting role's own policies, one case at a time. One JSON line, milliseconds.

`perform`: a whole write, from the step's call to its answer: validation, evidence, facts, verdict,
intent committed, the system's own commit, outcome committed. Beside it the part that is not the
system's. Once for all writes of the cases, once for `erp.voucher.draft` alone: the dearest, with
70 facts, and all that the case has read goes to disk with its intent. The first round warms up.
`verdict`: the decision alone, on the questions that the bundle was asked meanwhile, each for the
first time. `first` asks them in their order, of a bundle that remembers what its rules said of the
cases before, as one in service does; `cold` each of a bundle that remembers nothing at all; `again`
of one that was asked the same before. `draft` are those of drafts alone.

    python benchmarks/guard.py [--rounds 5]
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import orjson
import uvloop
from pace import pace
from pydantic import BaseModel

from leitstand.cli.batch import files_in, worked_off
from leitstand.guard import Call, Passage
from leitstand.guard import rules as judged
from leitstand.guard.systems import Systems
from leitstand.policy import Bundle, Request, decide
from leitstand.policy.memo import Memo
from leitstand.project import Project, load_project
from leitstand.records import Verdict
from leitstand.runtime import open_leitstand
from leitstand.tool import Tool

ROOT = Path(__file__).resolve().parents[1]
TOOL = "erp.voucher.draft"


class Watch:
    """What the guard of this process does, timed from outside: (tool, whole, system's part)."""

    def __init__(self) -> None:
        self.writes: list[tuple[str, float, float]] = []
        self.asked: dict[bytes, Request] = {}
        self.system = 0.0
        self._perform, self._write = Passage.perform, Systems.write

    def __enter__(self) -> Self:
        watch, perform, write = self, self._perform, self._write

        async def performing(self: Passage, call: Call) -> BaseModel:
            watch.system, begun = 0.0, time.perf_counter()
            answer = await perform(self, call)
            if call.tool.writes and watch.system:
                whole = (time.perf_counter() - begun) * 1e3
                watch.writes.append((call.tool.name, whole, watch.system))
            return answer

        async def writing(
            self: Systems, tool: Tool[Any, Any], args: BaseModel, key: str, timeout: float
        ) -> BaseModel:
            begun = time.perf_counter()
            answer = await write(self, tool, args, key, timeout)
            watch.system = (time.perf_counter() - begun) * 1e3
            return answer

        def deciding(bundle: Bundle, request: Request) -> Verdict:
            watch.asked[repr(request).encode()] = request
            return decide(bundle, request)

        Passage.perform, Systems.write, judged.decide = performing, writing, deciding
        return self

    def __exit__(self, *_: object) -> None:
        Passage.perform, Systems.write, judged.decide = self._perform, self._write, decide


async def measure(rounds: int) -> dict[str, float]:
    """Work the world's invoices off one by one; then ask the bundle what it was asked."""
    project = load_project(ROOT)
    bundle = await _round(project)
    with Watch() as watch:
        for _ in range(rounds):
            watch.asked.clear()
            bundle = await _round(project)
    asked = list(watch.asked.values())
    drafts = [write for write in watch.writes if write[0] == TOOL]
    first: list[tuple[str, float]] = []
    cold: list[tuple[str, float]] = []
    for _ in range(rounds):
        serving = replace(bundle, verdicts=Memo(1), applied=Memo(8192))
        first += [(request.tool, _timed(serving, request)) for request in asked]
        cold += [(request.tool, _timed(_forgetful(bundle), request)) for request in asked]
    again = [_timed(bundle, request) for _ in range(rounds) for request in asked]
    return {
        **{f"all_{name}": value for name, value in _times(watch.writes).items()},
        **{f"draft_{name}": value for name, value in _times(drafts).items()},
        "questions": len(asked),
        "verdict_first_p50": statistics.median(took for _, took in first),
        "verdict_cold_p50": statistics.median(took for _, took in cold),
        "verdict_draft_p50": statistics.median(took for tool, took in first if tool == TOOL),
        "verdict_draft_cold_p50": statistics.median(took for tool, took in cold if tool == TOOL),
        "verdict_again_p50": statistics.median(again),
    }


async def _round(project: Project) -> Bundle:
    """One case after the other, in a fresh state."""
    with tempfile.TemporaryDirectory() as folder:
        leitstand = await open_leitstand(project, state=Path(folder))
        try:
            for file in files_in(ROOT / "evals" / "accounting" / "world"):
                await worked_off(leitstand, "accounting", [file])
        finally:
            await leitstand.close()
        return leitstand.rules.bundle


def _times(writes: list[tuple[str, float, float]]) -> dict[str, float]:
    return {
        "writes": len(writes),
        "perform_p50": statistics.median(whole for _, whole, _ in writes),
        "guard_and_journal_p50": statistics.median(whole - system for _, whole, system in writes),
    }


def _forgetful(bundle: Bundle) -> Bundle:
    """The bundle as if it had never been asked."""
    return replace(bundle, verdicts=Memo(1), applied=Memo(1))


def _timed(bundle: Bundle, request: Request) -> float:
    begun = time.perf_counter()
    decide(bundle, request)
    return (time.perf_counter() - begun) * 1e3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    found = uvloop.run(measure(parser.parse_args().rounds))
    print(orjson.dumps({"benchmark": "guard", "pace_ms": pace(), **found}).decode())


if __name__ == "__main__":
    main()
