"""The queue: what waits for a decision, and what left the automation to be cleared up by people."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from leitstand.inbox.dossier import open_dossier
from leitstand.inbox.pending import find_pending
from leitstand.inbox.showing import able, effect_of
from leitstand.inbox.texts import Texts
from leitstand.records import Decision
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases, checkpoints
from leitstand.store.waiting import waiting
from leitstand.values import Frozen

__all__ = ["Exceptional", "Queue", "Waiting", "queue_of"]

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
    yours: bool


class Exceptional(Frozen):
    """A case that left the automation, or is held: why, and who takes over."""

    case: str
    title: str
    status: str
    cause: str
    reason: str
    roles: tuple[str, ...]
    changed: float


class Queue(Frozen):
    """All that waits for people of a tenant, oldest first; `*_total` counts all of it."""

    waiting: tuple[Waiting, ...]
    waiting_total: int
    exceptions: tuple[Exceptional, ...]
    exceptions_total: int


async def queue_of(
    leitstand: Leitstand, texts: Texts, *, person: str = "", limit: int = SHOWN
) -> Queue:
    """What waits, described in the language of `texts`; `person` marks what they may decide."""
    tenant = leitstand.tenant
    waits = await waiting(leitstand.store, tenant, limit=limit)
    waiting_total = await leitstand.store.read(lambda c: _count(c, tenant))
    names, exceptions_total = await leitstand.store.read(lambda c: _left(c, tenant, limit))
    return Queue(
        waiting=tuple([await _waiting(leitstand, one.id, person, texts) for one in waits]),
        waiting_total=waiting_total,
        exceptions=tuple([await _exceptional(leitstand, n) for n in names]),
        exceptions_total=exceptions_total,
    )


def _count(conn: Connection, tenant: str) -> int:
    where = (checkpoints.c.tenant == tenant, checkpoints.c.state == "open")
    return conn.execute(select(func.count()).select_from(checkpoints).where(*where)).scalar_one()


def _left(conn: Connection, tenant: str, limit: int) -> tuple[Sequence[str], int]:
    where: tuple[Any, ...] = (cases.c.tenant == tenant, cases.c.status.in_(("exception", "held")))
    query = select(cases.c.ulid).where(*where).order_by(cases.c.changed).limit(limit)
    total = select(func.count()).select_from(cases).where(*where)
    return conn.execute(query).scalars().all(), conn.execute(total).scalar_one()


async def _waiting(leitstand: Leitstand, name: str, person: str, texts: Texts) -> Waiting:
    pending = await find_pending(leitstand, name, texts)
    shown, dossier = pending.checkpoint, pending.dossier
    return Waiting(
        id=shown.id,
        seen=pending.seen,
        tool=shown.tool,
        rules=tuple(_asking(pending.frozen.body["verdict"]["hits"])),
        case=shown.case,
        title=dossier.case.title,
        effect=await effect_of(leitstand, dossier, shown.tool, shown.args, texts),
        roles=shown.roles,
        signed=len(pending.signed),
        needed=shown.approvers,
        opened=shown.opened,
        yours=any(who.person == person for who in able(leitstand, pending)),
    )


def _asking(hits: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({h["rule"] for h in hits if h["decision"] > Decision.ALLOW})


async def _exceptional(leitstand: Leitstand, ulid: str) -> Exceptional:
    dossier = await open_dossier(leitstand.store, leitstand.rules.tools, ulid)
    leave = dossier.exit
    return Exceptional(
        case=ulid,
        title=dossier.case.title,
        status=dossier.status,
        cause=(leave.cause or "") if leave else dossier.reason,
        reason=leave.reason if leave else "",
        roles=leave.roles if leave else (),
        changed=dossier.changed,
    )
