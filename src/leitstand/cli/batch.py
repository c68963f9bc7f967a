"""`leitstand batch`: a folder of files or a file of cases; all come in before any is judged."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Any

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.options import Done, Shadow
from leitstand.cli.output import hint, said
from leitstand.cli.rows import print_agreement, print_rows
from leitstand.cli.run import in_turns, shown, start
from leitstand.errors import UsageRefused
from leitstand.evals.agreement import agreement, read_done
from leitstand.inbox.row import Left, Row, row_of
from leitstand.records import INTAKE, SENDER
from leitstand.runtime import BadRow, CaseRow, Leitstand, read_lines, settle_memory


@command("world", "tenant", "state", "lang")
async def batch(
    place: Place,
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of files, its `invoices` if it has one; or a .jsonl file, a case a row. "
            "Data of a company in it, as policy.json, count with --world alone."
        ),
    ],
    *,
    shadow: Shadow = False,
    done: Done = None,
) -> None:
    """Work off files or cases over a company's data; with --json one line a case, in their order.

    What a row says as `truth` is not shown to the role. A row that is no case and a file that
    cannot be read get a line that says why; the others are worked off. Without --state it works in
    a fresh folder that is removed afterwards. In the shadow it begins anew each time. With --done
    the last line says in which fields role and people agree.
    """
    cases = folder.suffix == ".jsonl" and folder.is_file()
    files = [] if cases else files_in(folder)
    theirs = read_done(done) if done else None
    with tempfile.TemporaryDirectory(prefix="leitstand-") as fresh:
        place = _placed(place, Path(fresh), shadow=shadow)
        async with place.opened() as leitstand:
            if cases:
                given = read_lines(leitstand.project, role, folder)
                rows = await cases_worked_off(leitstand, role, given)
            else:
                rows = await worked_off(leitstand, role, files)
    shown = [_named(row) if cases else row.flat() for row in rows]
    place.emit_each(shown, lambda: print_rows(rows, place.texts))
    for row in rows:
        if "error" in row.columns:
            hint(f"{row.columns['error']['where']}: {row.columns['error']['what']}")
        elif row.status == "held" or (row.exit.kind == "exception" and not row.marks):
            hint(f"{row.file}: {place.texts.told(row.exit.reason)}")
    if theirs is not None:
        found = agreement([one for one in shown if "error" not in one], theirs)
        place.emit({"agreement": found}, lambda: print_agreement(found, place.texts))
    if shadow:
        hint(f"next: leitstand inbox --state {place.shade}")


def _named(row: Row) -> dict[str, Any]:
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


def files_in(folder: Path) -> list[Path]:
    """The files of a folder by name; those of `invoices` where there is such a folder.

    Pipes and the like are among them, and a folder that is called like a document: each gets a row
    that says what it is. Raises UsageRefused: no such folder, or nothing in it.
    """
    inner = folder / "invoices"
    place = inner if inner.is_dir() else folder
    if not place.is_dir():
        raise UsageRefused("no such folder", where=str(folder), mend="name a folder or .jsonl")
    try:
        there = sorted(f for f in place.iterdir() if not f.name.startswith("."))
        found = [f for f in there if guess_type(f.name)[0] or not f.is_dir()]
    except OSError as error:
        raise UsageRefused(f"it cannot be looked into: {error}", where=str(place)) from error
    if not found:
        raise UsageRefused("there is no file in it", where=str(place), mend="put files into it")
    return found


async def worked_off(
    leitstand: Leitstand,
    role: str,
    files: Sequence[Path],
    told: Callable[[str, int], None] = lambda _what, _count: None,
) -> list[Row]:
    """Take in all files, then judge them; rows in the order given. `told` hears of progress."""
    names = await start(leitstand, role, files)
    return await _judged(leitstand, names, [shown(file) for file in files], told)


async def cases_worked_off(
    leitstand: Leitstand, role: str, given: Sequence[CaseRow | BadRow]
) -> list[Row]:
    """Work off cases; rows in their order. Raises UsageRefused: no such role."""
    begin, own = leitstand.runtime.start, {"tenant": leitstand.tenant, "requester": SENDER}
    names = [
        row.error
        if isinstance(row, BadRow)
        else await begin(role, row.given, title=row.name, **own)
        for row in given
    ]
    return await _judged(leitstand, names, [row.name for row in given])


async def _judged(
    leitstand: Leitstand,
    names: Sequence[str | UsageRefused],
    called: Sequence[str],
    told: Callable[[str, int], None] = lambda _what, _count: None,
) -> list[Row]:
    """Let all cases read what they are about, then tell them that everything is in; their rows."""
    settle_memory()
    told("started", len(names))
    await leitstand.runtime.run_until_idle()
    told("read", len(names))
    tell = leitstand.runtime.signal
    await in_turns(tell, [(n, INTAKE, {}, f"{n}:{INTAKE}") for n in names if isinstance(n, str)])
    await leitstand.runtime.run_until_idle()
    told("judged", len(names))
    return await in_turns(_row, [(leitstand, n, c) for n, c in zip(names, called, strict=True)])


async def _row(leitstand: Leitstand, case: str | UsageRefused, called: str) -> Row:
    """The row of a case; of what is none, that somebody has to look at it, and why."""
    if isinstance(case, str):
        return await row_of(leitstand, case, called)
    left = Left(kind="exception", cause="data missing", reason=case.text)
    return Row(file=called, decision="hold", exit=left, columns={"error": said(case)})
