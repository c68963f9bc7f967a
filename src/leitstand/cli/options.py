"""Options that several commands share, said once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["As", "Json", "Lang", "State", "Tenant", "World"]

Json = Annotated[bool, typer.Option("--json", help="Print data as JSON, for programs.")]
State = Annotated[
    Path | None,
    typer.Option(
        "--state", envvar="LEITSTAND_STATE", help="Folder of cases, keys and embedded systems."
    ),
]
Lang = Annotated[
    Literal["de", "en"],
    typer.Option("--lang", envvar="LEITSTAND_LANG", help="Language of what supervisors read."),
]
World = Annotated[
    Path | None,
    typer.Option("--world", help="Folder of a company's data instead of the project's."),
]
Tenant = Annotated[str, typer.Option("--tenant", help="Tenant instead of the project's.")]
As = Annotated[
    str,
    typer.Option(
        "--as", help="Who decides, by id or name, without login (asks for the passphrase)."
    ),
]
