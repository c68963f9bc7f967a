"""Halves of sets as tests need them: some rows of a set, and one write dropped or doubled."""

import json
import lzma
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from evals.benchmarks.agentdojo import AgentDojo
from evals.benchmarks.state_bench import StateBench
from evals.benchmarks.tau_bench import TauBench
from evals.benchmarks.workbench import WorkBench
from leitstand.evals.foreign.rows import files_of
from tests.evals.foreign import oracle

Row = dict[str, Any]
FORMATS = ("agentdojo", "state-bench", "tau-bench", "workbench")
ANSWERS = frozenset[str]().union(
    *(kind.answers for kind in (AgentDojo, StateBench, TauBench, WorkBench))
)
NAME = "half/rows.jsonl.xz"


def rows_in(folder: Path) -> Iterator[Row]:
    """All rows of a set with their answers."""
    for file in files_of(folder):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def spread(rows: Iterable[Row], count: int) -> list[Row]:
    """So many of the rows, from all over the set."""
    found = list(rows)
    return found[:: max(1, len(found) // count)][:count]


def lay(folder: Path, origin: Path, rows: Iterable[Row], *, answers: bool) -> Path:
    """A folder of the same format with these rows, with the answers or without."""
    place = folder / NAME
    place.parent.mkdir(parents=True)
    for beside in origin.iterdir():
        if beside.name != "dev":
            (folder / beside.name).symlink_to(beside)
    with lzma.open(place, "wt", encoding="utf-8", preset=0) as lines:
        for row in rows:
            kept = row if answers else {k: v for k, v in row.items() if k not in ANSWERS}
            lines.write(json.dumps(kept) + "\n")
    return folder


def writes(form: str, row: Row) -> list[tuple[list[Any], int]]:
    """Where a run's effective writes stand: the list that holds one, and its place there."""
    if form != "agentdojo":
        return [(row["calls"], n) for n, c in enumerate(row["calls"]) if c.get("effects")]
    lists = [m["tool_calls"] for m in row["messages"] if m.get("tool_calls")]
    reads = ("get", "search", "list", "read", "check")
    return [(c, n) for c in lists for n, x in enumerate(c) if not x["function"].startswith(reads)]


def dropped(form: str, row: Row) -> Row:
    """The run without its last write."""
    other = deepcopy(row)
    calls, number = writes(form, other)[-1]
    del calls[number]
    return other


def doubled(form: str, row: Row) -> Row:
    """The run with its first write made twice."""
    other = deepcopy(row)
    calls, number = writes(form, other)[0]
    calls.insert(number, deepcopy(calls[number]))
    return other


class Judge:
    """The oracle of a set: verdicts of its rows, worked out apart."""

    def __init__(self, form: str, folder: Path) -> None:
        self._form, self._folder = form, folder
        self._databases: dict[str, Any] = {}

    def __call__(self, row: Row) -> dict[str, Any]:
        """What a row's verdict must be."""
        if self._form == "state-bench":
            return oracle.state_bench(row)
        if self._form == "workbench":
            return oracle.workbench(row, self._folder)
        if self._form == "agentdojo":
            AgentDojo(self._folder)
            return oracle.agentdojo(row)
        domain = row["domain"]
        if domain not in self._databases:
            with lzma.open(self._folder / domain / "db.json.xz", "rt") as file:
                self._databases[domain] = json.load(file)
        return oracle.tau_bench(row, self._databases[domain])
