"""`leitstand journal verify` and `leitstand rebuild`: is the record whole; its tables made anew."""

from dataclasses import asdict
from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.store.rebuild import rebuild as rebuilt
from leitstand.store.restore import mark_restored
from leitstand.store.verify import verify as verified


@command("state")
async def verify(place: Place) -> int:
    """Hold every case's chain against its row, its key and the anchors; 1 if anything is wrong."""
    async with place.opened(write=False) as leitstand:
        report = await verified(leitstand.store, leitstand.seal.file, leitstand.seal.trusted)
    counted = ("sound", "cases", "events", "anchors", "erased", "restores")
    faults = list(map(asdict, report.faults))
    verdict = "sound" if report.sound else f"{len(faults)} faults"
    counts = f"{report.cases} cases, {report.events} events, {report.anchors} anchors"
    rows = [*map(str, report.faults), f"{verdict}: {counts}"]
    data = {name: getattr(report, name) for name in counted} | {"faults": faults}
    place.emit(data, lambda: typer.echo("\n".join(rows)))
    return int(not report.sound)


@command("state")
async def rebuild(
    place: Place,
    *,
    restored: Annotated[
        bool, typer.Option("--restored", help="After a backup: every write asks its system first.")
    ] = False,
) -> None:
    """Make the tables that people and schedulers ask anew from the journal."""
    async with place.opened() as leitstand:
        if restored:
            await mark_restored(leitstand.store)
        made = {f"{name}": count for name, count in (await rebuilt(leitstand.store)).items()}
    rows = ", ".join(f"{name} {count}" for name, count in made.items())
    place.emit(made, lambda: typer.echo(f"made anew: {rows}"))
