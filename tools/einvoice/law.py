"""Which fields of § 14 (4) UStG a business rule touches, as data (`law.toml`).

A broken business rule matters for the input VAT only if it touches a field the law asks for.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

NONE = "none"
"""The row of rules that touch no field the law asks for."""


@dataclass(frozen=True)
class LawField:
    """A field the law asks for: its paragraph and its name in German and English."""

    id: str
    law: str
    de: str
    en: str


@dataclass(frozen=True)
class Law:
    """The map from rules to fields, and the fields by id."""

    fields: Mapping[str, LawField]
    rules: Mapping[str, tuple[str, ...]]

    def touches(self, rule: str) -> tuple[str, ...] | None:
        """The ids of the fields a rule touches: empty if known to be none, None if not known."""
        if rule in self.rules:
            return self.rules[rule]
        fits = [p for p in self._prefixes if rule.startswith(p)]
        return self.rules[f"{max(fits, key=len)}*"] if fits else None

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        return tuple(rule.removesuffix("*") for rule in self.rules if rule.endswith("*"))


def load(file: Path) -> Law:
    """A map in the format of `law.toml`.

    Raises OSError, tomllib.TOMLDecodeError or KeyError: the table is part of the program.
    """
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["field"]
    fields = {r["id"]: LawField(r["id"], r["law"], r["de"], r["en"]) for r in rows}
    rules: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for rule in row["rules"]:
            own = () if row["id"] == NONE else (row["id"],)
            rules[rule] = rules.get(rule, ()) + own
    return Law(fields, rules)


DEFAULT = load(Path(__file__).with_name("law.toml"))
"""The map that ships with the package."""
