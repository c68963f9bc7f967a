"""Shadow operation: what is read is real, what is written goes to twins and never leaves.

A role runs beside the people who do the work. Its writes are carried out on embedded twins, so that
the case goes on; what a twin alone can know (a document that was stored there, a voucher that was
drafted there) is asked of it after the real system has said that it knows nothing of it.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel

from leitstand.errors import Missing
from leitstand.guard.systems import Systems
from leitstand.tool import Connection, Tool
from leitstand.values import Reading


class Shadow:
    """`Wires` with two ends: `real` connections are read, `twins` are read and written.

    A port without a twin cannot be written: its tools fail as Unreachable.
    """

    __slots__ = ("_real", "_twins", "sent")

    def __init__(self, real: Sequence[Connection], twins: Sequence[Connection]) -> None:
        self._real = Systems(real)
        self._twins = Systems(twins)
        self.sent: dict[str, float] = self._twins.sent

    def connection(self, tool: Tool[Any, Any]) -> Connection:
        """The twin that a write goes to. Raises Unreachable: there is none."""
        return self._twins.connection(tool)

    async def read(self, tool: Tool[Any, Any], args: BaseModel, timeout: float) -> BaseModel:
        """What the real system says, or the twin where that knows nothing. Raises CallFailed."""
        if not self._twins.has(tool):
            return await self._real.read(tool, args, timeout)
        if self._real.has(tool):
            with suppress(Missing):
                found = await self._real.read(tool, args, timeout)
                if not _empty(found):
                    return found
        return await self._twins.read(tool, args, timeout)

    async def write(
        self, tool: Tool[Any, Any], args: BaseModel, key: str, timeout: float
    ) -> BaseModel:
        """Carry a write out on the twin. Raises CallFailed or Ambiguous, as the twin does."""
        return await self._twins.write(tool, args, key, timeout)

    async def find(self, tool: Tool[Any, Any], key: str, timeout: float) -> BaseModel | None:
        """Ask the twin for an effect: no other system has any of a case in the shadow."""
        return await self._twins.find(tool, key, timeout)


def _empty(found: BaseModel) -> bool:
    """Whether a reading says that there is nothing: no record, or a list without one."""
    return isinstance(found, Reading) and found.value in (None, (), [])  # pyright: ignore[reportUnknownMemberType]
