"""Rows: a file of JSON lines, each of which is a case of a role."""

from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson

from leitstand.errors import UsageRefused, ValueRefused
from leitstand.project import Project

_NOT_GIVEN = ("case", "truth", "expected", "why")
"""What a row says about the case, and what nobody who works on it may see."""
_MEND = "give one JSON object a line"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One row: the name of its case, the role's input, the truth if it has one, and all it says."""

    name: str
    given: Mapping[str, Any]
    truth: Mapping[str, Any]
    whole: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that is no case: what it calls itself, where it stands, and what is wrong with it."""

    name: str
    line: int
    error: UsageRefused


def read_rows(project: Project, role: str, file: Path) -> list[CaseRow]:
    """The cases of a file, in its order; rows without a name are called by their line.

    Raises UsageRefused: it cannot be read, is empty, or a row is no case; all such rows are named.
    """
    found = read_lines(project, role, file)
    rows = [one for one in found if isinstance(one, CaseRow)]
    if len(rows) < len(found):
        raise _refused(file, found)
    return rows


def read_lines(project: Project, role: str, file: Path) -> list[CaseRow | BadRow]:
    """The same with what is no case in its place: it keeps none of the others from being worked.

    Raises UsageRefused: the file cannot be read, or there is no case in it.
    """
    found: list[CaseRow | BadRow] = []
    for number, line in enumerate(_lines(file), start=1):
        raw: object = None
        if not line.strip():
            continue
        try:
            raw = orjson.loads(line.decode())
            found.append(_row(project, role, number, raw))
        except (ValueRefused, ValueError, TypeError) as error:
            name = str((_of(raw) or {}).get("case") or number)
            found.append(BadRow(name, number, _wrong(file, number, error)))
    if not any(isinstance(one, CaseRow) for one in found):
        raise _refused(file, found)
    return found


def _row(project: Project, role: str, number: int, raw: object) -> CaseRow:
    row = _of(raw)
    if row is None:
        raise TypeError("not an object")
    asked = {k: v for k, v in row.items() if k not in _NOT_GIVEN}
    given = project.rows[role](asked) if role in project.rows else asked
    if role in project.roles:
        project.roles[role].take(given)
    return CaseRow(str(row.get("case") or number), given, row.get("truth") or {}, row)


def _of(raw: object) -> dict[str, Any] | None:
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else None


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().removeprefix(BOM_UTF8).split(b"\n")
    except OSError as error:
        raise UsageRefused(f"the file cannot be read: {error}", where=str(file)) from error


def _wrong(file: Path, number: int, error: Exception) -> UsageRefused:
    text = f"it cannot be read: {error}" if isinstance(error, UnicodeDecodeError) else str(error)
    text = error.text if isinstance(error, ValueRefused) else text
    return UsageRefused(f"line {number}: {text}", where=str(file), mend=_MEND)


def _refused(file: Path, found: Sequence[CaseRow | BadRow]) -> UsageRefused:
    wrong = [one.error.text for one in found if isinstance(one, BadRow)]
    return UsageRefused("; ".join(wrong) or "there is no row in it", where=str(file), mend=_MEND)
