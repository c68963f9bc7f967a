"""A suite of many cases as `leitstand eval` runs it, cold: cases read, replayed, graded, reported.

Every case has amounts, suppliers and ids of its own. One JSON line: seconds from start to exit of
the command, cases a second, seconds of CPU of all its processes, and the most memory of the command
and of the largest of the others.

    python benchmarks/suite.py [--cases 100000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
from pace import pace
from replay import ROOT, case_of

from leitstand.evals.shelf import pack

SUITE = "role: ten\ngate:\n  level: 0.99\n"
COMMAND = "import sys; from leitstand.cli import main; sys.exit(main())"
SECONDS = 0.5
"""Between two looks at how much memory the processes have used at most."""


def suite_in(folder: Path, cases: int) -> Path:
    """A suite of so many cases in one pack."""
    place = folder / "ten"
    (place / "cases").mkdir(parents=True)
    with (place / "cases" / "all.jsonl").open("wb") as file:
        for number in range(cases):
            file.write(pack(*case_of(number)))
    (place / "suite.yaml").write_text(SUITE)
    return place


def below(pid: int) -> Iterator[int]:
    """A process and all that it has started."""
    yield pid
    try:
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # It has just ended.
        return
    for child in started:
        yield from below(int(child))


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used so far; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    """The most memory that a process has had so far; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = [int(x.split()[1]) for x in lines if x.startswith("VmHWM:")]
    return sum(kilobytes) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    cases: int = parser.parse_args().cases
    with tempfile.TemporaryDirectory(prefix="leitstand-suite-") as folder:
        place = suite_in(Path(folder), cases)
        arguments = ["eval", str(place), "--out", f"{folder}/run", "--json"]
        load, begun = os.getloadavg()[0], time.perf_counter()
        report = Path(folder) / "report.json"
        with (
            report.open("wb") as out,
            subprocess.Popen(  # noqa: S603 - this very interpreter
                [sys.executable, "-c", COMMAND, *arguments],
                cwd=ROOT,
                stdout=out,
                env={**os.environ, "LEITSTAND_PROJECT": str(ROOT)},
            ) as running,
        ):
            own = others = 0.0
            used: dict[int, float] = {}
            while running.poll() is None:
                pids = list(below(running.pid))
                own = max(own, peak_mb(pids[0]))
                others = max([others, *map(peak_mb, pids[1:])])
                used |= {pid: max(used.get(pid, 0.0), cpu_s(pid)) for pid in pids}
                time.sleep(SECONDS)
            seconds = time.perf_counter() - begun
        told = orjson.loads(report.read_bytes())
    if told["exit"] or told["figures"]["correctness"]["passed"] != cases:
        raise SystemExit(f"not all passed: {told['figures']['correctness']}")
    line = {
        "benchmark": "suite",
        "pace_ms": pace(),
        "cores": os.cpu_count(),
        "cases": cases,
        "seconds": seconds,
        "cases_s": cases / seconds,
        "cpu_s": sum(used.values()),
        "parent_mb": own,
        "worker_mb": others,
        "load_before": load,
    }
    sys.stdout.write(orjson.dumps(line).decode() + "\n")


if __name__ == "__main__":
    main()
