"""Moving: a case that nobody works on goes over to another version of its role, on record."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from leitstand.digest import canonical
from leitstand.records import Case, Event
from leitstand.store.batch import Append, Batch, Close
from leitstand.store.page import CaseKey
from leitstand.store.schema import cases
from leitstand.store.store import Store

IDLE = ("ready", "waiting", "held")


class Movable(NamedTuple):
    """A case of another version as it was found; it moves only if it is still so."""

    ulid: str
    version: str
    status: str
    fence: int
    seq: int


async def movable(store: Store, role: str, version: str) -> list[Movable]:
    """Cases of `role` that are under way, not of `version`, and that no burst works on."""
    query = select(cases.c.ulid, cases.c.version, cases.c.status, cases.c.fence, cases.c.seq).where(
        cases.c.role == role, cases.c.version != version, cases.c.status.in_(IDLE)
    )
    return await store.read(lambda conn: [Movable(*row) for row in conn.execute(query)])


async def record_move(
    store: Store, found: Movable, case: Case, key: CaseKey, version: str, course: str
) -> bool:
    """Record that a case goes on with `version`; False if it went on with the old one meanwhile.

    Status and time of its next burst stay; an older holder of the case can append no more.
    """
    raw = canonical({"from": found.version, "to": version, "course": course})
    event = Event("moved", "", raw, key.digest(raw))
    bodies, at = key.encrypt(raw), store.clock.time()

    def write(conn: Connection) -> bool:
        row = conn.execute(select(cases).where(cases.c.case_no == case.no)).one()
        if (row.status, row.fence, row.seq) != (found.status, found.fence, found.seq):
            return False
        batch = Batch(conn)
        close = Close(row.status, row.reason, row.due)
        batch.add(Append(case.no, case.tenant, row.fence, at, (event,), bodies, close=close))
        batch.flush()
        conn.execute(cases.update().where(cases.c.case_no == case.no).values(version=version))
        return True

    return await store.writer.work(write)
