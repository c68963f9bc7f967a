"""Verifying decisions: who has validly signed exactly what is to run now.

Roles are those that the directory has now, the time is the guard's own, and people count once
however often they sign. The one on whose behalf the role works never counts, nor do those of parent
cases. Who stands in for somebody who is away decides in that person's role: only while the absence
lasts, never where that person asked, and the two of them count once.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leitstand.approval.directory import Directory
from leitstand.approval.signing import BOUND, IDENTIFIED, signed_bytes
from leitstand.records import Approval, Checkpoint, Person

_SKEW = 60.0
Reason = Literal[
    "unknown person",
    "other tenant",
    "requester",
    "not standing in",
    "role not held",
    "role not asked",
    "bad signature",
    "other checkpoint",
    "changed",
    "not yet valid",
    "expired",
    "used",
    "same person",
]
"""Why a signed decision does not count; the words for it are texts."""


class Refusal(NamedTuple):
    """A decision that does not count: whose, and why."""

    person: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Grants:
    """Who said yes to exactly this, in which roles; whose no is valid; and what does not count."""

    persons: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    rejections: tuple[Approval, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def count(self) -> int:
        """Distinct people whose yes counts."""
        return len(self.persons)


@dataclass(frozen=True, slots=True)
class _Court:
    """What all decisions on one checkpoint are held against; `requesters` by id and by key."""

    checkpoint: Checkpoint
    now: float
    requesters: AbstractSet[str]
    directory: Directory


def verify(
    checkpoint: Checkpoint,
    approvals: Iterable[Approval],
    directory: Directory,
    now: float,
    requesters: AbstractSet[str] = frozenset(),
) -> Grants:
    """Who has validly signed the checkpoint as it stands now.

    `checkpoint` holds the current digests (of the arguments to be run, the readings, the policies),
    `now` is the guard's live clock, `requesters` all on whose behalf it runs, along parent cases. A
    yes (`approve`, `edit`) must be for these very arguments; a no needs less: it stays a no when
    something has changed since, or its time is up.
    """
    asking = _identities(checkpoint.tenant, {*requesters, checkpoint.requester}, directory)
    court = _Court(checkpoint, now, asking, directory)
    yes: list[Approval] = []
    taken: set[str] = set()
    no: list[Approval] = []
    refused: list[Refusal] = []
    seen: set[str] = set()
    for approval in approvals:
        person = directory.person(approval.tenant, approval.person)
        reason = _refusal(approval, person, court)
        if person is None or reason is not None:
            refused.append(Refusal(approval.person, reason or "unknown person"))
        elif approval.nonce in seen:
            refused.append(Refusal(approval.person, "used"))
        elif approval.answer == "reject":
            no.append(approval)
        elif taken & (seats := _seats(approval, person, court)):
            refused.append(Refusal(approval.person, "same person"))
        else:
            yes.append(approval)
            taken |= seats
        seen.add(approval.nonce)
    return Grants(
        persons=tuple(sorted(a.person for a in yes)),
        roles=tuple(sorted({a.role for a in yes})),
        approvals=tuple(yes),
        rejections=tuple(no),
        refused=tuple(refused),
    )


def _identities(tenant: str, names: AbstractSet[str], directory: Directory) -> frozenset[str]:
    """People by id and by key: a second account of the same person is the same person."""
    known = (directory.person(tenant, name) for name in names)
    return frozenset(names) | {p.public_key for p in known if p is not None}


def _seats(approval: Approval, person: Person, court: _Court) -> set[str]:
    """The keys of who signs and of who is represented: four eyes are two seats as well."""
    away = court.directory.person(approval.tenant, approval.on_behalf_of)
    return {person.public_key} | ({away.public_key} if away else set())


def _refusal(approval: Approval, person: Person | None, court: _Court) -> Reason | None:
    return (
        _other(approval, court)
        or (_stale(approval, court) if approval.answer != "reject" else None)
        or (_unfit(approval, person, court) if person else "unknown person")
    )


def _other(approval: Approval, court: _Court) -> Reason | None:
    """Whether another question was decided."""
    shown = court.checkpoint
    if approval.tenant != shown.tenant:
        return "other tenant"
    if approval.checkpoint != shown.id or _differs(approval, shown, IDENTIFIED):
        return "other checkpoint"
    return None if approval.nonce else "used"


def _stale(approval: Approval, court: _Court) -> Reason | None:
    """Whether it was decided in another state, or too long ago."""
    if _differs(approval, court.checkpoint, BOUND):
        return "changed"
    if not court.checkpoint.opened - _SKEW <= approval.at <= court.now + _SKEW:
        return "not yet valid"
    return None if approval.at < approval.until and court.now <= approval.until else "expired"


def _unfit(approval: Approval, person: Person, court: _Court) -> Reason | None:
    """Whether the person may not decide this, or has not signed it."""
    if person.id in court.requesters or person.public_key in court.requesters:
        return "requester"
    holder = _holder(approval, person, court)
    if holder is None:
        return "not standing in"
    if holder.id in court.requesters or holder.public_key in court.requesters:
        return "requester"
    if approval.role not in holder.roles:
        return "role not held"
    if approval.role not in court.checkpoint.roles:
        return "role not asked"
    good = signed_by(person, approval.signature, signed_bytes(approval))
    return None if good else "bad signature"


def _holder(approval: Approval, person: Person, court: _Court) -> Person | None:
    """Whose role it is: an absence holds when it is signed, and a yes when it is to act as well."""
    if not approval.on_behalf_of:
        return person
    times = (approval.at,) if approval.answer == "reject" else (approval.at, court.now)
    ask = court.directory.represented
    if not all(approval.on_behalf_of in ask(person.tenant, person.id, at) for at in times):
        return None
    return court.directory.person(approval.tenant, approval.on_behalf_of)


def _differs(approval: Approval, shown: Checkpoint, fields: Iterable[str]) -> bool:
    return any(getattr(approval, name) != getattr(shown, name) for name in fields)


def signed_by(person: Person, signature: str, body: bytes) -> bool:
    """Whether a signature (Ed25519, hexadecimal) under these bytes is of the person's key."""
    try:
        _public(person.public_key).verify(bytes.fromhex(signature), body)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _public(key: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
