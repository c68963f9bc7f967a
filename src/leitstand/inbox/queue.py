"""The queue: what waits for a decision, and what left the automation to be cleared up by people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from leitstand.inbox.dossier import open_dossier
from leitstand.inbox.handling import may_handle, since_of, takeover_of
from leitstand.inbox.hours import deadlines_of
from leitstand.inbox.pending import find_pending
from leitstand.inbox.seat import holders
from leitstand.inbox.showing import effect_of, meant_by, reason_of
from leitstand.inbox.sight import sight_of
from leitstand.inbox.texts import Texts
from leitstand.policy import Memo
from leitstand.records import Decision, Person
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases, checkpoints
from leitstand.store.waiting import Place, beyond, waiting
from leitstand.store.waiting import Waiting as Open
from leitstand.values import Frozen

SHOWN = 50
"""Entries of each kind that are opened and described; the rest is counted."""


class Waiting(Frozen):
    """A checkpoint that waits: what would happen, who may decide, how many have signed.

    `seen` is the digest of what its card shows, `rules` are those that ask.
    """

    id: str
    seen: str
    tool: str
    rules: tuple[str, ...]
    case: str
    title: str
    effect: str
    roles: tuple[str, ...]
    signed: int
    needed: int
    opened: float
    reversal: str
    yours: bool


class Exceptional(Frozen):
    """A case that left the automation, or is held: why, what it had meant to do, who takes over.

    `since` is when it left, `due` when it should be cleared up (seconds since the epoch; 0 where it
    is held), `resolve` what would resolve it, `supply` the fields that a person may fill in.
    `assigned` is the person it was handed over to; `yours`: the one who looks may handle it.
    `again` is when it is tried again by itself (0: not any more), the `n`-th of `of` times.
    """

    case: str
    title: str
    status: str
    cause: str
    reason: str
    meant: str
    roles: tuple[str, ...]
    changed: float
    since: float
    due: float = 0.0
    overdue: bool = False
    resolve: str = ""
    supply: tuple[str, ...] = ()
    assigned: str = ""
    yours: bool = False
    again: float = 0.0
    n: int = 0
    of: int = 0


class Queue(Frozen):
    """All that waits for people of a tenant, oldest first; `*_total` counts all of it."""

    waiting: tuple[Waiting, ...]
    waiting_total: int
    exceptions: tuple[Exceptional, ...]
    exceptions_total: int


@dataclass(frozen=True, slots=True)
class Row:
    """A waiting card whoever looks at it, and who may not sign it (any more)."""

    entry: Waiting
    taken: frozenset[str]

    def open_to(self, seats: Sequence[Person]) -> bool:
        """Whether somebody may sign: for themselves (the first) or for one who is away."""
        if not seats or seats[0].id in self.taken:
            return False
        free = (p.roles for p in seats if p.id not in self.taken)
        return any(role in self.entry.roles for roles in free for role in roles)


Known = Memo[tuple[object, ...], Row]
"""Rows by card, the state of its case, and language: what has not moved is not read again."""


async def queue_of(
    leitstand: Leitstand, texts: Texts, *, person: str = "", limit: int = SHOWN
) -> Queue:
    """What waits, described in the language of `texts`; `person` marks what they may decide."""
    waits, waiting_total = await waiting_of(leitstand, texts, person=person, limit=limit)
    exceptions, exceptions_total = await exceptions_of(leitstand, texts, person=person, limit=limit)
    return Queue(
        waiting=waits,
        waiting_total=waiting_total,
        exceptions=exceptions,
        exceptions_total=exceptions_total,
    )


async def waiting_of(  # noqa: PLR0913 - which part of the list, and for whom, all by keyword
    leitstand: Leitstand,
    texts: Texts,
    *,
    person: str = "",
    roles: Collection[str] | None = None,
    after: Place | None = None,
    limit: int = SHOWN,
    known: Known | None = None,
) -> tuple[tuple[Waiting, ...], int]:
    """A part of what waits, oldest first, and how many there are in all.

    With `person` only what they see, with `roles` only what these decide; `after` is the place of
    the last entry of the part before.
    """
    tenant, store = leitstand.tenant, leitstand.store
    who, seen = _looking(leitstand, person)
    total = await store.read(lambda c: _count(c, tenant, seen))
    found = await waiting(store, tenant, roles=roles, after=after, limit=limit, seen=seen)
    kept = Known(limit) if known is None else known
    rows = [await _row(leitstand, one, texts, kept) for one in found]
    seats = holders(leitstand, who) if who else ()
    entries = (row.entry.model_copy(update={"yours": row.open_to(seats)}) for row in rows)
    return tuple(entries), total


async def exceptions_of(  # noqa: PLR0913 - which part of the list, and for whom, all by keyword
    leitstand: Leitstand,
    texts: Texts,
    *,
    person: str = "",
    cause: str = "",
    role: str = "",
    after: Place | None = None,
    limit: int = SHOWN,
) -> tuple[tuple[Exceptional, ...], int]:
    """A part of what left the automation or is held, oldest first, and how many there are in all.

    With `person` only what they see, with `cause` only what left for it, with `role` only cases of
    this role.
    """
    who, seen = _looking(leitstand, person)
    of = {"reason": cause, "role": role}
    where = and_(seen, *(cases.c[name] == value for name, value in of.items() if value))
    names, total = await leitstand.store.read(
        lambda c: _left(c, leitstand.tenant, limit, where, after)
    )
    return tuple([await _exceptional(leitstand, n, who, texts) for n in names]), total


def _looking(leitstand: Leitstand, person: str) -> tuple[Person | None, ColumnElement[bool]]:
    """Who looks, if anybody is named, and which cases they see."""
    who = leitstand.person(person) if person else None
    return who, sight_of(leitstand, who).where


def _count(conn: Connection, tenant: str, seen: ColumnElement[bool]) -> int:
    where = (checkpoints.c.tenant == tenant, checkpoints.c.state == "open", seen)
    joined = checkpoints.join(cases, cases.c.case_no == checkpoints.c.case_no)
    return conn.execute(select(func.count()).select_from(joined).where(*where)).scalar_one()


def _left(
    conn: Connection, tenant: str, limit: int, seen: ColumnElement[bool], after: Place | None
) -> tuple[Sequence[str], int]:
    left = cases.c.status.in_(("exception", "held"))
    where: tuple[Any, ...] = (cases.c.tenant == tenant, left, seen)
    order = (cases.c.changed, cases.c.ulid)
    query = select(cases.c.ulid).where(*where, beyond(*order, after)).order_by(*order).limit(limit)
    total = select(func.count()).select_from(cases).where(*where)
    return conn.execute(query).scalars().all(), conn.execute(total).scalar_one()


async def _row(leitstand: Leitstand, one: Open, texts: Texts, known: Known) -> Row:
    key = (one.id, one.seq, one.pending, texts.language)
    return known.get(key) or known.put(key, await _read(leitstand, one.id, texts))


async def _read(leitstand: Leitstand, name: str, texts: Texts) -> Row:
    pending = await find_pending(leitstand, name, texts)
    shown, dossier = pending.checkpoint, pending.dossier
    hits = pending.frozen.body["verdict"]["hits"]
    effect, reversal = await effect_of(leitstand, dossier, shown.tool, shown.args, texts)
    entry = Waiting(
        id=shown.id,
        seen=pending.seen,
        tool=shown.tool,
        rules=tuple(sorted({h["rule"] for h in hits if h["decision"] > Decision.ALLOW})),
        case=shown.case,
        title=dossier.case.title,
        effect=effect,
        roles=shown.roles,
        signed=len(pending.signed),
        needed=shown.approvers,
        opened=shown.opened,
        reversal=reversal,
        yours=False,
    )
    taken = {n for a in pending.signed for n in (a.person, a.on_behalf_of)}
    return Row(entry, frozenset((shown.requester, *taken)))


async def _exceptional(
    leitstand: Leitstand, ulid: str, person: Person | None, texts: Texts
) -> Exceptional:
    dossier = await open_dossier(leitstand, ulid)
    leave, since = dossier.exit, since_of(dossier)
    found = Exceptional(
        case=ulid,
        title=dossier.case.title,
        status=dossier.status,
        cause=(leave.cause or "") if leave else dossier.reason,
        reason=reason_of(leitstand, dossier, texts),
        meant=await meant_by(leitstand, dossier, texts),
        roles=leave.roles if leave else (),
        changed=dossier.changed,
        since=since,
    )
    if leave is None or not leave.cause:
        return found
    taken = takeover_of(leitstand, dossier)
    rules = deadlines_of(leitstand.limits, leitstand.project.table.web)
    due = rules.by(since, taken.days or rules.queue_days, leitstand.zone)
    said = taken.resolution(texts.language) or texts.known(f"resolve.{leave.cause}")
    more = {
        "roles": taken.roles,
        "due": due,
        "overdue": due <= leitstand.rules.clock.time(),
        "resolve": said,
        "supply": taken.supply,
        "assigned": dossier.tape.assigned.get("to_person", ""),
        "yours": person is not None and may_handle(leitstand, dossier, person),
        "again": dossier.tape.again.get("at", 0.0),
        **{name: dossier.tape.again.get(name, 0) for name in ("n", "of")},
    }
    return found.model_copy(update=more)
