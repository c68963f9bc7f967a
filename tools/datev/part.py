"""The DATEV connection of a world: a file of settings, and what the rules may know of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leitstand.errors import ProjectRefused
from tools.datev.settings import FILE, read_settings
from tools.part import Part, no_rows
from tools.rows import WorldRefused


def _limits(place: Path) -> Mapping[str, Any]:
    """What a received invoice is called and where it is filed: no secrets, no addresses."""
    try:
        settings = read_settings(place)
    except ProjectRefused as error:
        raise WorldRefused(error.text, where=error.where, mend=error.advice) from error
    if settings is None:
        return {}
    return settings.model_dump(mode="json", include={"client", "document_type", "filed"})


DATEV = Part(name="datev", marks=(FILE,), limits=_limits, read=no_rows)
"""The part that a `datev.json` in the world makes."""
