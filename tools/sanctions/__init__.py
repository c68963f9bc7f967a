"""Sanctions screening: similarity and containment against the list of the tenant."""

from leitstand.tool import tool
from tools.sanctions.port import Sanctions
from tools.sanctions.register import Block, LoggedScreening, LogScreening, SetBlock
from tools.sanctions.screening import ListEntry, Match, Screen, Screened, Screening

__all__ = [
    "Block",
    "ListEntry",
    "LogScreening",
    "LoggedScreening",
    "Match",
    "Sanctions",
    "Screen",
    "Screened",
    "Screening",
    "SetBlock",
    "log_screening",
    "screen",
    "set_block",
]


@tool("sanctions.screen", authority="service")
async def screen(args: Screen, sanctions: Sanctions) -> Screened:
    """Screen names against the sanctions list; people clear what resembles."""
    return await sanctions.screen(args)


async def _logged(key: str, sanctions: Sanctions) -> LoggedScreening | None:
    return await sanctions.logged(key)


async def _block(key: str, sanctions: Sanctions) -> Block | None:
    return await sanctions.block_of(key)


# No business keys: the same name is screened again with every list.
@tool("sanctions.screening.log", writes="sanctions.register", idempotent=True, reconcile=_logged)
async def log_screening(args: LogScreening, sanctions: Sanctions, key: str) -> LoggedScreening:
    """Enter a screening that found nobody."""
    return await sanctions.log(args, key)


@tool("sanctions.block.set", writes="sanctions.block", idempotent=True, reconcile=_block)
async def set_block(args: SetBlock, sanctions: Sanctions, key: str) -> Block:
    """Freeze all business with somebody who resembles a listed one."""
    return await sanctions.block(args, key)
