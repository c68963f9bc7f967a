"""An event: one record of a case's journal."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Event", "Kind"]

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
    "child",
    "scope",
    "exit",
    "held",
    "released",
    "moved",
    "erased",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Kind, address and body (canonical JSON bytes) of one record; `digest` is keyed over the body.

    `seq` is given by the store when the event is committed; before that it is -1.
    """

    kind: Kind
    address: str
    body: bytes
    digest: str
    seq: int = -1
