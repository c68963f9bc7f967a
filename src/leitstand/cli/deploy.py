"""`leitstand deploy`: parked cases move to the roles as they are now, if nothing changes."""

from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import show_table
from leitstand.runtime.versions import move


@command("state")
async def deploy(
    place: Place,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only say which cases fit; move nothing.")
    ] = False,
) -> int:
    """Move cases of earlier versions to the present one; 1 if one does not fit and stays."""
    async with place.opened() as leitstand:
        limits = leitstand.project.case_limits
        moves = [
            one
            for compiled in leitstand.project.roles.values()
            for one in await move(leitstand.store, leitstand.rules, compiled, limits, check=check)
        ]
        if not check:
            await leitstand.runtime.run_until_idle()
    names = ("case", "title", "status", "from", "why")
    data = [(m.case, m.title, m.status, m.before, m.why) for m in moves]
    rows = [(*row[:3], m.before[:8], m.why or "fits") for row, m in zip(data, moves, strict=True)]
    place.emit(
        [dict(zip(names, row, strict=True)) for row in data],
        lambda: show_table("", (*names[:-1], ""), rows),
    )
    return int(not all(m.fits for m in moves))
