"""The queue: what waits for a decision, and what left the automation to be cleared up by people."""

from sqlalchemy import bindparam, func, select

from leitstand.inbox.pending import find_pending
from leitstand.inbox.showing import able, effect_of
from leitstand.inbox.texts import Texts
from leitstand.runtime import Leitstand
from leitstand.store import questions
from leitstand.store.schema import checkpoints
from leitstand.values import Frozen

__all__ = ["Exceptional", "Queue", "Waiting", "queue_of"]

SHOWN = 50
"""Entries of each kind that are described; the rest is counted."""


class Waiting(Frozen):
    """A checkpoint that waits: what would happen, who may decide, how many have signed."""

    id: str
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
    """What waits, oldest first; what is to be cleared up, latest first; `*_total` counts all."""

    waiting: tuple[Waiting, ...]
    waiting_total: int
    exceptions: tuple[Exceptional, ...]
    exceptions_total: int


async def queue_of(
    leitstand: Leitstand, texts: Texts, *, person: str = "", limit: int = SHOWN
) -> Queue:
    """What waits, described in the language of `texts`; `person` marks what they may decide.

    The store answers for the lists; a journal is opened only for the sentence on a checkpoint that
    is shown.
    """
    store, tenant = leitstand.store, leitstand.tenant
    waits = await questions.waiting(store, tenant, limit=limit)
    left = await questions.exceptions(store, tenant, limit=limit)
    held = await questions.held(store, tenant, limit=limit)
    out = sorted((*map(_left, left), *map(_held, held)), key=lambda e: e.changed, reverse=True)
    counts = await questions.counts(store, tenant)
    return Queue(
        waiting=tuple([await _waiting(leitstand, one.id, person, texts) for one in waits]),
        waiting_total=await store.read(lambda c: c.execute(_OPEN, {"tenant": tenant}).scalar_one()),
        exceptions=tuple(out[:limit]),
        exceptions_total=counts["exception"] + counts["held"],
    )


async def _waiting(leitstand: Leitstand, name: str, person: str, texts: Texts) -> Waiting:
    pending = await find_pending(leitstand, name, texts)
    shown, dossier = pending.checkpoint, pending.dossier
    return Waiting(
        id=shown.id,
        case=shown.case,
        title=dossier.case.title,
        effect=await effect_of(leitstand, dossier, shown.tool, shown.args, texts),
        roles=shown.roles,
        signed=len(pending.signed),
        needed=shown.approvers,
        opened=shown.opened,
        yours=any(who.person == person for who in able(leitstand, pending)),
    )


def _left(one: questions.Left) -> Exceptional:
    leave = one.exit
    return Exceptional(
        case=one.entry.case.ulid,
        title=one.entry.case.title,
        status=one.entry.status,
        cause=one.entry.reason,
        reason=leave.reason if leave else "",
        roles=leave.roles if leave else (),
        changed=one.entry.changed,
    )


def _held(one: questions.Stopped) -> Exceptional:
    return Exceptional(
        case=one.entry.case.ulid,
        title=one.entry.case.title,
        status=one.entry.status,
        cause=one.entry.reason,
        reason=one.text,
        roles=(),
        changed=one.entry.changed,
    )


_OPEN = (
    select(func.count())
    .select_from(checkpoints)
    .where(checkpoints.c.tenant == bindparam("tenant"), checkpoints.c.state == "open")
)
