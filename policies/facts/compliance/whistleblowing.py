"""G-C05: whether a message reports a wrong (§§ 2, 16 HinSchG), told before anybody keeps it.

In doubt it is one: a message that is none and lies with the reporting office is handed back by
people; a report that a machine has read is a breach of § 8 that nobody can undo.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from policies.facts.patterns import fold

RULE = "G-C05"

_FILE = Path(__file__).parents[2] / "compliance_reports.toml"
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


class _Concept(NamedTuple):
    name: str
    asked: int
    unasked: int
    words: re.Pattern[str]


class _Words(NamedTuple):
    threshold: int
    window: int
    recipients: tuple[str, ...]
    concepts: tuple[_Concept, ...]


def recognise(
    text: str, subject: str = "", recipients: Iterable[str] = (), *, asked: bool = False
) -> bool:
    """Whether a message goes to the reporting office unread, by whom it is for or by its words.

    `asked`: it asks for something that somebody here does, or may; then plain words alone count.
    """
    words = _words()
    if any(name in fold(place) for place in recipients for name in words.recipients):
        return True
    return sum(weigh(f"{subject}\n{text}", asked=asked).values()) >= words.threshold


def weigh(text: str, *, asked: bool = False) -> Mapping[str, int]:
    """The concepts that stand together in a message, with what each counts; where most count."""
    words = _words()
    parts = [_found(part) for part in _SENTENCE.split(fold(text)) if part.strip()]
    starts = range(max(1, len(parts) - words.window + 1))
    windows = (_counted(parts[at : at + words.window], asked=asked) for at in starts)
    return max(windows, key=lambda found: sum(found.values()))


def _found(part: str) -> frozenset[_Concept]:
    return frozenset(concept for concept in _words().concepts if concept.words.search(part))


def _counted(parts: Iterable[frozenset[_Concept]], *, asked: bool) -> Mapping[str, int]:
    together = {concept for part in parts for concept in part}
    return {c.name: c.asked if asked else c.unasked for c in together}


@cache
def _words() -> _Words:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    concepts = tuple(
        _Concept(
            row["id"],
            row["weight"],
            row.get("unasked", row["weight"]),
            re.compile(r"\b(?:" + "|".join(row["words"]) + ")"),
        )
        for row in table["concept"]
    )
    return _Words(table["threshold"], table["window"], tuple(table["recipients"]), concepts)
