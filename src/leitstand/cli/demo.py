"""`leitstand demo`: the reference project at work, from an empty folder to a filled inbox."""

import asyncio
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from leitstand.cli import output
from leitstand.cli.batch import cases_worked_off, files_in, worked_off
from leitstand.cli.command import Place, command
from leitstand.cli.output import Told, hint, progress
from leitstand.cli.rows import print_rows
from leitstand.cli.session import keyring
from leitstand.cli.sheet import print_exceptions
from leitstand.errors import ProjectRefused, UsageRefused
from leitstand.inbox import Queue, Row, Texts, queue_of
from leitstand.records import Person
from leitstand.runtime import Leitstand, read_rows


@command("state", "lang")
async def demo(
    place: Place,
    *,
    no_inbox: Annotated[
        bool, typer.Option("--no-inbox", help="End after the table instead of opening the inbox.")
    ] = False,
) -> None:
    """Run the first role over the files of the project's world, others over their cases.

    The table names the files of cases, as `demo`. Then the inbox is opened.
    """
    from leitstand.cli.serve import PORT, run_server

    place = replace(place, state=place.state or place.project.state / "demo")
    await _demo(place, place.folder)
    if output.interactive() and not no_inbox and not place.json:
        await run_server(place, "127.0.0.1", PORT, show=True, other=True)


async def _demo(place: Place, state: Path) -> None:
    project, texts = place.project, place.texts
    if project.world is None or not project.world.is_dir():
        raise ProjectRefused("the project's world is not there", where=str(project.world))
    await asyncio.to_thread(_clear, state)
    files = files_in(project.world)
    async with place.opened() as leitstand:
        people = await _people(leitstand)
        first = next(iter(project.roles))
        with progress(texts.say("demo.started"), len(files)) as done:
            told = partial(_told, done, texts)
            shown = {first: await worked_off(leitstand, first, files, told)}
        for role, named in project.table.demo.items():
            found = shown.setdefault(role, [])
            for name in named:
                given = read_rows(project, role, project.root / name)
                found += await cases_worked_off(leitstand, role, given)
        queue = await queue_of(leitstand, texts)
    for role, rows in shown.items():
        _tell(place, role, rows)
    if not place.json:
        print_exceptions(queue, texts)
    hint(texts.say("demo.people"))
    for person, passphrase in people:
        name = f"{person.id} ({texts.roles(person.roles)})"
        hint(f"  {name:<42} {passphrase}")
    hint(texts.say("demo.next", name=_first(queue, [p for p, _ in people])))


def _tell(place: Place, role: str, rows: list[Row]) -> None:
    """What became of a role's cases: a line each, or a table."""
    title = place.texts.say("demo.title", role=role, count=len(rows))
    place.emit_each((row.flat() for row in rows), lambda: print_rows(rows, place.texts, title))
    if not place.json:
        hint(f"{role}: {_summary(rows, place.texts)}")


def _clear(state: Path) -> None:
    """Remove an earlier demo. Raises UsageRefused: the folder holds something else."""
    if not state.exists():
        return
    if any(state.iterdir()) and not (state / "place.json").is_file():
        raise UsageRefused("this folder is no earlier demo", where=str(state))
    shutil.rmtree(state)


async def _people(leitstand: Leitstand) -> list[tuple[Person, str]]:
    """The people of the project's table, each with a key of their own; their passphrases."""
    made: list[tuple[Person, str]] = []
    for member in leitstand.project.table.people:
        token = leitstand.rules.clock.token(8).hex()
        passphrase = "-".join(token[at : at + 4] for at in range(0, 16, 4))
        who = (leitstand.directory, leitstand.tenant, member.name, member.roles)
        made.append((await keyring(leitstand).create_person(*who, passphrase), passphrase))
    return made


def _told(done: Told, texts: Texts, what: str, count: int) -> None:
    done(count, texts.known(f"demo.{what}", what))


def _first(queue: Queue, people: list[Person]) -> str:
    """Somebody who may decide something that waits."""
    asked = {role for waiting in queue.waiting for role in waiting.roles}
    return next((p.id for p in people if asked & set(p.roles)), "NAME")


def _summary(rows: list[Row], texts: Texts) -> str:
    counts = {d: sum(r.shown == d for r in rows) for d in sorted({r.shown for r in rows})}
    return ", ".join(f"{texts.decision(d)} {n}" for d, n in counts.items())
