"""`leitstand journal verify` and `leitstand rebuild`: is the record whole; its tables made anew."""

import typer

from leitstand.cli.options import Json, State

__all__ = ["app", "rebuild"]

app = typer.Typer(help="The journal: verify it.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def start() -> None:
    """The journal: verify it."""


@app.command("verify")
def verify(*, state: State = None, json: Json = False) -> None:
    """Hold every case's chain against its row, its key and the anchors; 1 if anything is wrong."""
    from leitstand.cli.place import run

    sound = run(_verify(state, json=json))
    raise typer.Exit(0 if sound else 1)


def rebuild(*, state: State = None, json: Json = False) -> None:
    """Make the tables that people and schedulers ask anew from the journal."""
    from leitstand.cli.place import run

    run(_rebuild(state, json=json))


async def _verify(state: State, *, json: bool) -> bool:
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.store.verify import verify as verified

    async with opened(load(), state, write=False) as leitstand:
        report = await verified(leitstand.store, leitstand.seal.file, leitstand.seal.trusted)
    faults = [
        {"kind": f.kind, "where": f.where, "seq": f.seq, "text": f.text} for f in report.faults
    ]
    data = {
        "sound": report.sound,
        "cases": report.cases,
        "events": report.events,
        "anchors": report.anchors,
        "erased": report.erased,
        "restores": report.restores,
        "faults": faults,
    }

    def people() -> None:
        for fault in report.faults:
            typer.echo(str(fault))
        verdict = "sound" if report.sound else f"{len(report.faults)} faults"
        counts = f"{report.cases} cases, {report.events} events, {report.anchors} anchors"
        typer.echo(f"{verdict}: {counts}")

    emit(data, people, json=json)
    return report.sound


async def _rebuild(state: State, *, json: bool) -> None:
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.store.rebuild import rebuild as rebuilt

    async with opened(load(), state) as leitstand:
        made = await rebuilt(leitstand.store)
    written = {f"{name}": count for name, count in made.items()}
    rows = ", ".join(f"{name} {count}" for name, count in written.items())
    emit(written, lambda: typer.echo(f"made anew: {rows}"), json=json)
