"""The ends of a case: done, rejected, or the exception queue with one of exactly three causes."""

from collections.abc import Sequence
from typing import Any, Final, cast

from leitstand.errors import CallFailed, Cause, Refused
from leitstand.records import Exit

SYSTEM_UNREACHABLE: Final[Cause] = "system unreachable"
DATA_MISSING: Final[Cause] = "data missing"
CONTRADICTORY: Final[Cause] = "contradictory results"
CAUSES: Final[tuple[Cause, ...]] = (SYSTEM_UNREACHABLE, DATA_MISSING, CONTRADICTORY)

EXIT: Final = "exit"
"""The channel that a step ends the case through; no field of a state may have this name."""


def done(**result: object) -> Exit:
    """The work is done; `result` is JSON data for whoever waits for the case."""
    return Exit(kind="done", result=result)


def rejected(reason: str, **result: object) -> Exit:
    """The work is turned down for good, for `reason`."""
    return Exit(kind="rejected", reason=reason, result=result)


def exception(
    cause: Cause | CallFailed, reason: str = "", *, roles: Sequence[str] = (), **result: object
) -> Exit:
    """The case leaves the automation for people; without `roles`, for those of the role's queue.

    A call that failed says cause and reason; one that rules refused, also whom these name.
    """
    if isinstance(cause, CallFailed):
        said: dict[str, Any] = cause.detail if isinstance(cause, Refused) else {}
        roles = roles or said.get("roles") or ()
        reason, cause = reason or cause.text, cast("Cause", said.get("cause") or cause.cause)
    return Exit(kind="exception", cause=cause, reason=reason, roles=tuple(roles), result=result)
