"""The port of sanctions screening."""

from typing import Protocol

from leitstand.tool import Port
from tools.sanctions.register import Block, LoggedScreening, LogScreening, SetBlock
from tools.sanctions.screening import Screen, Screened


class Sanctions(Port, Protocol):
    """A screening service with its register.

    Raises Missing without a list, and only `CallFailed` otherwise.
    """

    async def screen(self, args: Screen) -> Screened:
        """Entries that resemble the names."""
        ...

    async def log(self, args: LogScreening, key: str) -> LoggedScreening:
        """A screening without a hit, entered."""
        ...

    async def logged(self, key: str) -> LoggedScreening | None:
        """What was entered under `key`, for reconciling."""
        ...

    async def block(self, args: SetBlock, key: str) -> Block:
        """A new block."""
        ...

    async def block_of(self, key: str) -> Block | None:
        """The block that was set under `key`, for reconciling."""
        ...
