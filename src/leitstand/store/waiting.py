"""What waits: the open checkpoints of a tenant, from the projection alone: no journal is opened.

The list comes in parts: give the `place` of the last entry as `after` to go on.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    select,
    true,
    tuple_,
)

from leitstand.store.schema import cases, checkpoints
from leitstand.store.store import Store

Place = tuple[float, str]
"""Where an entry stands in its list: its time, then its name."""


class Waiting(NamedTuple):
    """An open checkpoint, its case, and on whose behalf that runs.

    `opened` in seconds since the epoch; `seq` and `pending` move whenever anything happens to the
    case.
    """

    id: str
    opened: float
    case: str
    requester: str
    seq: int
    pending: int

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return (self.opened, self.id)


async def waiting(
    store: Store,
    tenant: str,
    *,
    roles: Collection[str] | None = None,
    after: Place | None = None,
    limit: int = 50,
    seen: ColumnElement[bool] | None = None,
) -> list[Waiting]:
    """Open checkpoints of a tenant, oldest first; with `roles` those that they may decide.

    `seen`: a condition on their cases.
    """

    def ask(conn: Connection) -> list[Waiting]:
        query = _open(tenant, after).where(true() if seen is None else seen).limit(limit)
        # The index answers for one set of roles in order; there are few sets, so they are merged.
        known = _role_sets(conn, tenant)
        sets = [s for s in known if roles is None or not set(roles).isdisjoint(s.split(","))]
        runs = [conn.execute(query.where(checkpoints.c.roles == one)).all() for one in sets]
        found = [Waiting(*row) for run in runs for row in run]
        return sorted(found, key=lambda one: one.place)[:limit]

    return await store.read(ask)


def beyond(
    at: ColumnElement[Any], name: ColumnElement[Any], after: Place | None, *, newest: bool = False
) -> ColumnElement[bool]:
    """What comes after a place in a list ordered by these two columns, the oldest first or last."""
    if after is None:
        return true()
    place = tuple_(at, name)
    # The first condition is what an index can use.
    return and_(at <= after[0], place < after) if newest else and_(at >= after[0], place > after)


def _open(tenant: str, after: Place | None) -> Select[Any]:
    query = _WAITING.where(checkpoints.c.tenant == tenant, checkpoints.c.state == "open")
    return query.where(beyond(checkpoints.c.opened, checkpoints.c.id, after))


def _role_sets(conn: Connection, tenant: str) -> Iterator[str]:
    """The sets of roles that open checkpoints name, each found with one step in the index."""
    last: str | None = ""
    while last is not None:
        yield last
        last = conn.execute(_NEXT_ROLES, {"tenant": tenant, "last": last}).scalar()


_WAITING = (
    select(
        checkpoints.c.id,
        checkpoints.c.opened,
        cases.c.ulid,
        *(cases.c[name] for name in Waiting._fields[3:]),
    )
    .join(cases, cases.c.case_no == checkpoints.c.case_no)
    .order_by(checkpoints.c.opened, checkpoints.c.id)
)
_NEXT_ROLES = select(func.min(checkpoints.c.roles)).where(
    checkpoints.c.tenant == bindparam("tenant"),
    checkpoints.c.state == "open",
    checkpoints.c.roles > bindparam("last"),
)
