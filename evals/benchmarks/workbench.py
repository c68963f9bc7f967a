"""WorkBench: five tables, calls that take rows out and put rows in, compared after all calls.

Correct: no error, and the tables are those that the gold calls make (case of text ignored but in
three fields). Side effect: something was changed and the tables are not those. Source of the rules:
olly-styles/WorkBench, `src/evals/utils.py`.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leitstand.errors import CaseRefused, Contradiction
from leitstand.evals.foreign.rows import below
from leitstand.evals.foreign.world import Asked, Executed, Setting, World

_CASED = frozenset({"status", "list_name", "board"})
_Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    columns: tuple[str, ...]
    rows: Counter[_Cells]

    def folded(self, cells: _Cells) -> _Cells:
        """A row as it is compared: case counts in three columns alone."""
        names = (*self.columns, *("" for _ in cells[len(self.columns) :]))
        pairs = zip(names, cells, strict=False)
        return tuple(c if name in _CASED else c.lower() for name, c in pairs)


class WorkBench(Setting):
    """A folder with `tools.json` and `sandbox/*.csv`; a table is told by the columns it has."""

    name = "WorkBench"
    answers = frozenset({"verdict"})

    def __init__(self, folder: Path) -> None:
        self._files = {file.stem: _table(file) for file in below(folder, "sandbox/*.csv")}
        if not self._files:
            raise CaseRefused("no tables in `sandbox/*.csv`", where=str(folder))

    def world(self, row: Mapping[str, Any]) -> "_World":
        """All tables before the first call."""
        return _World(row, self._tables(row))

    def reference(self, answers: Mapping[str, Any]) -> dict[str, Any] | None:
        """Both flags of WorkBench's own code."""
        found = answers.get("verdict")
        if found is None:
            return None
        return {name: bool(found[name]) for name in ("correct", "side_effect")}

    def _tables(self, row: Mapping[str, Any]) -> Mapping[str, _Table]:
        """Tables by the name that effects use."""
        found: dict[str, _Table] = {}
        for call in (*row["calls"], *row["gold"]):
            effects: Mapping[str, Any] = call.get("effects") or {}
            for cells in (*effects.get("removed", ()), *effects.get("added", ())):
                name = str(effects["table"])
                found[name] = found.get(name) or self._named(name, len(cells))
        return found

    def _named(self, name: str, width: int) -> _Table:
        """The file whose name begins as the table's does, with its columns; else an empty one."""
        word = name.split("_", maxsplit=1)[0]
        fits = [t for f, t in self._files.items() if f.startswith(word)]
        best = [t for t in fits if width == len(t.columns)]
        return best[0] if best else _Table((), Counter())


@dataclass
class _World(World):
    row: Mapping[str, Any]
    tables: Mapping[str, _Table]
    changed: dict[str, Counter[_Cells]] = field(default_factory=dict[str, Counter[_Cells]])
    wrote: list[Any] = field(default_factory=list[Any])

    async def execute(self, asked: Asked) -> Executed:
        """Take rows out and put rows in, or refuse: a row is not there."""
        effects = asked.effects
        if not effects or not (effects["removed"] or effects["added"]):
            return Executed("recorded")
        name = effects["table"]
        delta = self.changed.setdefault(name, Counter())
        fresh = _applied(self.tables[name], delta, effects)
        self.changed[name] = fresh
        self.wrote.append(effects)
        return Executed("recorded", changed=True)

    def verdict(self) -> dict[str, Any]:
        """`correct` and `side_effect`."""
        gold: dict[str, Counter[_Cells]] = {}
        for call in self.row["gold"]:
            effects = call.get("effects")
            if effects:
                table = self.tables[effects["table"]]
                before = gold.setdefault(effects["table"], Counter())
                gold[effects["table"]] = _applied(table, before, effects)
        same = self._folded(self.changed) == self._folded(gold)
        touched = any(any(delta.values()) for delta in self.changed.values())
        failed = bool(self.row.get("error"))
        return {"correct": same and not failed, "side_effect": touched and not same}

    def corrected(self) -> int:
        """Effective writes that are none of the gold calls' effects, each of those once."""
        gold = (call["effects"] for call in self.row["gold"] if "effects" in call)
        return (Counter(map(_text, self.wrote)) - Counter(map(_text, gold))).total()

    def _folded(self, changed: Mapping[str, Counter[_Cells]]) -> dict[str, dict[_Cells, int]]:
        found: dict[str, dict[_Cells, int]] = {}
        for name, delta in changed.items():
            folded: Counter[_Cells] = Counter()
            for cells, count in delta.items():
                folded[self.tables[name].folded(cells)] += count
            net = {cells: count for cells, count in folded.items() if count}
            if net:
                found[name] = net
        return found


def _applied(table: _Table, before: Counter[_Cells], effects: Mapping[str, Any]) -> Counter[_Cells]:
    """What has changed in a table after one call more. Raises Contradiction: no such row."""
    delta = Counter(before)
    for cells in map(_cells, effects["removed"]):
        if table.rows[cells] + delta[cells] < 1:
            raise Contradiction(f"no row {cells[:2]}", where=str(effects["table"]))
        delta[cells] -= 1
    delta.update(map(_cells, effects["added"]))
    return delta


def _text(effects: object) -> str:
    return json.dumps(effects, sort_keys=True)


def _cells(row: Iterable[Any]) -> _Cells:
    return tuple("" if value is None else str(value) for value in row)


def _table(file: Path) -> _Table:
    with file.open(newline="", encoding="utf-8") as lines:
        columns, *rows = csv.reader(lines)
    return _Table(tuple(columns), Counter(map(tuple, rows)))
