"""The port of intakes."""

from typing import Protocol

from leitstand.tool import Port
from tools.intake.sibling import FindSiblings, FoundSiblings


class Intakes(Port, Protocol):
    """What was received together. Raises only `CallFailed`: Missing for an unknown intake."""

    async def siblings(self, args: FindSiblings) -> FoundSiblings:
        """The other invoices of an intake."""
        ...
