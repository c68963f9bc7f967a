"""Cases of Leitstand itself: what they came to, erased, or kept under restriction."""

from leitstand.store import Store
from leitstand.tool import Connection, tool
from tools.erasure.own import OwnErasing
from tools.erasure.port import (
    EraseCase,
    Erasing,
    FindStanding,
    FoundStanding,
    Part,
    RestrictCase,
    Settled,
    Wrote,
)
from tools.erasure.traces import sweep

__all__ = [
    "EraseCase",
    "Erasing",
    "FindStanding",
    "FoundStanding",
    "OwnErasing",
    "Part",
    "RestrictCase",
    "Settled",
    "Wrote",
    "case_standing",
    "connect",
    "erase_case",
    "restrict_case",
]


async def connect(store: Store) -> Connection:
    """The connection to the store in which cases lie; what an erasure left is removed first."""
    await sweep(store)
    return Connection("erasure", Erasing, OwnErasing(store))


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
