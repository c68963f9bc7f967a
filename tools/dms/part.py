"""The DMS of a world: which workflows it has, and which roles each may go to.

dms.json    {"workflows": {"Lesen": ["compliance_officer", "clerk"]}}    may be absent
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from leitstand.values import Frozen
from tools.dms.port import Dms
from tools.dms.workflow import Workflows
from tools.part import Enter, Part, Systems
from tools.rows import Reader, WorldRefused, read_json

_FILE = "dms.json"


class _Settings(Frozen):
    workflows: Workflows = {}


def _settings(folder: Path) -> _Settings:
    given = read_json(folder / _FILE, dict) or {}
    try:
        return _Settings.model_validate(given, strict=False)
    except ValidationError as error:
        wrong = (f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise WorldRefused(f"{_FILE}: {'; '.join(wrong)}", where=str(folder)) from error


def _limits(folder: Path) -> Mapping[str, Any]:
    return _settings(folder).model_dump(mode="json")


def _read(reader: Reader) -> Enter:
    settings = _settings(reader.folder)

    async def enter(systems: Systems) -> tuple[str, ...]:
        await systems[Dms].take_in(settings.workflows)
        return ()

    return enter


DMS = Part("dms", (_FILE,), _limits, _read)
"""The part that a `dms.json` in the world makes."""
