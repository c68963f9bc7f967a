"""`leitstand batch`: a folder of files, all taken in before any is judged, one row a case."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leitstand.cli.options import Json, Lang, State, Tenant, World

if TYPE_CHECKING:
    from leitstand.inbox import Row
    from leitstand.runtime import Leitstand

__all__ = ["batch", "files_in", "worked_off"]


def batch(
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    folder: Annotated[Path, typer.Argument(help="Folder of files; its `invoices` if it has one.")],
    *,
    world: World = None,
    tenant: Tenant = "",
    state: State = None,
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Work off a folder over a company's data; with --json one line a case, sorted by file.

    Without --state it works in a fresh folder that is removed afterwards.
    """
    from leitstand.cli.place import run

    with tempfile.TemporaryDirectory(prefix="leitstand-") as fresh:
        run(_batch(role, folder, (state or Path(fresh), world, tenant), lang, json=json))


def files_in(folder: Path) -> list[Path]:
    """The files of a folder by name; those of `invoices` where there is such a folder.

    Raises UsageRefused: no such folder, or nothing in it.
    """
    from leitstand.errors import UsageRefused

    inner = folder / "invoices"
    place = inner if inner.is_dir() else folder
    if not place.is_dir():
        raise UsageRefused("no such folder", where=str(folder))
    found = sorted(f for f in place.iterdir() if f.is_file() and not f.name.startswith("."))
    if not found:
        raise UsageRefused("there is no file in it", where=str(place))
    return found


async def worked_off(
    leitstand: "Leitstand",
    role: str,
    files: Sequence[Path],
    told: Callable[[str, int], None] = lambda _what, _count: None,
) -> "list[Row]":
    """Take in all files, then judge them; rows in the order given. `told` hears of progress."""
    from leitstand.cli.run import INTAKE, shown, start
    from leitstand.inbox import row_of
    from leitstand.runtime import settle_memory

    settle_memory()
    names = await start(leitstand, role, files)
    told("started", len(names))
    await leitstand.runtime.run_until_idle()
    told("read", len(names))
    for name in names:
        await leitstand.runtime.signal(name, INTAKE, {}, f"{name}:{INTAKE}")
    await leitstand.runtime.run_until_idle()
    told("judged", len(names))
    return [await row_of(leitstand, n, shown(f)) for n, f in zip(names, files, strict=True)]


async def _batch(
    role: str,
    folder: Path,
    place: tuple[Path, Path | None, str],
    lang: Lang,
    *,
    json: bool,
) -> None:
    from leitstand.cli.output import line
    from leitstand.cli.place import load, opened
    from leitstand.cli.rows import print_rows
    from leitstand.inbox import texts_of

    state, world, tenant = place
    project = load()
    files = files_in(folder)
    async with opened(project, state, world=world, tenant=tenant) as leitstand:
        rows = await worked_off(leitstand, role, files)
    if not json:
        print_rows(rows, texts_of(lang, project.texts))
    for row in rows if json else ():
        line(row.flat())
