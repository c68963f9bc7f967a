"""`leitstand prompts`: the project's prompts, and the record of their releases."""

from typing import Annotated, Any

import typer

from leitstand.cli.command import Place, command
from leitstand.model import write_lock


@command()
async def prompts(
    place: Place,
    *,
    lock: Annotated[
        bool, typer.Option("--lock", help="Write releases that are new into prompts.lock.")
    ] = False,
) -> None:
    """List the prompts: version, release, owner and purpose, and which model each is put to."""
    library, table = place.project.library, place.project.table
    folder = place.project.root / table.prompts
    new = write_lock(folder, library.prompts.values()) if lock else []
    rows = [
        {
            "prompt": p.name,
            "version": p.version,
            "released": str(p.released),
            "owner": p.owner,
            "purpose": p.purpose,
            "hash": p.sha,
            "release": library.release(p.name, ""),
        }
        for p in library.prompts.values()
    ]
    data = {"environment": library.environment, "prompts": rows, "locked": new}
    place.emit(data, lambda: _print(data))


def _print(data: dict[str, Any]) -> None:
    for row in data["prompts"]:
        model = row["release"].partition(":")[0] or "no model"
        line = f"{row['prompt']}@{row['version']}  {row['released']}  {row['owner']}  {model}"
        typer.echo(f"{line}\n  {row['purpose']}")
    for name in data["locked"]:
        typer.echo(f"locked: {name}")
    if not data["prompts"]:
        typer.echo("There are no prompts.")
