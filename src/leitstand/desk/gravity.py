"""Gravity: of several things that end a burst at once, which decides what becomes of the case."""

import asyncio
from collections.abc import Sequence
from typing import Any

from leitstand.errors import CallFailed, LostFence, StoreFailed
from leitstand.guard import Pause, UnknownEffect, Unsettled
from leitstand.store import Journal


class TooManyRejections(BaseException):
    """People rejected so much in this case that it belongs to them now (KERNEL no. 24).

    A signal like `Pause`: no step may catch it.
    """

    @classmethod
    def of(cls, journal: Journal) -> "TooManyRejections | None":
        """The signal if the journal holds the rejection that was one too many."""
        last = journal.one_too_many()
        if last is None:
            return None
        count = journal.tape.rejected.index(last) + 1
        return cls(f"{count} rejections, last of `{last.body['tool']}`")


_ORDER: tuple[tuple[type[BaseException], ...], ...] = (
    (asyncio.CancelledError, KeyboardInterrupt, SystemExit),
    (StoreFailed, LostFence),
    (UnknownEffect,),
    (),  # Anything else: a replay that diverged, a limit, a defect of the step.
    (Unsettled,),
    (TooManyRejections,),
    (CallFailed,),
    (Pause,),
)
_ELSE = _ORDER.index(())


def gravity(error: BaseException) -> int:
    """Rank of what ended something; 0 is the gravest.

    A write whose outcome is unknown outranks a failure that would end the case.
    """
    return next((rank for rank, kinds in enumerate(_ORDER) if isinstance(error, kinds)), _ELSE)


def gravest(
    errors: Sequence[BaseException | None], *, waits_first: bool = False
) -> BaseException | None:
    """The gravest of these, the first of equals; a pause with the earliest time of all pauses.

    `waits_first`: a pause outranks a failure that its step may yet handle.
    """
    found = [error for error in errors if error is not None]
    if not found:
        return None
    worst = min(found, key=lambda e: _rank(e, waits_first=waits_first))
    if not isinstance(worst, Pause):
        return worst
    dues = [e.due for e in found if isinstance(e, Pause) and e.due is not None]
    return type(worst)(str(worst), min(dues, default=None))


def ended(task: "asyncio.Future[Any]") -> BaseException | None:
    """What a task that is done was ended by."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _rank(error: BaseException, *, waits_first: bool) -> float:
    if waits_first and type(error) is Pause:
        return _ORDER.index((TooManyRejections,)) + 0.5
    return gravity(error)
