"""`leitstand deploy`: parked cases move to the roles as they are now, if nothing changes."""

from typing import Annotated

import typer

from leitstand.cli.options import Json, State

__all__ = ["deploy"]


def deploy(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only say which cases fit; move nothing.")
    ] = False,
    state: State = None,
    json: Json = False,
) -> None:
    """Move cases of earlier versions to the present one; 1 if one does not fit and stays."""
    from leitstand.cli.place import run

    fits = run(_deploy(state, check=check, json=json))
    raise typer.Exit(0 if fits else 1)


async def _deploy(state: State, *, check: bool, json: bool) -> bool:
    from leitstand.cli.output import emit, show_table
    from leitstand.cli.place import load, opened
    from leitstand.runtime.versions import move

    project = load()
    async with opened(project, state) as leitstand:
        limits = project.case_limits
        moves = [
            one
            for compiled in project.roles.values()
            for one in await move(leitstand.store, leitstand.rules, compiled, limits, check=check)
        ]
        if not check:
            await leitstand.runtime.run_until_idle()
    rows = [(m.case, m.title, m.status, m.before[:8], m.why or "fits") for m in moves]
    names = ("case", "title", "status", "from", "")
    data = [
        {"case": m.case, "title": m.title, "status": m.status, "from": m.before, "why": m.why}
        for m in moves
    ]
    emit(data, lambda: show_table("", names, rows), json=json)
    return all(m.fits for m in moves)
