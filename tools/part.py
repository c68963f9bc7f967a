"""Parts of a world: what one department of a company adds to its data.

A part lies in the folder of its name inside the world, or in the world itself where that holds one
of the files that mark it: so a department's data can be used alone, or beside those of others.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.rows import Reader

Systems = Mapping[type, Any]
"""The embedded systems of a tenant, by port."""

Enter = Callable[[Systems], Awaitable[tuple[str, ...]]]
"""Takes what was read into the systems; returns warnings."""


@dataclass(frozen=True, slots=True)
class Part:
    """A department's data: the files that mark it, its limits, and how its rows get in.

    `limits` gives what the department adds to the tenant's limits, under the part's name; `read`
    reads its rows (bad ones are left with the reader) and says how they are taken in.
    """

    name: str
    marks: tuple[str, ...]
    limits: Callable[[Path], Mapping[str, Any]]
    read: Callable[[Reader], Enter]

    def folder(self, world: Path) -> Path | None:
        """Where the part's files lie in `world`; None if it has none."""
        own = world / self.name
        if own.is_dir():
            return own
        marked = any(next(world.glob(mark), None) for mark in self.marks)
        return world if marked else None


def no_rows(reader: Reader) -> Enter:
    """`read` of a part that has settings alone: nothing is taken in."""

    async def enter(systems: Systems) -> tuple[str, ...]:
        return ()

    return enter
