"""The business terms of EN 16931 as data: which field stands where in UBL and in CII.

The table is `terms.toml`; this module gives it a shape. It knows no XML.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

Dialect = Literal["ubl", "cii"]
"""The two ways to write an EN 16931 invoice."""

_ALTERNATIVE = " || "


@dataclass(frozen=True, slots=True)
class Term:
    """One field: its business term and, per dialect, the XPaths to try in order."""

    term: str
    ubl: tuple[str, ...]
    cii: tuple[str, ...]

    def paths(self, dialect: Dialect) -> tuple[str, ...]:
        """The XPaths in one dialect, from the group's element; empty if it cannot say it."""
        return self.ubl if dialect == "ubl" else self.cii


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its place below the group above, its fields, and the groups below it.

    `coded` fields are no free text, `compact` ones lose blanks and become upper case, of `join`
    fields all occurrences are read (one a line), of `latest` dates the latest counts.
    """

    ubl: tuple[str, ...]
    cii: tuple[str, ...]
    fields: Mapping[str, Term]
    groups: Mapping[str, "Group"]
    coded: frozenset[str]
    compact: frozenset[str]
    join: frozenset[str]
    latest: frozenset[str]

    def paths(self, dialect: Dialect) -> tuple[str, ...]:
        """The XPaths of the group's elements in one dialect, from the group above."""
        return self.ubl if dialect == "ubl" else self.cii

    def term(self, field: str) -> str:
        """The business term of a field such as `lines[0].net`; empty if it has none."""
        name, _, rest = field.partition(".")
        name = name.partition("[")[0]
        if rest:
            return self.groups[name].term(rest) if name in self.groups else ""
        return self.fields[name].term if name in self.fields else ""


def load(file: Path) -> Group:
    """The group `invoice` of a table in the format of `terms.toml`.

    Raises OSError, tomllib.TOMLDecodeError or KeyError: the table is part of the program.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return _group(table["invoice"], table["short"])


def _group(table: dict[str, Any], short: dict[str, str]) -> Group:
    def paths(text: str) -> tuple[str, ...]:
        for name, prefix in short.items():
            text = text.replace(f"@{name}/", f"{prefix}/")
        return tuple(text.split(_ALTERNATIVE)) if text else ()

    rows = cast("dict[str, tuple[str, str, str]]", table["fields"])
    below: dict[str, dict[str, Any]] = {
        k: v for k, v in table.items() if isinstance(v, dict) and k != "fields"
    }
    return Group(
        ubl=paths(table.get("ubl", "")),
        cii=paths(table.get("cii", "")),
        fields={k: Term(term, paths(ubl), paths(cii)) for k, (term, ubl, cii) in rows.items()},
        groups={k: _group(v, short) for k, v in below.items()},
        coded=frozenset(table.get("coded", ())),
        compact=frozenset(table.get("compact", ())),
        join=frozenset(table.get("join", ())),
        latest=frozenset(table.get("latest", ())),
    )


INVOICE = load(Path(__file__).with_name("terms.toml"))
"""The terms of an invoice, the root of all groups."""
