"""What the compliance department adds to a company's world.

compliance.json      settings, see policies/compliance.toml    may be absent
retention.json       how long each kind of record is kept      may be absent
sanctions*.jsonl     the sanctions list, in one file or several; or beside the folder
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from tools.part import Enter, Part, Systems
from tools.rows import Reader, WorldRefused, read_json
from tools.sanctions import ListEntry, Sanctions

_LISTS = "sanctions*.jsonl"
_TABLE = "retention.json"


class _Kept(BaseModel):
    """A row of the retention table, as far as it must have sense."""

    type: str
    years: Annotated[int, Field(ge=0, le=200)] | None = None
    months: Annotated[int, Field(ge=0, le=2400)] | None = None
    start: str = ""
    basis: str = ""


def _limits(folder: Path) -> Mapping[str, Any]:
    own = read_json(folder / "compliance.json", dict) or {}
    table = read_json(folder / _TABLE, list)
    try:
        TypeAdapter(list[_Kept]).validate_python(table or [])
    except ValidationError as error:
        wrong = (f"row {e['loc'][0]}: {e['loc'][-1]}: {e['msg']}" for e in error.errors())
        raise WorldRefused(f"{_TABLE}: {'; '.join(wrong)}", where=str(folder)) from error
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


COMPLIANCE = Part("compliance", (_TABLE, "compliance.json", _LISTS), _limits, _read)
