"""An event: one record of a case's journal."""

from typing import Any, Literal, NamedTuple

import orjson

Address = str
"""Where a call stands in a case: `step#visit/branch.path:n` (KERNEL no. 1)."""
Kind = Literal[
    "started",
    "answer",
    "checkpoint",
    "void",
    "approval",
    "correction",
    "verdict",
    "intent",
    "outcome",
    "attempt",
    "seal",
    "timer",
    "signal",
    "scope",
    "exit",
    "held",
    "released",
    "resumed",
    "assigned",
    "closed",
    "moved",
    "restricted",
    "erased",
]


class Event(NamedTuple):
    """Kind, address and body (canonical JSON bytes) of one record; `digest` is keyed over the body.

    `seq` is given by the store when the event is committed; before that it is -1. `read` is the
    body decoded, where several will ask for it. A tuple because every walk makes one of all that it
    has met.
    """

    kind: Kind
    address: Address
    body: bytes
    digest: str
    seq: int = -1
    read: dict[str, Any] | None = None

    def said(self) -> dict[str, Any]:
        """The decoded body; nobody changes it."""
        return orjson.loads(self.body) if self.read is None else self.read
