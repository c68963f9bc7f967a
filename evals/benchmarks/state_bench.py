"""STATE-Bench: what must be true of the final state, and that nothing else was changed.

A requirement names a record's field and value, or fields by which exactly one record is found. A
change of a record that was there before is unexpected if no requirement names it; of a record that
is new, only if requirements name it by its key. Source of the rules: microsoft/STATE-Bench,
deterministic state requirements.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from evals.benchmarks.tables import Recorded, Tables
from leitstand.evals.foreign.world import Setting

Fact = tuple[str, str, str, str]
"""Table, key, field, value as canonical JSON."""


class StateBench(Setting):
    """A folder with `DOMAIN.tools.json`; every row brings its own state."""

    name = "STATE-Bench"
    answers = frozenset({"replayed_state_verdict", "verdict_reason"})

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def world(self, row: Mapping[str, Any]) -> "_World":
        """The state that the row brings."""
        return _World(Tables(row["initial_state"]), row=row)

    def reference(self, answers: Mapping[str, Any]) -> dict[str, Any] | None:
        """The deterministic state verdict."""
        found = answers.get("replayed_state_verdict")
        return None if found is None else {"passed": bool(found)}


@dataclass(kw_only=True)
class _World(Recorded):
    row: Mapping[str, Any]

    def verdict(self) -> dict[str, Any]:
        """Whether all that must be is, and nothing else has changed."""
        wanted: list[dict[str, Any]] = self.row["task"]["state_requirements"] or []
        changed = list(self._changed())
        if not wanted:
            return {"passed": not changed and not self._new()}
        facts = [fact for need in wanted for fact in self._facts(need)]
        if any(fact is None for fact in facts):
            return {"passed": False}
        expected = set(cast("list[Fact]", facts))
        if not all(self._holds(fact) for fact in expected):
            return {"passed": False}
        named = {(n["entity_type"], n["record_key"]) for n in wanted if "record_key" in n}
        strict = {f for n in wanted if "record_key" in n for f in self._facts(n) if f}
        observed = {*changed, *self._created(named)}
        return {"passed": not {f for f in observed - strict if not self._covered(f, wanted)}}

    def _facts(self, need: Mapping[str, Any]) -> Iterator[Fact | None]:
        """What a requirement says of the final state; None if it leads to no single record."""
        table = need["entity_type"]
        if "record_key" in need:
            value = need.get("expected_value")
            if "expected_value_from_match" in need:
                other = need["expected_value_from_match"]
                value = self._single(other["entity_type"], other["match_fields"])
                if value is None:
                    yield None
                    return
            yield (table, need["record_key"], need["field"], _text(value))
            return
        key = self._single(table, need["match_fields"])
        if key is None:
            yield None
            return
        for name, value in {**need["match_fields"], **need.get("expected_fields", {})}.items():
            yield (table, key, name, _text(value))

    def _single(self, table: str, fields: Mapping[str, Any]) -> str | None:
        found = [
            key
            for key, record in self._records(table)
            if all(record.get(name) == value for name, value in fields.items())
        ]
        return found[0] if len(found) == 1 else None

    def _records(self, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
        tables = self.tables
        keys = {*tables.base.get(table, {}), *(k for t, k in tables.touched if t == table)}
        for key in sorted(keys):
            record = tables.record(table, key)
            if isinstance(record, dict):
                yield key, cast("dict[str, Any]", record)

    def _holds(self, fact: Fact) -> bool:
        table, key, name, value = fact
        record = _fields(self.tables.record(table, key))
        return name in record and _text(record[name]) == value

    def _changed(self) -> Iterator[Fact]:
        """Fields of records that were there before, where they are others now."""
        tables = self.tables
        for (table, key), record in tables.touched.items():
            before = tables.base.get(table, {}).get(key)
            if before is None or record is None:
                continue
            for name in {*before, *record}:
                if before.get(name) != record.get(name) or (name in before) != (name in record):
                    yield (table, key, name, _text(record.get(name)))

    def _new(self) -> list[tuple[str, str]]:
        tables = self.tables
        return [
            (table, key)
            for (table, key), record in tables.touched.items()
            if (record is None) != (tables.base.get(table, {}).get(key) is None)
        ]

    def _created(self, named: set[tuple[str, str]]) -> Iterator[Fact]:
        """All fields of new records that requirements name by their key."""
        for table, key in set(self._new()) & named:
            for name, value in _fields(self.tables.record(table, key)).items():
                yield (table, key, name, _text(value))

    def _covered(self, fact: Fact, wanted: Sequence[Mapping[str, Any]]) -> bool:
        """A cart's list of items may hold new ones that requirements find by their fields."""
        table, _, name, value = fact
        if (table, name) != ("carts", "item_ids"):
            return False
        needs = [n for n in wanted if n["entity_type"] == "cart_items" and "match_fields" in n]
        found = {self._single("cart_items", n["match_fields"]) for n in needs}
        exact = [n["expected_value"] for n in wanted if n.get("field") == "item_ids"]
        fresh = _names(json.loads(value)) - {name for items in exact for name in _names(items)}
        return bool(fresh) and fresh <= {str(f) for f in found if f}


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _fields(record: object) -> dict[str, Any]:
    return cast("dict[str, Any]", record) if isinstance(record, dict) else {}


def _names(value: object) -> set[str]:
    return {str(v) for v in cast("list[object]", value)} if isinstance(value, list) else set()
