"""`leitstand batch`: a folder of files, all taken in before any is judged, one row a case."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import line
from leitstand.cli.rows import print_rows
from leitstand.cli.run import INTAKE, shown, start

if TYPE_CHECKING:
    from leitstand.inbox import Row
    from leitstand.runtime import Leitstand

__all__ = ["batch", "files_in", "worked_off"]


@command("world", "tenant", "state", "lang")
async def batch(
    place: Place,
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    folder: Annotated[Path, typer.Argument(help="Folder of files; its `invoices` if it has one.")],
) -> None:
    """Work off a folder over a company's data; with --json one line a case, sorted by file.

    Without --state it works in a fresh folder that is removed afterwards.
    """
    files = files_in(folder)
    with tempfile.TemporaryDirectory(prefix="leitstand-") as fresh:
        async with replace(place, state=place.state or Path(fresh)).opened() as leitstand:
            rows = await worked_off(leitstand, role, files)
    if not place.json:
        print_rows(rows, place.texts)
    for row in rows if place.json else ():
        line(row.flat())


def files_in(folder: Path) -> list[Path]:
    """The files of a folder by name; those of `invoices` where there is such a folder.

    Raises UsageRefused: no such folder, or nothing in it.
    """
    from leitstand.errors import UsageRefused

    inner = folder / "invoices"
    place = inner if inner.is_dir() else folder
    if not place.is_dir():
        raise UsageRefused("no such folder", where=str(folder), mend="name a folder of files")
    found = sorted(f for f in place.iterdir() if f.is_file() and not f.name.startswith("."))
    if not found:
        raise UsageRefused("there is no file in it", where=str(place), mend="put files into it")
    return found


async def worked_off(
    leitstand: "Leitstand",
    role: str,
    files: Sequence[Path],
    told: Callable[[str, int], None] = lambda _what, _count: None,
) -> "list[Row]":
    """Take in all files, then judge them; rows in the order given. `told` hears of progress."""
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
