"""`leitstand run`: one file, one case."""

import asyncio
import stat
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer

from leitstand.cli.command import Place, command
from leitstand.cli.options import Shadow
from leitstand.cli.output import hint, printable
from leitstand.cli.rows import print_rows
from leitstand.cli.session import known_as
from leitstand.errors import UsageRefused
from leitstand.inbox import row_of
from leitstand.project import Project
from leitstand.records import INTAKE, SENDER
from leitstand.runtime import Leitstand

T = TypeVar("T")
AT_ONCE = 16
"""Cases that a batch begins, tells or looks up side by side."""


@command("state", "world", "tenant", "lang")
async def run(
    place: Place,
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    file: Annotated[
        Path, typer.Argument(help="The file to work on; a .json file is the case's input itself.")
    ],
    *,
    requester: Annotated[
        str,
        typer.Option(help="On whose behalf: a person by id or name, who may not approve it then."),
    ] = SENDER,
    shadow: Shadow = False,
) -> None:
    """Run a role over one file of your own, an XML or a PDF, and show what came of it."""
    place = replace(place, shadow=shadow)
    async with place.opened() as leitstand:
        if requester != SENDER:  # A slip would void the rule that nobody approves their own.
            requester = known_as(leitstand, requester).id
        [case] = await start(leitstand, role, [file], requester)
        if not isinstance(case, str):
            raise case
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
    leitstand: Leitstand, role: str, files: Sequence[Path], requester: str = SENDER
) -> list[str | UsageRefused]:
    """Start a case over each file; their ULIDs, or why one cannot be read, in their order.

    Raises UsageRefused: no such role, or this project takes none in.
    """
    bad: dict[Path, UsageRefused] = {}
    while True:
        good = [file for file in files if file not in bad]
        try:
            given = iter(await _taken_in(leitstand.project, leitstand.state, good))
            break
        except (OSError, ValueError):
            bad |= {f: e for f in good if (e := await _unread(leitstand, f))}
            if bad.keys().isdisjoint(good):  # It is no file that is wrong.
                raise
    own = {"tenant": leitstand.tenant, "requester": requester}

    async def begin(file: Path, given: Mapping[str, Any]) -> str | UsageRefused:
        return bad.get(file) or await leitstand.runtime.start(role, given, title=shown(file), **own)

    return await in_turns(begin, [(f, {} if f in bad else next(given)) for f in files])


async def in_turns(ask: Callable[..., Awaitable[T]], each: Sequence[tuple[Any, ...]]) -> list[T]:
    """Ask with these arguments each, some at once and so with one commit; answers in order."""
    found: list[T] = []
    for first in range(0, len(each), AT_ONCE):
        found += await asyncio.gather(*(ask(*a) for a in each[first : first + AT_ONCE]))
    return found


async def _unread(leitstand: Leitstand, file: Path) -> UsageRefused | None:
    """Why a file cannot be read, if it cannot."""
    try:
        await _taken_in(leitstand.project, leitstand.state, [file])
    except (OSError, ValueError) as error:
        why = str(getattr(error, "strerror", None) or error).lower()
        mend = "see that it is a file that may be read, and give it once more"
        return UsageRefused(f"a file cannot be read: {why}", where=str(file), mend=mend)
    return None


async def _taken_in(
    project: Project, state: Path, files: Sequence[Path]
) -> Sequence[Mapping[str, Any]]:
    """Files that came in together as the input of a case each. Raises OSError, ValueError."""
    for file in files:
        if not stat.S_ISREG(file.stat().st_mode):  # Opening a pipe would wait for ever.
            raise ValueError("it is a folder, a pipe or a device")
    if project.intake is not None:
        return await project.intake(state, files)
    if all(file.suffix == ".json" for file in files):
        return [orjson.loads(file.read_bytes()) for file in files]
    msg = "this project takes no files in"
    raise UsageRefused(msg, mend="name `intake` in its table, or give .json files")
