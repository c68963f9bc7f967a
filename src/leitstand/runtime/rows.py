"""Rows: a file of JSON lines, each of which is a case of a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson
from pydantic import TypeAdapter, ValidationError

from leitstand.digest import canonical
from leitstand.errors import UsageRefused
from leitstand.project import Project

__all__ = ["CaseRow", "read_rows"]

_NOT_GIVEN = ("case", "truth")
"""What a row says about the case, and what nobody who works on it may see."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One row: the name of its case, the input of the role, and the truth if it holds one."""

    name: str
    given: Mapping[str, Any]
    truth: Mapping[str, Any]


def read_rows(project: Project, role: str, file: Path) -> list[CaseRow]:
    """The cases of a file, in its order; rows without a name are called by their line.

    Raises UsageRefused: it cannot be read, is empty, or a row is no case; all such rows are named.
    """
    rows: list[CaseRow] = []
    wrong: list[str] = []
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(_row(project, role, number, orjson.loads(line)))
        except (ValidationError, ValueError, TypeError) as error:
            wrong.append(f"line {number}: {_first(error)}")
    if wrong or not rows:
        msg = "; ".join(wrong) or "there is no row in it"
        raise UsageRefused(msg, where=str(file), mend="give one JSON object a line")
    return rows


def _row(project: Project, role: str, number: int, raw: object) -> CaseRow:
    if not isinstance(raw, dict):
        msg = "not an object"
        raise TypeError(msg)
    row = cast("dict[str, Any]", raw)
    make = project.rows.get(role)
    asked = {k: v for k, v in row.items() if k not in _NOT_GIVEN}
    given = make(asked) if make is not None else asked
    compiled = project.roles.get(role)
    if compiled is not None:
        TypeAdapter[Any](compiled.state).validate_json(canonical(dict(given)))
    return CaseRow(str(row.get("case") or number), given, row.get("truth") or {})


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageRefused(f"the file cannot be read: {error}", where=str(file)) from error


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        one = error.errors()[0]
        return f"`{'.'.join(map(str, one['loc']))}` {one['msg']}"
    return str(error)
