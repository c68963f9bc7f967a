"""Treasury of a world: the own account that payments are made from.

treasury.json    {"holder": "Nordwerk Maschinenbau GmbH", "iban": "DE…", "signers": [...]}

What else may be set, and what holds where nothing is, says `policies/treasury.toml`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.part import Part, no_rows
from tools.rows import read_json

_FILE = "treasury.json"


def _limits(folder: Path) -> Mapping[str, Any]:
    return read_json(folder / _FILE, dict) or {}


TREASURY = Part("treasury", (_FILE,), _limits, no_rows)
"""The part that a `treasury.json` in the world makes."""
