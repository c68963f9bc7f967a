"""`leitstand run`: one file, one case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.options import Shadow
from leitstand.cli.output import hint, printable
from leitstand.cli.rows import print_rows
from leitstand.records import INTAKE, SENDER

if TYPE_CHECKING:
    from leitstand.project import Project
    from leitstand.runtime import Leitstand

__all__ = ["run", "shown", "start"]


@command("state", "world", "tenant", "lang")
async def run(
    place: Place,
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    file: Annotated[
        Path, typer.Argument(help="The file to work on; a .json file is the case's input itself.")
    ],
    *,
    requester: Annotated[
        str, typer.Option(help="On whose behalf: a person's id, who may not approve it then.")
    ] = SENDER,
    shadow: Shadow = False,
) -> None:
    """Run a role over one file of your own, an XML or a PDF, and show what came of it."""
    from leitstand.inbox import row_of

    place = replace(place, shadow=shadow)
    async with place.opened() as leitstand:
        [case] = await start(leitstand, role, [file], requester)
        await leitstand.runtime.signal(case, INTAKE, {}, f"{case}:{INTAKE}")
        await leitstand.runtime.run_until_idle()
        row = await row_of(leitstand, case, shown(file))
        place.emit(row.flat(), lambda: print_rows([row], place.texts))
        inside = f" --state {leitstand.state}" if shadow else ""
        hint(f"next: leitstand case show {case}{inside}")


def shown(file: Path) -> str:
    """A file's name for people, every character that does not print as `?`."""
    return printable(file.name)


async def start(
    leitstand: "Leitstand", role: str, files: Sequence[Path], requester: str = SENDER
) -> list[str]:
    """Start a case over each file; their ULIDs, in the order of the files.

    Raises UsageRefused: no such role, a file cannot be read, or this project takes none in.
    """
    inputs = await _taken_in(leitstand.project, leitstand.state, files)
    return [
        await leitstand.runtime.start(
            role, given, tenant=leitstand.tenant, requester=requester, title=shown(file)
        )
        for file, given in zip(files, inputs, strict=True)
    ]


async def _taken_in(
    project: "Project", state: Path, files: Sequence[Path]
) -> Sequence[Mapping[str, Any]]:
    """Files that came in together as the input of a case each, in their order."""
    import orjson

    from leitstand.errors import UsageRefused

    for file in files:
        if not file.is_file():
            raise UsageRefused("no such file", where=str(file), mend="name a file that is there")
    try:
        if project.intake is not None:
            return await project.intake(state, files)
        if all(file.suffix == ".json" for file in files):
            return [orjson.loads(file.read_bytes()) for file in files]
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageRefused(f"a file cannot be read: {error}") from error
    msg = "this project takes no files in"
    raise UsageRefused(msg, mend="name `intake` in its table, or give .json files")
