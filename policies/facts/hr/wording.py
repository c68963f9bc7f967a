"""Free text, made comparable: folded, cut into sentences, searched by a lexicon of patterns."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from policies.facts import patterns

_FILE = Path(__file__).parents[2] / "hr_lexicon.toml"
_SENTENCE = re.compile(r"(?<!\d)(?<!\bz)(?<!\bb)(?<!\bca)(?<!\bnr)(?<!\bdr)\.\s+|[!?;\n]+\s*")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class _Entry:
    """Patterns that stand for a topic together."""

    topic: str
    all: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    anywhere: bool

    def found_in(self, text: str, parts: list[str]) -> bool:
        return any(self._holds(part) for part in ([text] if self.anywhere else parts))

    def _holds(self, part: str) -> bool:
        if self.unless is not None and self.unless.search(part):
            return False
        return all(pattern.search(part) for pattern in self.all)


def plain(text: str) -> str:
    """`text` in one writing of each letter, without characters that nobody sees."""
    normal = unicodedata.normalize("NFKC", text)
    shown = (
        c
        for c in normal
        if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cs", "Cn")
    )
    return unicodedata.normalize("NFC", "".join(shown))


def fold(text: str) -> str:
    """Small letters, umlauts written out, one blank between words, one kind of dash."""
    return patterns.fold(_DASHES.sub("-", plain(text)))


def sentences(folded: str) -> list[str]:
    """The sentences of a folded text; the stops of dates and numbers end none."""
    return [part for part in _SENTENCE.split(folded) if part.strip()]


def topics_in(folded: str) -> frozenset[str]:
    """The topics that a folded text speaks of."""
    parts = sentences(folded)
    return frozenset(e.topic for e in _lexicon() if e.found_in(folded, parts))


def beside(kind: str, folded: str) -> tuple[str, ...]:
    """What a note of a kind would have to say instead of something that nobody counts here."""
    return tuple(
        row["means"]
        for row in _table()["beside"]
        if row["kind"] == kind and re.search(row["words"], folded)
    )


def leave_message() -> Mapping[str, Any]:
    """The words of messages that ask for leave."""
    return cast("Mapping[str, Any]", _table()["leave_message"])


def day_words() -> Mapping[str, Any]:
    """The words with which texts name days."""
    return cast("Mapping[str, Any]", _table()["days"])


def day_names() -> frozenset[str]:
    """The words by which months, weekdays and the next days are called."""
    lists = (day_words()[name] for name in ("months", "weekdays", "near"))
    return frozenset(word for names in lists for each in names for word in each)


def numbered(names: list[list[str]], first: int) -> Mapping[str, int]:
    """Names by their number, those of the first list by `first`."""
    return {name: n for n, each in enumerate(names, first) for name in each}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _lexicon() -> tuple[_Entry, ...]:
    fragments: dict[str, str] = _table()["fragment"]
    return tuple(_entry(row, fragments) for row in _table()["topic"])


def _entry(row: Mapping[str, Any], fragments: Mapping[str, str]) -> _Entry:
    unless = row.get("unless")
    return _Entry(
        topic=row["id"],
        all=tuple(_pattern(text, fragments) for text in row["all"]),
        unless=_pattern(unless, fragments) if unless else None,
        anywhere=row.get("within") == "text",
    )


def _pattern(text: str, fragments: Mapping[str, str]) -> re.Pattern[str]:
    for name, fragment in fragments.items():
        text = text.replace(f"%{name}%", f"(?:{fragment})")
    return re.compile(text)
