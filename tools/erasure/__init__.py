"""Cases of Leitstand itself: what they came to, erased, or kept under restriction."""

from leitstand.tool import tool
from tools.erasure.own import OwnErasing, connect
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
