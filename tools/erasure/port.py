"""Erasing and restricting cases of Leitstand: what is asked, and the port of the store itself."""

from datetime import date
from typing import Protocol

from leitstand.tool import Port
from leitstand.values import Frozen, Identifier, Reading, Word


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
    """Reading of a case with its children and its open parents; nothing of what they hold."""


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
    """What the store does with a closed case. Raises only `CallFailed`."""

    async def standing(self, args: FindStanding) -> FoundStanding:
        """What stands for and against it. Raises Missing."""
        ...

    async def erase(self, args: EraseCase, key: str) -> Settled:
        """Erase; a case that is erased stays so. Raises Missing, Contradiction: it is open."""
        ...

    async def restrict(self, args: RestrictCase, key: str) -> Settled:
        """Restrict; the latest word counts. Raises as `erase`."""
        ...
