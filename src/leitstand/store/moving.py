"""Moving: a case that nobody works on goes over to another version of its role, on record."""

from typing import NamedTuple

from sqlalchemy import select

from leitstand.store.handling import event_of, record
from leitstand.store.journal import Journal
from leitstand.store.schema import cases
from leitstand.store.store import Store

IDLE = ("ready", "waiting", "held")


class Movable(NamedTuple):
    """A case of another version as it was found; it moves only if it is still so."""

    ulid: str
    version: str
    status: str


async def movable(store: Store, role: str, version: str) -> list[Movable]:
    """Cases of `role` that are under way, not of `version`, and that no burst works on."""
    query = select(*(cases.c[name] for name in Movable._fields)).where(
        cases.c.role == role, cases.c.version != version, cases.c.status.in_(IDLE)
    )
    return await store.read(lambda conn: [Movable(*row) for row in conn.execute(query)])


async def record_move(
    store: Store, journal: Journal, found: Movable, version: str, course: str
) -> bool:
    """Record that a case goes on with `version`; False if it went on with the old one meanwhile.

    Status and time of its next burst stay.
    """
    body = {"from": found.version, "to": version, "course": course}
    moved = event_of(journal, "moved", "", body)
    return await record(store, journal, [moved], status=found.status, row={"version": version})
