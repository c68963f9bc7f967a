"""A company's own data as the rules need them, checked before the first case."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policies.facts.compliance.limits import compliance_limits
from policies.facts.hr.limits import hr_limits_of
from policies.facts.limits import limits_of
from policies.facts.sales.limits import sales_limits
from policies.facts.treasury.limits import treasury_limits_of
from tools import world as books
from tools.rows import WorldRefused

Read = Callable[[Mapping[str, Any]], object]
_DEPARTMENTS: Mapping[str, Read] = {
    "sales": sales_limits,
    "hr": hr_limits_of,
    "compliance": compliance_limits,
    "treasury": treasury_limits_of,
}
"""What reads the data of a department; each refuses what has no sense."""
_LOG = logging.getLogger("leitstand.world")


def limits(world: Path) -> Mapping[str, Any]:
    """What a world's `policy.json` and its departments set.

    Raises WorldRefused: it is absent or no JSON object, or a key that the rules need is missing or
    has no sense; all such keys are named.
    """
    data = books.limits(world)
    for department, read in _DEPARTMENTS.items():
        if department in data:
            _check(read, data, department, world)
    if "sales" in data and (unknown := sales_limits(data).unknown_words):
        _LOG.warning("%s: categories that nobody knows: %s", world.name, ", ".join(unknown))
    if (world / "policy.json").is_file():
        _check(limits_of, data, "policy.json", world)
    return data


def _check(read: Read, data: Mapping[str, Any], what: str, world: Path) -> None:
    """Read data for their errors alone. Raises WorldRefused: some have no sense, all named."""
    try:
        read(data)
    except ValidationError as error:
        wrong = (f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise WorldRefused(f"{what}: {'; '.join(wrong)}", where=str(world)) from error
