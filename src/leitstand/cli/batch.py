"""`leitstand batch`: a folder of files or a file of cases; all come in before any is judged."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.options import Done, Shadow
from leitstand.cli.output import hint, line, printable
from leitstand.cli.rows import print_agreement, print_rows
from leitstand.cli.run import shown, start
from leitstand.records import INTAKE, SENDER

if TYPE_CHECKING:
    from leitstand.evals.agreement import Deeds
    from leitstand.inbox import Row
    from leitstand.runtime import BadRow, CaseRow, Leitstand

__all__ = ["batch", "cases_worked_off", "files_in", "worked_off"]


@command("world", "tenant", "state", "lang")
async def batch(
    place: Place,
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of files, its `invoices` if it has one; or a .jsonl file, a case a row."
        ),
    ],
    *,
    shadow: Shadow = False,
    done: Done = None,
) -> None:
    """Work off files or cases over a company's data; with --json one line a case, in their order.

    What a row says as `truth` is not shown to the role. A row that is no case gets a line that says
    why, and the others are worked off all the same. Without --state it works in a fresh folder
    that is removed afterwards. In the shadow it begins anew each time. With --done the last line
    says in which fields role and people agree.
    """
    from leitstand.evals.agreement import read_done
    from leitstand.runtime import BadRow, CaseRow, read_lines

    cases = folder.suffix == ".jsonl" and folder.is_file()
    files = [] if cases else files_in(folder)
    theirs = read_done(done) if done else None
    with tempfile.TemporaryDirectory(prefix="leitstand-") as fresh:
        place = _placed(place, Path(fresh), shadow=shadow)
        async with place.opened() as leitstand:
            lines = read_lines(leitstand.project, role, folder) if cases else []
            if cases:
                given = [one for one in lines if isinstance(one, CaseRow)]
                rows = await cases_worked_off(leitstand, role, given)
            else:
                rows = await worked_off(leitstand, role, files)
    shown = [_named(row) if cases else row.flat() for row in rows]
    if not place.json:
        print_rows(rows, place.texts)
    for one in _in_order(lines, shown) if place.json else ():
        line(one)
    for bad in (one for one in lines if isinstance(one, BadRow)):
        hint(f"{folder}: {bad.error.text}")
    if theirs is not None:
        _compare(place, shown, theirs)
    if shadow:
        hint(f"next: leitstand inbox --state {place.shade}")


def _in_order(
    lines: "Sequence[CaseRow | BadRow]", shown: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The rows of all lines, as the file has them; what is no case in its place."""
    from leitstand.runtime import BadRow

    rows = iter(shown)
    for one in lines:
        yield _told(one) if isinstance(one, BadRow) else next(rows)
    yield from rows


def _told(bad: "BadRow") -> dict[str, Any]:
    """What stands in the place of a row that is no case: nothing was decided, nothing done."""
    error = bad.error
    told = {"code": error.code, "what": error.text, "where": error.where, "do": error.advice}
    row = {"case": bad.name, "line": bad.line, "decision": None}
    return {**row, "guardrails": [], "effects": [], "error": told}


def _named(row: "Row") -> dict[str, Any]:
    """A row of a file of cases: called as the file calls it, its own name beside."""
    data = row.flat()
    name = data.pop("file")
    return {**data, "case": name, "ulid": row.case}


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
    there = sorted(f for f in place.iterdir() if not f.name.startswith("."))
    found = [f for f in there if f.is_file()]
    if others := [shown(f) for f in there if not f.is_file() and not f.is_dir()]:
        hint(f"{printable(str(place))}: no files, left out: {', '.join(others)}")
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
    await _judged(leitstand, names, told)
    return [await row_of(leitstand, n, shown(f)) for n, f in zip(names, files, strict=True)]


async def cases_worked_off(
    leitstand: "Leitstand", role: str, given: "Sequence[CaseRow]"
) -> "list[Row]":
    """Work off cases; rows in their order. Raises UsageRefused: no such role."""
    from leitstand.inbox import row_of
    from leitstand.runtime import settle_memory

    settle_memory()
    names = [
        await leitstand.runtime.start(
            role, row.given, tenant=leitstand.tenant, requester=SENDER, title=row.name
        )
        for row in given
    ]
    await _judged(leitstand, names, lambda _what, _count: None)
    return [await row_of(leitstand, n, row.name) for n, row in zip(names, given, strict=True)]


async def _judged(
    leitstand: "Leitstand", names: Sequence[str], told: Callable[[str, int], None]
) -> None:
    """Let all cases read what they are about, then tell them that everything is in."""
    told("started", len(names))
    await leitstand.runtime.run_until_idle()
    told("read", len(names))
    for name in names:
        await leitstand.runtime.signal(name, INTAKE, {}, f"{name}:{INTAKE}")
    await leitstand.runtime.run_until_idle()
    told("judged", len(names))
