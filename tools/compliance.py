"""What the compliance department adds to a company's world.

compliance.json      settings, see policies/compliance.toml    may be absent
retention.json       how long each kind of record is kept      may be absent
sanctions*.jsonl     the sanctions list, in one file or several; or beside the folder
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.part import Enter, Part, Systems
from tools.rows import Reader, read_json
from tools.sanctions import ListEntry, Sanctions

__all__ = ["COMPLIANCE"]

_LISTS = "sanctions*.jsonl"


def _limits(folder: Path) -> Mapping[str, Any]:
    own = read_json(folder / "compliance.json", dict) or {}
    table = read_json(folder / "retention.json", list)
    return {**own, **({"retention": table} if table is not None else {})}


def _read(reader: Reader) -> Enter:
    near = reader if next(reader.folder.glob(_LISTS), None) else Reader(reader.folder.parent)
    files = sorted(near.folder.glob(_LISTS))
    lists = [near.read(file.stem, ListEntry, lambda e: e.id) for file in files]
    near.check()

    async def enter(systems: Systems) -> tuple[str, ...]:
        if lists:
            await systems[Sanctions].take_in([e for one in lists for e in one or ()])
        return ()

    return enter


COMPLIANCE = Part("compliance", ("retention.json", "compliance.json", _LISTS), _limits, _read)
