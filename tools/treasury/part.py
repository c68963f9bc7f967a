"""Treasury of a world: the own account that payments are made from.

treasury.json    {"holder": "Nordwerk Maschinenbau GmbH", "iban": "DE…", "signers": [...]}

What else may be set, and what holds where nothing is, says `policies/treasury.toml`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.part import Enter, Part, Systems
from tools.rows import Reader, read_json

__all__ = ["TREASURY"]

_FILE = "treasury.json"


def _limits(folder: Path) -> Mapping[str, Any]:
    return read_json(folder / _FILE, dict) or {}


def _read(reader: Reader) -> Enter:
    """Nothing: the settings are no rows."""

    async def enter(systems: Systems) -> tuple[str, ...]:
        return ()

    return enter


TREASURY = Part("treasury", (_FILE,), _limits, _read)
"""The part that a `treasury.json` in the world makes."""
