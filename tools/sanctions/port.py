"""The port of sanctions screening."""

from typing import Protocol

from leitstand.tool import Port
from tools.sanctions.screening import Screen, Screened

__all__ = ["Sanctions"]


class Sanctions(Port, Protocol):
    """A screening service. Raises Missing without a list, and only `CallFailed` otherwise."""

    async def screen(self, args: Screen) -> Screened:
        """Entries that resemble the names."""
        ...
