"""Patterns: regular expressions kept as data, tried on texts in one writing of each letter.

A file holds `[fragment]` (named parts that patterns use as `%name%`) and lists of patterns by what
they tell: `id`, `any` (one of these has to fit), `unless` (not in a sentence in which this fits).
Patterns are written in small letters with ae, oe, ue and ss.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_BLANK = re.compile(r"[^\S\n]+")
_SENTENCE = re.compile(r"(?<!\d)(?<!\babs)(?<!\bnr)(?<!\bs)\.\s+|[!?\n]+\s*")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """What tells one thing; it does not count in a sentence in which `unless` stands."""

    id: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    reason: str = ""

    def found_in(self, folded: str) -> bool:
        """Whether a folded text says it."""
        if self.unless is None:
            return self.pattern.search(folded) is not None
        return any(
            self.pattern.search(part) and not self.unless.search(part) for part in sentences(folded)
        )


def fold(text: str) -> str:
    """The text in small letters, umlauts written out, one blank where there are several."""
    return _BLANK.sub(" ", shown(text)).casefold().translate(_UMLAUTS)


def shown(text: str) -> str:
    """The text without characters that nobody sees, in one writing of each letter."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


def sentences(folded: str) -> list[str]:
    """The sentences of a folded text."""
    return _SENTENCE.split(folded)


@lru_cache(maxsize=16)
def read_patterns(file: Path, place: str = "") -> Mapping[str, tuple[Pattern, ...]]:
    """The patterns of a file by what they tell; `place`: the table that holds them, if not all."""
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    fragments: dict[str, str] = table.pop("fragment", {})
    kinds: dict[str, Any] = table[place] if place else table
    return {kind: tuple(_pattern(row, fragments) for row in rows) for kind, rows in kinds.items()}


def _pattern(row: Mapping[str, Any], fragments: Mapping[str, str]) -> Pattern:
    unless = row.get("unless")
    return Pattern(
        row["id"],
        re.compile(_whole("|".join(row["any"]), fragments)),
        re.compile(_whole(unless, fragments)) if unless else None,
        row.get("reason", ""),
    )


def _whole(text: str, fragments: Mapping[str, str]) -> str:
    for name, fragment in reversed(list(fragments.items())):  # a later one may use an earlier
        text = text.replace(f"%{name}%", fragment)
    return text
