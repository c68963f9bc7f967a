"""The port of the payroll system."""

from typing import Protocol

from leitstand.tool import Port
from tools.payroll.entry import EnterChange, Entry, FindEntries, FoundEntries


class Payroll(Port, Protocol):
    """A payroll system. Every write takes the idempotency key. Raises only `CallFailed`."""

    async def find_entries(self, args: FindEntries) -> FoundEntries:
        """What was entered for an employee."""
        ...

    async def enter(self, args: EnterChange, key: str) -> Entry:
        """An approved change in the run of its month."""
        ...

    async def entry_of(self, key: str) -> Entry | None:
        """What was entered under `key`, for reconciling."""
        ...
