"""Time, identifiers and randomness, in one place that a replay or a test can put its own in."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ulid import ULID

from leitstand.errors import ProjectRefused

ZONE = "Europe/Berlin"
"""Where a tenant is whose data name no `timezone`."""
_DRAW = 4096


class Clock(Protocol):
    """What Leitstand knows of time and chance. Wall time in seconds since the epoch, UTC."""

    def time(self) -> float:
        """Wall clock, seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Clock for leases and timeouts, seconds; never goes back."""
        ...

    def ulid(self) -> str:
        """A new sortable identifier of 26 characters."""
        ...

    def token(self, size: int) -> bytes:
        """`size` unpredictable bytes, for keys and nonces."""
        ...


class SystemClock:
    """The machine's own clock and source of randomness."""

    def __init__(self) -> None:
        self._pool = b""

    def time(self) -> float:
        """Wall clock, seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Monotonic clock of this machine, seconds."""
        return time.monotonic()

    def ulid(self) -> str:
        """A new ULID."""
        return str(ULID())

    def token(self, size: int) -> bytes:
        """Bytes of the operating system's generator, drawn in bulk; none is given out twice."""
        if len(self._pool) < size:
            self._pool = os.urandom(max(size, _DRAW))
        taken, self._pool = self._pool[:size], self._pool[size:]
        return taken


@dataclass
class FixedClock(SystemClock):
    """A clock that began at `start` and runs on from there: for a world with a date of its own.

    Timeouts stay real; identifiers and keys stay unpredictable.
    """

    start: datetime

    def __post_init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def time(self) -> float:
        """The start, moved on by the time since this clock was made."""
        return self.start.astimezone(UTC).timestamp() + time.monotonic() - self._began


def zone_of(limits: Mapping[str, Any]) -> ZoneInfo:
    """The zone that the tenant's data name (IANA). Raises ProjectRefused: there is no such zone."""
    name = str(limits.get("timezone", ZONE))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ProjectRefused(f"no time zone `{name}`", where="timezone") from error
