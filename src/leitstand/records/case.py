"""A case: one piece of work, and how it ends."""

from typing import Literal, NamedTuple

from pydantic import Field

from leitstand.errors import Cause
from leitstand.values import Frozen

Status = Literal["ready", "running", "waiting", "done", "rejected", "exception", "held", "erased"]
Held = Literal["diverged", "defect", "unknown_effect", "version", "limit", "erased"]


class Case(NamedTuple):
    """A case as the store knows it.

    `no` is the store's own number, 0 before it has given one, `ulid` the name for everybody else.
    `requester` is the person or trigger on whose behalf the role works: never an approver (four
    eyes look through hand-overs).
    """

    no: int
    ulid: str
    tenant: str
    role: str
    version: str
    requester: str
    title: str = ""
    parent: str = ""
    depth: int = 0


class Exit(Frozen):
    """How a case ends or leaves the automation.

    `kind` done, rejected or exception; an exception names one of three causes and the roles that
    take over. `result` is plain JSON data for whoever waits for the case.
    """

    kind: Literal["done", "rejected", "exception"]
    cause: Cause | None = None
    reason: str = ""
    roles: tuple[str, ...] = ()
    result: dict[str, object] = Field(default_factory=dict[str, object])
