"""Sanctions screening: similarity and containment against the list of the tenant."""

from leitstand.tool import tool
from tools.sanctions.port import Sanctions
from tools.sanctions.screening import ListEntry, Match, Screen, Screened, Screening

__all__ = ["ListEntry", "Match", "Sanctions", "Screen", "Screened", "Screening", "screen"]


@tool("sanctions.screen", authority="service")
async def screen(args: Screen, sanctions: Sanctions) -> Screened:
    """Screen names against the sanctions list; people clear what resembles."""
    return await sanctions.screen(args)
