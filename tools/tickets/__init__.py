"""Service: tickets in the queue of those who do the work, and the machines at customers'."""

from leitstand.tool import tool
from tools.tickets.machine import FindMachines, FoundMachines, Machine
from tools.tickets.port import Service
from tools.tickets.ticket import CreateTicket, Ticket

__all__ = [
    "CreateTicket",
    "FindMachines",
    "FoundMachines",
    "Machine",
    "Service",
    "Ticket",
    "create_ticket",
    "find_machines",
]


async def _ticket(key: str, service: Service) -> Ticket | None:
    return await service.ticket_of(key)


@tool("service.machine.find")
async def find_machines(args: FindMachines, service: Service) -> FoundMachines:
    """Find machines at customers' by their serial numbers."""
    return await service.find_machines(args)


# No business key: two mails about one machine are two tickets until a person joins them.
@tool("ticket.create", writes="ticket", idempotent=True, reconcile=_ticket)
async def create_ticket(args: CreateTicket, service: Service, key: str) -> Ticket:
    """Create a ticket in a queue."""
    return await service.create(args, key)
