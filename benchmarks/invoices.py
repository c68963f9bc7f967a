"""The 35 e-invoices of the world end to end, through guard, journal and books. One JSON line.

Cases a second after warm-up, p50 and p95 of a case (they run side by side: a case's time holds its
waiting for the others), and the share of the time in which a rule worker was busy.

    python benchmarks/invoices.py [--rounds 3]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import orjson
import uvloop
from pace import pace

from leitstand.cli.batch import files_in, worked_off
from leitstand.project import Project, load_project
from leitstand.runtime import open_leitstand

ROOT = Path(__file__).resolve().parents[1]


class Watch:
    """When business rules were being checked, seen from outside."""

    def __init__(self, rules: Any) -> None:  # noqa: ANN401 - the project's own, loaded with it
        self._rules, self._run = rules, rules.run
        self._spans: list[tuple[float, float]] = []

    def __enter__(self) -> Self:
        run, spans = self._run, self._spans

        async def running(self: object, xml: str, ids: Sequence[str]) -> object:
            begun = time.perf_counter()
            try:
                return await run(self, xml, ids)
            finally:
                spans.append((begun, time.perf_counter()))

        self._rules.run = running
        return self

    def __exit__(self, *_: object) -> None:
        self._rules.run = self._run

    @property
    def busy(self) -> float:
        """Seconds in which at least one document was with a worker."""
        total, until = 0.0, 0.0
        for begun, ended in sorted(self._spans):
            total += max(0.0, ended - max(begun, until))
            until = max(until, ended)
        return total


async def measure(rounds: int) -> dict[str, float]:
    """Work the folder off `rounds` times, each in a fresh state; the first round warms up."""
    project = load_project(ROOT)
    rules = import_module("tools.einvoice.rules").Rules
    await _round(project)
    walls: list[float] = []
    cases: list[float] = []
    with Watch(rules) as watch:
        for _ in range(rounds):
            wall, took = await _round(project)
            walls.append(wall)
            cases += took
    cases.sort()
    return {
        "cases": len(cases) // rounds,
        "cases_s": len(cases) / rounds / statistics.median(walls),
        "p50_ms": statistics.median(cases),
        "p95_ms": cases[int(len(cases) * 0.95)],
        "rule_worker_share": watch.busy / sum(walls),
    }


async def _round(project: Project) -> tuple[float, list[float]]:
    """Seconds for all files, milliseconds of each case."""
    files = files_in(ROOT / "evals" / "accounting" / "world")
    with tempfile.TemporaryDirectory() as folder:
        leitstand = await open_leitstand(project, state=Path(folder))
        try:
            begun = time.perf_counter()
            rows = await worked_off(leitstand, "accounting", files)
            wall = time.perf_counter() - begun
        finally:
            await leitstand.close()
    return wall, [float(row.flat()["ms"]) for row in rows]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    found = uvloop.run(measure(parser.parse_args().rounds))
    print(orjson.dumps({"benchmark": "invoices", "pace_ms": pace(), **found}).decode())


if __name__ == "__main__":
    main()
