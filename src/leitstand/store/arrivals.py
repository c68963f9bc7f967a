"""Arrivals from outside: the record of each, and its cases, in one commit under a unique key.

What comes in through a trigger may come any number of times, since it is let go only after this
commit. The key is taken once: the same key gives the same cases.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, insert, select

from leitstand.store.arrival import NewCase, Tell, give_birth, tell
from leitstand.store.schema import arrivals
from leitstand.store.store import Store


class Arrived(NamedTuple):
    """What became of something that came in; it names nobody and says nothing of its content.

    `outcome`: `cases`, `sealed` or `refused`, then `reason` says why; `begun` is where a schedule
    starts. `name` is its place in the trigger (UIDVALIDITY and UID, or a time), `sender` a digest.
    """

    key: str
    trigger: str
    name: str
    outcome: str
    reason: str = ""
    place: str = ""
    sender: str = ""
    cases: tuple[str, ...] = ()
    at: float = 0.0


async def arrive(
    store: Store, new: Arrived, born: Sequence[NewCase], told: Sequence[Tell] = ()
) -> Arrived:
    """Record an arrival with its cases and what they are told; what is recorded if it came before.

    Then nothing is written. Raises StoreFailed.
    """

    def write(conn: Connection) -> Arrived:
        known = conn.execute(select(arrivals).where(arrivals.c.key == new.key)).first()
        if known is not None:
            return _read(known)
        if born:
            give_birth(conn, born)
        if told:
            tell(conn, told)
        made = new._replace(cases=tuple(one.case.ulid for one in born))
        conn.execute(insert(arrivals).values({**made._asdict(), "cases": " ".join(made.cases)}))
        return made

    return await store.writer.work(write)


async def arrived(store: Store, key: str) -> Arrived | None:
    """What became of the arrival of this key, if it came before."""
    query = select(arrivals).where(arrivals.c.key == key)
    found = await store.read(lambda conn: conn.execute(query).first())
    return _read(found) if found is not None else None


async def last_name(store: Store, trigger: str) -> str:
    """The greatest name that came in through a trigger; empty if nothing has."""
    query = select(func.max(arrivals.c.name)).where(arrivals.c.trigger == trigger)
    return await store.read(lambda conn: conn.execute(query).scalar()) or ""


async def often(store: Store, sender: str, since: float) -> int:
    """How many arrivals there were of a sender (its digest) since a time."""
    query = select(func.count()).where(arrivals.c.sender == sender, arrivals.c.at >= since)
    return await store.read(lambda conn: int(conn.execute(query).scalar_one()))


async def list_arrivals(store: Store, limit: int) -> list[Arrived]:
    """The latest arrivals, the newest first."""
    query = select(arrivals).order_by(arrivals.c.at.desc()).limit(limit)
    return [_read(row) for row in await store.read(lambda conn: conn.execute(query).all())]


def _read(row: Row[tuple[object, ...]]) -> Arrived:
    found = Arrived(*row)
    return found._replace(cases=tuple(str(row.cases).split()))
