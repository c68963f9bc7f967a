"""Tryton in a world: a file of settings that the rules need nothing of, and no rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leitstand.errors import ProjectRefused
from tools.erp.tryton.settings import FILE, read_settings
from tools.part import Part, no_rows
from tools.rows import WorldRefused


def _limits(place: Path) -> Mapping[str, Any]:
    """Nothing; but settings that make no sense are told before the first case."""
    try:
        read_settings(place)
    except ProjectRefused as error:
        raise WorldRefused(error.text, where=error.where, mend=error.advice) from error
    return {}


TRYTON = Part(name="tryton", marks=(FILE,), limits=_limits, read=no_rows)
"""The part that a `tryton.json` in the world makes."""
