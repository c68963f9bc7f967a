"""What people ask a store: what waits for whom, which cases there are, what they did, what stuck.

Lists come in parts: give the `place` of the last entry as `after` to go on. None of them opens a
journal but the ones that say why a case left or was held, and those for the entries they return
only.
"""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, tuple_

from leitstand.errors import Erased
from leitstand.records import Case, EffectState, Event, Exit, Kind, Status
from leitstand.store.page import Page, open_page, unwrap
from leitstand.store.schema import PAGE_SHIFT, approvals, cases, checkpoints, effects, keys, pages
from leitstand.store.store import Store, case_of

__all__ = [
    "Entry",
    "Filter",
    "Left",
    "Place",
    "Stopped",
    "Waiting",
    "Written",
    "cases_of",
    "counts",
    "effects_of",
    "exceptions",
    "held",
    "waiting",
    "waiting_in",
]

Place = tuple[float, str]
"""Where an entry stands in its list: its time, then its name."""

_STATUSES: tuple[Status, ...] = (
    "ready",
    "running",
    "waiting",
    "done",
    "rejected",
    "exception",
    "held",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open checkpoint. `signed` counts answers that came in, valid or not: the guard judges.

    `opened` and `expires` in seconds since the epoch, 0 = never.
    """

    id: str
    case: str
    title: str
    role: str
    requester: str
    tool: str
    roles: tuple[str, ...]
    approvers: int
    signed: int
    opened: float
    expires: float

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return (self.opened, self.id)


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in a list. `reason`: an exception's cause or why it is held; times since the epoch."""

    case: Case
    status: Status
    reason: str
    events: int
    opened: float
    changed: float

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return (self.changed, self.case.ulid)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases are asked for; what is empty does not count. `text` is part of the title."""

    statuses: tuple[Status, ...] = ()
    role: str = ""
    reason: str = ""
    text: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A case that left the automation; `exit` is None if it was erased since."""

    entry: Entry
    exit: Exit | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A case that is held, and what was recorded about it."""

    entry: Entry
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """An effect: the write, where it was called, and how far it got. `at` since the epoch."""

    key: str
    tool: str
    address: str
    state: EffectState
    at: float


async def waiting(
    store: Store,
    tenant: str,
    *,
    roles: Collection[str] | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[Waiting]:
    """Open checkpoints of a tenant, oldest first; with `roles` those that they may decide."""

    def ask(conn: Connection) -> list[Waiting]:
        query = _open(tenant, after).limit(limit)
        if roles is None:
            return [_waiting(row) for row in conn.execute(query)]
        # The index answers for one set of roles in order; there are few sets, so they are merged.
        sets = [s for s in _role_sets(conn, tenant) if not set(roles).isdisjoint(s.split(","))]
        runs = [conn.execute(query.where(checkpoints.c.roles == one)).all() for one in sets]
        found = [_waiting(row) for run in runs for row in run]
        return sorted(found, key=lambda one: one.place)[:limit]

    return await store.read(ask)


async def waiting_in(store: Store, ulid: str) -> list[Waiting]:
    """The open checkpoints of one case, oldest first: the siblings of each other."""
    query = _WAITING.where(cases.c.ulid == ulid, checkpoints.c.state == "open")
    return await store.read(lambda conn: [_waiting(row) for row in conn.execute(query)])


async def cases_of(
    store: Store,
    tenant: str,
    which: Filter | None = None,
    *,
    after: Place | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Cases of a tenant, those that changed last first."""
    which = which or Filter()
    return await store.read(lambda conn: _entries(conn, tenant, which, after, limit))


async def counts(store: Store, tenant: str) -> dict[Status, int]:
    """How many cases a tenant has in each status."""
    query = select(cases.c.status, func.count()).where(cases.c.tenant == tenant)
    found = await store.read(lambda conn: dict(conn.execute(query.group_by(cases.c.status)).all()))
    return {status: found.get(status, 0) for status in _STATUSES}


async def effects_of(store: Store, ulid: str) -> list[Written]:
    """What a case wrote or may have written, in the order of its intents."""
    query = (
        select(effects.c.key, effects.c.tool, effects.c.address, effects.c.state, effects.c.at)
        .join(cases, cases.c.case_no == effects.c.case_no)
        .where(cases.c.ulid == ulid)
        .order_by(effects.c.at, effects.c.address)
    )
    return await store.read(lambda conn: [Written(*row) for row in conn.execute(query)])


async def held(
    store: Store, tenant: str, *, after: Place | None = None, limit: int = 50
) -> list[Stopped]:
    """Cases that are held, with what was recorded about each."""

    def ask(conn: Connection) -> list[Stopped]:
        found = _entries(conn, tenant, Filter(statuses=("held",)), after, limit)
        bodies = _last(conn, store.master, found, "held")
        return [Stopped(e, bodies.get(e.case.no, {}).get("text", "")) for e in found]

    return await store.read(ask)


async def exceptions(
    store: Store,
    tenant: str,
    *,
    cause: str = "",
    after: Place | None = None,
    limit: int = 50,
) -> list[Left]:
    """The exception queue: cases that left with one of the three causes, and for whom."""

    def ask(conn: Connection) -> list[Left]:
        which = Filter(statuses=("exception",), reason=cause)
        found = _entries(conn, tenant, which, after, limit)
        bodies = _last(conn, store.master, found, "exit")
        return [Left(e, _exit(bodies.get(e.case.no))) for e in found]

    return await store.read(ask)


def _open(tenant: str, after: Place | None) -> Select[Any]:
    query = _WAITING.where(checkpoints.c.tenant == tenant, checkpoints.c.state == "open")
    if after is None:
        return query
    # The first condition is what the index can use.
    place = tuple_(checkpoints.c.opened, checkpoints.c.id)
    return query.where(checkpoints.c.opened >= after[0], place > after)


def _role_sets(conn: Connection, tenant: str) -> Iterator[str]:
    """The sets of roles that open checkpoints name, each found with one step in the index."""
    last = ""
    while True:
        last = conn.execute(_NEXT_ROLES, {"tenant": tenant, "last": last}).scalar()
        if last is None:
            return
        yield last


def _entries(
    conn: Connection, tenant: str, which: Filter, after: Place | None, limit: int
) -> list[Entry]:
    """One question a status, each of which the index answers in order; then merged."""
    runs = [
        _run(conn, _narrow(tenant, status, which, after).limit(limit))
        for status in which.statuses or _STATUSES
    ]
    merged = heapq.merge(*runs, key=lambda e: e.place, reverse=True)
    return [entry for entry, _ in zip(merged, range(limit), strict=False)]


def _run(conn: Connection, query: Select[Any]) -> list[Entry]:
    return [
        Entry(
            case_of(row),
            row.status,
            row.reason,
            row.seq,
            row.opened,
            row.changed,
        )
        for row in conn.execute(query)
    ]


def _narrow(tenant: str, status: Status, which: Filter, after: Place | None) -> Select[Any]:
    query = _CASES.where(cases.c.tenant == tenant, cases.c.status == status)
    wanted: list[tuple[ColumnElement[Any], str]] = [
        (cases.c.role, which.role),
        (cases.c.reason, which.reason),
        (cases.c.parent, which.parent),
    ]
    query = query.where(*(column == value for column, value in wanted if value))
    if which.text:
        query = query.where(cases.c.title.icontains(which.text, autoescape=True))
    if after is not None:
        place = tuple_(cases.c.changed, cases.c.ulid)
        query = query.where(cases.c.changed <= after[0], place < after)
    return query


def _waiting(row: Any) -> Waiting:  # noqa: ANN401 a row of the question below
    return Waiting(
        id=row.id,
        case=row.ulid,
        title=row.title,
        role=row.role,
        requester=row.requester,
        tool=row.tool,
        roles=tuple(row.roles.split(",")) if row.roles else (),
        approvers=row.approvers,
        signed=row.signed,
        opened=row.opened,
        expires=row.expires,
    )


def _last(
    conn: Connection, master: bytes, entries: Sequence[Entry], kind: Kind
) -> dict[int, dict[str, Any]]:
    """By case number the body of its last event of `kind`; erased cases are left out."""
    found: dict[int, dict[str, Any]] = {}
    wrapped = dict(conn.execute(_KEYS, {"numbers": [e.case.no for e in entries]}).all())
    for case in (entry.case for entry in entries):
        try:
            key = unwrap(master, wrapped.get(case.no, b""), case.ulid)
        except Erased:
            continue
        span = {"low": case.no << PAGE_SHIFT, "high": (case.no + 1) << PAGE_SHIFT}
        backwards = (Page(at, headers, body) for at, headers, body in conn.execute(_BACK, span))
        event = next((e for page in backwards for e in _of(kind, open_page(page, key))), None)
        if event is not None:
            found[case.no] = orjson.loads(event.body)
    return found


def _of(kind: Kind, events: Iterator[Event]) -> list[Event]:
    return [event for event in events if event.kind == kind][-1:]


def _exit(body: dict[str, Any] | None) -> Exit | None:
    return Exit.model_validate_json(orjson.dumps(body)) if body is not None else None


_CASES = select(cases).order_by(cases.c.changed.desc(), cases.c.ulid.desc())
_WAITING = (
    select(
        checkpoints,
        cases.c.ulid,
        cases.c.title,
        cases.c.role,
        cases.c.requester,
        select(func.count(func.distinct(approvals.c.person)))
        .where(approvals.c.checkpoint == checkpoints.c.id)
        .scalar_subquery()
        .label("signed"),
    )
    .join(cases, cases.c.case_no == checkpoints.c.case_no)
    .order_by(checkpoints.c.opened, checkpoints.c.id)
)
_NEXT_ROLES = select(func.min(checkpoints.c.roles)).where(
    checkpoints.c.tenant == bindparam("tenant"),
    checkpoints.c.state == "open",
    checkpoints.c.roles > bindparam("last"),
)
_KEYS = select(keys.c.case_no, keys.c.wrapped).where(
    keys.c.case_no.in_(bindparam("numbers", expanding=True))
)
_BACK = (
    select(pages.c.page, pages.c.headers, pages.c.body)
    .where(pages.c.page >= bindparam("low"), pages.c.page < bindparam("high"))
    .order_by(pages.c.page.desc())
)
