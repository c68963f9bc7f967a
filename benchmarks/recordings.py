"""Recorded runs of AgentDojo through guard and journal, executed and judged by its own checkers.

Every run below the development half, on all cores, start of the processes and of the library's own
environments included. One JSON line; where the recordings are not there, a word instead.

    python benchmarks/recordings.py
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import orjson
from pace import pace

from leitstand.evals.foreign.fidelity import fidelity, import_recordings
from leitstand.project import load_project

DATA = Path(os.environ.get("LEITSTAND_DATA") or Path(__file__).parents[2] / "shared" / "data")


def main() -> None:
    """Measure and print."""
    folder = DATA / "evals" / "agentdojo"
    if not folder.is_dir():
        sys.stderr.write(f"agentdojo: skipped, no recordings in `{folder}` (set LEITSTAND_DATA)\n")
        return
    with tempfile.TemporaryDirectory(prefix="leitstand-agentdojo-") as place:
        suite = Path(place) / "suite"
        import_recordings("agentdojo", folder, suite, load_project(Path(__file__).parents[1]))
        load, begun = os.getloadavg()[0], time.perf_counter()
        found = asyncio.run(fidelity(suite, suite / "journals", lambda _: None))
        seconds = time.perf_counter() - begun
    line = {
        "benchmark": "agentdojo",
        "pace_ms": pace(),
        "cores": os.cpu_count(),
        "runs": found.rows,
        "excluded": found.excluded,
        "agree": found.agree,
        "seconds": seconds,
        "runs_s": found.rows / seconds,
        "load_before": load,
    }
    sys.stdout.write(orjson.dumps(line).decode() + "\n")


if __name__ == "__main__":
    main()
