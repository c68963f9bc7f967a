"""tau-bench: the recorded database, gold actions with their effects, outputs that must be said.

A run is rewarded if the episode has ended, the database is what the gold actions make of it, and
every gold output was said. Source of the rules: sierra-research/tau-bench, `envs/base.py`.
"""

import json
import lzma
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.benchmarks.tables import Recorded, Tables, unequal
from leitstand.errors import CaseRefused, Contradiction
from leitstand.evals.foreign.rows import below
from leitstand.evals.foreign.world import Setting

_STOP = "###STOP###"
_TRANSFER = "transfer_to_human_agents"


class TauBench(Setting):
    """A folder with `DOMAIN/db.json.xz` for every domain of its rows.

    The rows hold the first call of each message alone, as tau-bench runs them.
    """

    name = "tau-bench"
    answers = frozenset({"recorded_reward", "replayed_reward", "db_match"})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._databases: dict[str, Any] = {}

    def world(self, row: Mapping[str, Any]) -> "_World":
        """The domain's database before the first call."""
        domain = str(row["domain"])
        if domain not in self._databases:
            self._databases[domain] = _json(self._folder, f"{domain}/db.json.xz")
        return _World(Tables(self._databases[domain]), row=row)

    def group(self, row: Mapping[str, Any]) -> str:
        """Source, domain and task: its trials, by one agent, are counted together."""
        return f"{row.get('source', '')}/{row['domain']}/{row['task_id']}"

    def reference(self, answers: Mapping[str, Any]) -> dict[str, Any] | None:
        """The recorded reward."""
        found = answers.get("recorded_reward")
        return None if found is None else {"reward": int(found)}


@dataclass(kw_only=True)
class _World(Recorded):
    row: Mapping[str, Any]

    def verdict(self) -> dict[str, Any]:
        """Reward 1 or 0."""
        gold = Tables(self.tables.base)
        for changes in self.row["task"]["gold_effects"]:
            if changes:
                try:
                    gold.apply(changes)
                except Contradiction:
                    return {"reward": 0}
        same = not any(True for _ in unequal(self.tables, gold))
        return {"reward": int(self._ended() and same and self._said())}

    def corrected(self) -> int:
        """Effective writes whose effect is not one of the gold actions', each of those once."""
        gold = Counter(_text(e) for e in self.row["task"]["gold_effects"] if e)
        return (Counter(map(_text, self.wrote)) - gold).total()

    def _ended(self) -> bool:
        calls, messages = self.row["calls"], self.row["messages"]
        if calls and calls[-1]["name"] == _TRANSFER:
            return True
        return bool(messages) and _STOP in str(messages[-1].get("content"))

    def _said(self) -> bool:
        """Every gold output in some answer, commas stripped, whatever the case."""
        outputs = self.row["task"].get("outputs") or list(self.row.get("outputs") or ())
        spoken = [
            str(m["content"]).lower().replace(",", "")
            for m in self.row["messages"]
            if m["role"] == "assistant" and m.get("content")
        ]
        return all(any(str(o).lower() in text for text in spoken) for o in outputs)


def _text(changes: list[Any]) -> str:
    """An effect as text; the order of its changes does not count."""
    return "\n".join(sorted(json.dumps(change, sort_keys=True) for change in changes))


def _json(folder: Path, name: str) -> Any:  # noqa: ANN401 - it is whatever the set holds
    """A file of the set by its name, wherever it lies below. Raises CaseRefused."""
    found = below(folder, name)
    if not found:
        raise CaseRefused(f"`{name}` is not there", where=str(folder))
    try:
        if found[0].suffix == ".xz":
            with lzma.open(found[0], "rt", encoding="utf-8") as file:
                return json.load(file)
        return json.loads(found[0].read_text(encoding="utf-8"))
    except (OSError, EOFError, lzma.LZMAError, ValueError) as error:
        raise CaseRefused(f"cannot be read: {error}", where=str(found[0])) from error
