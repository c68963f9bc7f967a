"""Signing a decision: what it is bound to, and the bytes that are signed.

An approval names one checkpoint at one address of one case, the arguments proposed and to be run,
the readings shown and the policies that asked. Change one of them and the signature is void.
"""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from leitstand.clock import Clock
from leitstand.digest import canonical
from leitstand.errors import ApprovalRefused
from leitstand.records import Answer, Approval, Checkpoint, Person
from leitstand.values import Frozen

IDENTIFIED = ("case", "tenant", "address", "tool", "proposed", "requester")
"""Fields that say which question was decided."""

BOUND = ("acted", "evidence", "slice")
"""Fields that say in which state it was shown: a yes is void when one has changed."""

_PURPOSE = b"leitstand approval 1\n"
_NONCE_BYTES = 16


class Statement(Frozen):
    """What a person says. `edits`: changed arguments; `acted`: digest of what is then to run.

    `on_behalf_of`: the absent person in whose role it is said.
    """

    answer: Answer
    reason: str = ""
    edits: dict[str, Any] = Field(default_factory=dict[str, Any])
    acted: str = ""
    on_behalf_of: str = ""


def write(
    checkpoint: Checkpoint,
    person: Person,
    role: str,
    statement: Statement,
    clock: Clock,
    hold: float,
) -> Approval:
    """A decision on a checkpoint, ready to be signed.

    `hold`: seconds from now for which the signature carries the action; it is not the time of
    waiting. Raises ApprovalRefused: a rejection without reason, an edit without changes, changes
    without edit.
    """
    _complete(statement)
    now = clock.time()
    return Approval(
        checkpoint=checkpoint.id,
        **{name: getattr(checkpoint, name) for name in (*IDENTIFIED, *BOUND[1:])},
        acted=statement.acted or checkpoint.acted,
        person=person.id,
        role=role,
        answer=statement.answer,
        reason=statement.reason,
        edits=statement.edits,
        at=now,
        until=now + hold,
        on_behalf_of=statement.on_behalf_of,
        nonce=clock.token(_NONCE_BYTES).hex(),
    )


def public_of(key: Ed25519PrivateKey) -> str:
    """The public half, hexadecimal."""
    return key.public_key().public_bytes_raw().hex()


def sign(approval: Approval, key: Ed25519PrivateKey) -> Approval:
    """The decision with its signature (Ed25519, RFC 8032) over all other fields."""
    return approval.model_copy(update={"signature": key.sign(signed_bytes(approval)).hex()})


def signed_bytes(approval: Approval) -> bytes:
    """What is signed: the purpose, then all fields but the signature in canonical form."""
    return _PURPOSE + canonical(approval.model_dump(mode="json", exclude={"signature"}))


def _complete(statement: Statement) -> None:
    if statement.answer == "reject" and not statement.reason.strip():
        raise ApprovalRefused("a rejection says why")
    edits = bool(statement.edits) and bool(statement.acted)
    if (statement.answer == "edit") != edits or bool(statement.edits) != edits:
        raise ApprovalRefused(
            "an edit names the changed arguments and their digest; nothing else does"
        )
