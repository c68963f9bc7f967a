"""`leitstand run`: one file, one case."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leitstand.cli.options import Json, Lang, State, Tenant, World

if TYPE_CHECKING:
    from leitstand.project import Project
    from leitstand.runtime import Leitstand

__all__ = ["INTAKE", "SENDER", "run", "shown", "start", "taken_in"]

INTAKE = "intake"
"""The signal that a case waits for between reading its file and judging it."""
SENDER = "intake"
"""Who asks for a case that no person started: the entrance through which its file came."""


def run(
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    file: Annotated[
        Path, typer.Argument(help="The file to work on; a .json file is the case's input itself.")
    ],
    *,
    requester: Annotated[
        str, typer.Option(help="On whose behalf: a person's id, who may not approve it then.")
    ] = SENDER,
    state: State = None,
    world: World = None,
    tenant: Tenant = "",
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Run a role over one file of your own, an XML or a PDF, and show what came of it."""
    from leitstand.cli.place import run as run_to_end

    run_to_end(_run(role, file, requester, (state, world, tenant), lang, json=json))


async def taken_in(
    project: "Project", state: Path, files: Sequence[Path]
) -> Sequence[Mapping[str, Any]]:
    """Files that came in together as the input of a case each, in their order.

    Raises UsageRefused: a file cannot be read, or this project takes none in.
    """
    import orjson

    from leitstand.errors import UsageRefused

    for file in files:
        if not file.is_file():
            raise UsageRefused("no such file", where=str(file))
    try:
        if all(file.suffix == ".json" for file in files) and project.intake is None:
            return [orjson.loads(file.read_bytes()) for file in files]
        if project.intake is not None:
            return await project.intake(state, files)
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageRefused(f"a file cannot be read: {error}") from error
    msg = "this project takes no files in"
    raise UsageRefused(msg, mend="name `intake` in its table, or give .json files")


def shown(file: Path) -> str:
    """A file's name for people, every character that does not print as `?`."""
    return "".join(c if c.isprintable() else "?" for c in file.name)


async def start(
    leitstand: "Leitstand", role: str, files: Sequence[Path], requester: str = SENDER
) -> list[str]:
    """Start a case over each file; their ULIDs, in the order of the files. Raises UsageRefused."""
    inputs = await taken_in(leitstand.project, leitstand.state, files)
    return [
        await leitstand.runtime.start(
            role, given, tenant=leitstand.tenant, requester=requester, title=shown(file)
        )
        for file, given in zip(files, inputs, strict=True)
    ]


async def _run(
    role: str,
    file: Path,
    requester: str,
    place: tuple[Path | None, Path | None, str],
    lang: Lang,
    *,
    json: bool,
) -> None:
    from leitstand.cli.output import emit, hint
    from leitstand.cli.place import load, opened
    from leitstand.cli.rows import print_rows
    from leitstand.inbox import row_of, texts_of

    state, world, tenant = place
    project = load()
    async with opened(project, state, world=world, tenant=tenant) as leitstand:
        [case] = await start(leitstand, role, [file], requester)
        await leitstand.runtime.signal(case, INTAKE, {}, f"{case}:{INTAKE}")
        await leitstand.runtime.run_until_idle()
        texts = texts_of(lang, project.texts)
        row = await row_of(leitstand, case, shown(file))
        emit(row.flat(), lambda: print_rows([row], texts), json=json)
        hint(f"next: leitstand case show {case}")
