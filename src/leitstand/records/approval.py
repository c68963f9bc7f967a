"""An approval: a person's decision, bound to exactly what was shown."""

from operator import not_
from typing import Any, Literal

from pydantic import Field

from leitstand.values import Frozen

Answer = Literal["approve", "edit", "reject"]


class Checkpoint(Frozen):
    """An action frozen until a person decides.

    `id` names it everywhere. `proposed` and `acted` are the action's digests, `evidence` the digest
    of the readings shown, `slice` the policies that asked: change one and earlier signatures are
    void. `expires` (seconds since the epoch, 0 = never) escalates the waiting, it never decides.
    """

    id: str
    case: str
    tenant: str
    address: str
    tool: str
    args: dict[str, Any]
    proposed: str
    acted: str
    evidence: str
    slice: str
    requester: str
    roles: tuple[str, ...]
    approvers: int
    opened: float
    expires: float = 0.0


class Person(Frozen):
    """A natural person of the tenant's directory: roles and the public key for signatures."""

    id: str
    name: str
    tenant: str
    roles: tuple[str, ...]
    public_key: str


class Identity(Frozen):
    """Whom a company's login service means by a subject: one person of the directory, for good.

    `issuer` and `subject` are what names a person there (OpenID Connect Core §5.7), never mail or
    name. The service's word holds until `until`, seconds since the epoch, where nobody can ask it
    again. With `barred` this person is not let in, whatever the service says.
    """

    tenant: str
    person: str
    issuer: str
    subject: str
    until: float = 0.0
    barred: bool = False


class Absence(Frozen):
    """A person is away and has named who stands in for them.

    From `since` until just before `until`, seconds since the epoch.
    """

    tenant: str
    person: str
    substitute: str
    since: float
    until: float

    def holds(self, at: float) -> bool:
        """Whether it is going on at a time."""
        return self.since <= at < self.until


class Approval(Frozen):
    """A signed decision of one person on one checkpoint.

    The signature covers every field but itself. `role` is the one in which the person decides:
    their own, or that of the absent person whom `on_behalf_of` names. `at`
    and `until` are seconds since the epoch: after `until` the signature carries no action any more.
    `acted` is the digest of the arguments that the person wants: the checkpoint's or the edited.
    """

    checkpoint: str
    case: str
    tenant: str
    address: str
    tool: str
    proposed: str
    acted: str
    evidence: str
    slice: str
    requester: str
    person: str
    role: str
    answer: Answer
    reason: str = ""
    edits: dict[str, Any] = Field(default_factory=dict[str, Any])
    at: float
    until: float
    nonce: str
    # Left out where it is empty: what was signed before it existed stays signed.
    on_behalf_of: str = Field(default="", exclude_if=not_)
    signature: str = ""
