"""The embedded service desk."""

from leitstand.clock import FixedClock
from tools.database import Database, Tenancy
from tools.tickets import CreateTicket, FindMachines, Machine
from tools.tickets.embedded import EmbeddedService

ARGS = CreateTicket(category="stoerung", priority="P1", queue="hotline", title="stoerung P1")


async def test_tickets_are_created_once_and_machines_found_by_any_writing(
    database: Database, clock: FixedClock
) -> None:
    """Signs and blanks in serial numbers do not count."""
    service = EmbeddedService(Tenancy(database, "nord", clock))
    await service.prepare()
    first = await service.create(ARGS, "k1")
    assert await service.create(ARGS, "k1") == first == await service.ticket_of("k1")
    assert (await service.create(ARGS, "k2")).ticket_no != first.ticket_no
    await service.take_in([Machine(serial="20-4711", sku="NW-100")])
    for written in ("20-4711", "20/4711", "204711"):
        (machine,) = (await service.find_machines(FindMachines(serials=(written,)))).value
        assert machine.sku == "NW-100"
    assert not (await service.find_machines(FindMachines(serials=("20-4712",)))).value
