"""Compliance's part of a world: its settings, the retention table, the sanctions list.

compliance.json      settings, see policies/compliance.toml    may be absent
retention.json       how long each kind of record is kept      may be absent
sanctions*.jsonl     the sanctions list, in one file or several; or beside the folder
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from tools.part import Enter, Part
from tools.rows import Reader, WorldRefused, parse_json
from tools.sanctions import ListEntry, Sanctions

__all__ = ["COMPLIANCE"]

_LISTS = "sanctions*.jsonl"


def _limits(folder: Path) -> Mapping[str, Any]:
    own: dict[str, Any] = _json(folder / "compliance.json", dict) or {}
    table = _json(folder / "retention.json", list)
    return {**own, **({"retention": table} if table is not None else {})}


def _read(reader: Reader) -> Enter:
    near = reader if next(reader.folder.glob(_LISTS), None) else Reader(reader.folder.parent)
    files = sorted(near.folder.glob(_LISTS))
    lists = [near.read(file.stem, ListEntry, lambda e: e.id) for file in files]
    near.check()

    async def enter(systems: Mapping[type, Any]) -> tuple[str, ...]:
        if lists:
            await systems[Sanctions].take_in([e for one in lists for e in one or ()])
        return ()

    return enter


def _json(path: Path, kind: type) -> Any:  # noqa: ANN401 - the caller knows what it asked for
    if not path.is_file():
        return None
    try:
        parsed = parse_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise WorldRefused(f"{path.name} is no JSON: {error}", where=str(path.parent)) from error
    if not isinstance(parsed, kind):
        raise WorldRefused(f"{path.name} is no {kind.__name__}", where=str(path.parent))
    return cast("Any", parsed)


COMPLIANCE = Part("compliance", ("retention.json", "compliance.json", _LISTS), _limits, _read)
