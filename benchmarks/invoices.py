"""The 35 e-invoices of the world end to end, through guard, journal and books. One JSON line.

Cases a second after warm-up, p50 and p95 of a case, and the share of the time in which a rule
worker was busy.

    python benchmarks/invoices.py [--rounds 3]
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import orjson
import uvloop

from leitstand.cli.batch import files_in, worked_off
from leitstand.project import load_project
from leitstand.runtime import open_leitstand

ROOT = Path(__file__).resolve().parents[1]


async def measure(rounds: int) -> dict[str, float]:
    """Work the folder off `rounds` times, each in a fresh state; the first round warms up."""
    project = load_project(ROOT)
    walls: list[float] = []
    cases: list[float] = []
    files = files_in(ROOT / "evals" / "accounting" / "world")
    for number in range(rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            leitstand = await open_leitstand(project, state=Path(folder))
            try:
                begun = time.perf_counter()
                rows = await worked_off(leitstand, "accounting", files)
                wall = time.perf_counter() - begun
            finally:
                await leitstand.close()
        if number:
            walls.append(wall)
            cases += [float(row.flat()["ms"]) for row in rows]
    cases.sort()
    return {
        "cases": len(files),
        "cases_s": len(files) / statistics.median(walls),
        "p50_ms": statistics.median(cases),
        "p95_ms": cases[int(len(cases) * 0.95)],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    found = uvloop.run(measure(parser.parse_args().rounds))
    print(orjson.dumps({"benchmark": "invoices", **found}).decode())


if __name__ == "__main__":
    main()
