"""Hours: the tenant's time, in which people are at work and days begin and end."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["zone_of"]

ZONE = "Europe/Berlin"
"""Where a tenant is whose data name no `timezone`."""


def zone_of(limits: Mapping[str, Any]) -> ZoneInfo:
    """The tenant's time zone (`timezone` of the tenant's data, a name of the IANA database)."""
    return ZoneInfo(str(limits.get("timezone", ZONE)))
