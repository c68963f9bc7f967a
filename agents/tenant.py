"""A company's own data as the rules need them, checked before the first case."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policies.facts.limits import limits_of
from policies.facts.sales.limits import sales_limits
from tools import world as books
from tools.rows import WorldRefused

__all__ = ["limits"]

_LOG = logging.getLogger("leitstand.world")


def limits(world: Path) -> Mapping[str, Any]:
    """What a world's `policy.json` and its departments set.

    Raises WorldRefused: it is absent or no JSON object, or a key that the rules need is missing or
    has no sense; all such keys are named.
    """
    data = books.limits(world)
    if "sales" in data:
        _of_sales(data, world)
    if not (world / "policy.json").is_file():
        return data
    try:
        limits_of(data)
    except ValidationError as error:
        wrong = (f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise WorldRefused(f"policy.json: {'; '.join(wrong)}", where=str(world)) from error
    return data


def _of_sales(data: Mapping[str, Any], world: Path) -> None:
    """Check the sales data; categories that no word list knows are named, no mail is put there."""
    try:
        unknown = sales_limits(data).unknown_words
    except ValidationError as error:
        wrong = (f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise WorldRefused(f"sales: {'; '.join(wrong)}", where=str(world)) from error
    if unknown:
        _LOG.warning("%s: categories that nobody knows: %s", world.name, ", ".join(unknown))
