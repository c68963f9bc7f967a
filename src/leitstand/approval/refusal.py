"""Why a signed decision does not count, as a closed set of reasons; their words are texts."""

from typing import Literal, NamedTuple

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


class Refusal(NamedTuple):
    """A decision that does not count: whose, and why."""

    person: str
    reason: Reason
