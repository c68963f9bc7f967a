"""Which task and which letter follow from the rules that fired: `letters.toml`, row by row."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.mail import TemplateId
from tools.task import TaskKind

_FILE = Path(__file__).parent.with_name("letters.toml")


class Follow(NamedTuple):
    """A row of the file."""

    rules: frozenset[str]
    task: TaskKind
    letter: TemplateId | None


def follow_of(rules: Iterable[str]) -> Follow:
    """The first row that names one of the rules; without any, the matter is cleared up."""
    fired = frozenset(rules)
    first = (row for row in _rows() if row.rules & fired)
    return next(first, Follow(frozenset(), "clarify", None))


def is_own(rule: str) -> bool:
    """Whether the fault that a rule finds is the company's own, and no letter names it."""
    return rule in _own()


@cache
def _own() -> frozenset[str]:
    return frozenset(tomllib.loads(_FILE.read_text(encoding="utf-8"))["own"])


@cache
def _rows() -> tuple[Follow, ...]:
    rows: list[dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["step"]
    return tuple(Follow(frozenset(r["rules"]), r["task"], r.get("letter")) for r in rows)
