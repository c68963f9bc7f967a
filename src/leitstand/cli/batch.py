"""`leitstand batch`: a folder of files, all taken in before any is judged, one row a case."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.options import Done, Shadow
from leitstand.cli.output import hint, line
from leitstand.cli.rows import print_agreement, print_rows
from leitstand.cli.run import INTAKE, shown, start

if TYPE_CHECKING:
    from leitstand.evals.agreement import Deeds
    from leitstand.inbox import Row
    from leitstand.runtime import Leitstand

__all__ = ["batch", "files_in", "worked_off"]


@command("world", "tenant", "state", "lang")
async def batch(
    place: Place,
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    folder: Annotated[Path, typer.Argument(help="Folder of files; its `invoices` if it has one.")],
    *,
    shadow: Shadow = False,
    done: Done = None,
) -> None:
    """Work off a folder over a company's data; with --json one line a case, sorted by file.

    Without --state it works in a fresh folder that is removed afterwards. In the shadow it begins
    anew each time. With --done the last line says in which fields role and people agree.
    """
    from leitstand.evals.agreement import read_done

    files = files_in(folder)
    theirs = read_done(done) if done else None
    with tempfile.TemporaryDirectory(prefix="leitstand-") as fresh:
        place = _placed(place, Path(fresh), shadow=shadow)
        async with place.opened() as leitstand:
            rows = await worked_off(leitstand, role, files)
    if not place.json:
        print_rows(rows, place.texts)
    for row in rows if place.json else ():
        line(row.flat())
    if theirs is not None:
        _compare(place, [row.flat() for row in rows], theirs)
    if shadow:
        hint(f"next: leitstand inbox --state {place.shade}")


def _placed(place: Place, fresh: Path, *, shadow: bool) -> Place:
    """Where a batch works; a shadow that was begun before is cleared away."""
    if not shadow:
        return replace(place, state=place.state or fresh)
    place = replace(place, shadow=True)
    if (place.shade / "place.json").is_file():
        shutil.rmtree(place.shade)
    return place


def _compare(place: Place, rows: "Sequence[Mapping[str, Any]]", done: "Deeds") -> None:
    """Print in which fields role and people agree."""
    from leitstand.evals.agreement import agreement

    found = agreement(rows, done)
    place.emit({"agreement": found}, lambda: print_agreement(found, place.texts))


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
