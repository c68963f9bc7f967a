"""A house of two roles: the clerk hands a part of every case over, and books the answer."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from leitstand.desk import Desk, desk, hand_over
from leitstand.role import Compiled, Exit, Goto, Role, done, exception, goto
from leitstand.values import Frozen, Identifier, Kept
from tests.kernel.clerk import TIMEOUT, Books, Entry, Office, add, post, work_on

__all__ = ["Errand", "errands", "errands_on", "parent", "service"]

_CAUSES = ("system unreachable", "data missing", "contradictory results")
_QUEUE = dict.fromkeys(_CAUSES, ("clerk",))

_SOON = replace(hand_over, timeout=TIMEOUT)
"""Hand-over with a patience that fits into the short leases of this house."""


class Errand(Frozen):
    """A case of the clerk: what it is about, and what the service has answered."""

    no: Identifier
    told: Annotated[str, Kept()] = ""


def parent() -> Compiled:
    """Hand over, wait for the answer, book it under one's own number."""
    made = Role("clerk", Errand, tools=[add, _SOON], queue=_QUEUE)

    @made.step(then=["book"])
    async def begin(case: Errand, desk: Desk) -> Goto | Exit:
        told = await desk.hand_over("service", Books(no=f"{case.no}-child"), f"part of {case.no}")
        if told is None or told.kind != "done":
            return exception("contradictory results", "the service came to no end")
        return goto("book", told=str(told.result["no"]))

    @made.step()
    async def book(case: Errand, desk: Desk) -> Exit:
        booked = await desk.call(add, Entry(no=case.no))
        return done(no=booked.no, told=case.told)

    return made.compile()


def service() -> Compiled:
    """Write one thing, and say under which number."""
    made = Role("service", Books, tools=[add])

    @made.step()
    async def serve(case: Books, desk: Desk) -> Exit:
        return done(no=(await desk.call(add, Entry(no=case.no))).no)

    return made.compile()


def errands(folder: Path) -> Office:
    """Open the house. Raises StoreLocked."""
    return Office(folder, (parent(), service()), (post, add, _SOON))


def errands_on(folder: str) -> None:
    """A process's whole life; it ends well or is killed."""
    desk.hand_over = _SOON
    work_on(folder, errands)
