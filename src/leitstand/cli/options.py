"""Options that several commands share, said once, and how they are read."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from leitstand.errors import UsageRefused

CaseName = Annotated[str, typer.Argument(help="The case: its ULID, title, or checkpoint number.")]
Number = Annotated[str, typer.Argument(help="Number of the checkpoint, or how it begins.")]

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
Shadow = Annotated[
    bool,
    typer.Option(
        "--shadow",
        help="Beside the people who do the work: systems are read, writes stay in STATE/shadow.",
    ),
]
Done = Annotated[
    Path | None,
    typer.Option(
        "--done",
        help="What people did, to compare: .jsonl or .csv with `file` and names of a row's fields.",
    ),
]
As = Annotated[
    str,
    typer.Option(
        "--as", help="Who decides, by id or name, without login (asks for the passphrase)."
    ),
]


def pairs(changes: list[str]) -> dict[str, str]:
    """Values by name of `NAME=VALUE` texts. Raises UsageRefused: one is none, a name twice."""
    found: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name.strip():
            msg = f"`{change}` is no NAME=VALUE"
            raise UsageRefused(msg, mend="write for example: account=office gross_cents=119.00")
        if name.strip() in found:
            raise UsageRefused(f"`{name.strip()}` is given twice", mend="give it once")
        found[name.strip()] = value
    return found
