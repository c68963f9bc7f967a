"""The port of the service desk."""

from typing import Protocol

from leitstand.tool import Port
from tools.tickets.machine import FindMachines, FoundMachines
from tools.tickets.ticket import CreateTicket, Ticket


class Service(Port, Protocol):
    """A service desk. Raises only `CallFailed`."""

    async def find_machines(self, args: FindMachines) -> FoundMachines:
        """Machines by serial numbers."""
        ...

    async def create(self, args: CreateTicket, key: str) -> Ticket:
        """A new ticket."""
        ...

    async def ticket_of(self, key: str) -> Ticket | None:
        """The ticket that was created under `key`, for reconciling."""
        ...
