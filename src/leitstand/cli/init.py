"""`leitstand init`: a new project that runs and passes its tests."""

from pathlib import Path
from typing import Annotated

import typer

from leitstand.cli.options import Json

__all__ = ["init"]


def init(
    folder: Annotated[Path, typer.Argument(help="An empty or new folder.")] = Path(),
    *,
    json: Json = False,
) -> None:
    """Write the reference project out: roles, tools, policies, a world, and a test."""
    from leitstand.cli.output import emit, hint
    from leitstand.cli.scaffold import write

    written = write(folder)
    data = {"folder": str(folder.resolve()), "files": len(written)}
    emit(data, lambda: typer.echo(f"{len(written)} files in {folder.resolve()}"), json=json)
    hint(f"next: cd {folder} && leitstand check && leitstand demo")
