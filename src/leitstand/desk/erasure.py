"""Erasing and restricting cases: a read and two writes on the runtime itself."""

from datetime import date
from typing import Protocol

from leitstand.tool import Port, tool
from leitstand.values import Frozen, Identifier, Reading, Word

__all__ = [
    "EraseCase",
    "Erasing",
    "FindStanding",
    "FoundStanding",
    "Part",
    "RestrictCase",
    "Settled",
    "Wrote",
    "case_standing",
    "erase_case",
    "restrict_case",
]


class FindStanding(Frozen):
    """Find what stands for and against erasing a case."""

    case: Identifier


class Wrote(Frozen):
    """A write that happened, or that nobody can say did not: its tool and the day."""

    tool: Identifier
    on: date


class Part(Frozen):
    """The case, or one that it handed over: when it moved last, and what it wrote."""

    case: Identifier
    role: Identifier
    open: bool
    on: date
    wrote: tuple[Wrote, ...] = ()


class FoundStanding(Reading[tuple[Part, ...]]):
    """Reading of a case with its children; nothing of what they hold."""


class EraseCase(Frozen):
    """Erase a case and its children for good; `basis`: the law that demands it."""

    case: Identifier
    basis: Word


class RestrictCase(Frozen):
    """Keep a case and its children until a day, readable in these roles alone."""

    case: Identifier
    roles: tuple[Identifier, ...]
    until: date
    basis: Word


class Settled(Frozen):
    """How many cases, and for an erasure its receipt: a proof that holds none of the data."""

    cases: int
    receipt: str = ""


class Erasing(Port, Protocol):
    """What the runtime does with a closed case."""

    async def standing(self, args: FindStanding) -> FoundStanding:
        """What stands for and against it. Raises Missing."""
        ...

    async def erase(self, args: EraseCase, key: str) -> Settled:
        """Erase; a case that is erased stays so. Raises Missing, Contradiction: it is open."""
        ...

    async def restrict(self, args: RestrictCase, key: str) -> Settled:
        """Restrict; the latest word counts. Raises as `erase`."""
        ...


@tool("case.standing", watch=True)
async def case_standing(args: FindStanding, erasing: Erasing) -> FoundStanding:
    """Find out whether a case is closed, what it handed over and what it wrote."""
    return await erasing.standing(args)


# Rewriting a large store takes its time; what is not done by then is asked for again.
@tool("case.erase", writes="case", timeout=39.0, idempotent=True)
async def erase_case(args: EraseCase, erasing: Erasing, key: str) -> Settled:
    """Destroy the keys of a case and of all that it handed over."""
    return await erasing.erase(args, key)


@tool("case.restrict", writes="case", idempotent=True)
async def restrict_case(args: RestrictCase, erasing: Erasing, key: str) -> Settled:
    """Let some roles alone read a case for as long as it has to be kept."""
    return await erasing.restrict(args, key)
