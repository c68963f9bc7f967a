"""`leitstand report`: how often the automation ran, was corrected, and where it stopped."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import show_table
from leitstand.inbox import Report, Texts, report_of, sought_of


@command("state", "lang")
async def report(
    place: Place,
    *,
    since: Annotated[
        str, typer.Option(metavar="DAY", help="Only cases begun on this day or later.")
    ] = "",
    role: Annotated[str, typer.Option(help="Only cases of this role.")] = "",
) -> None:
    """Show how often rules fired, what people made of it, and where cases stopped."""
    async with place.opened(write=False) as leitstand:
        found = await report_of(leitstand, sought_of(leitstand, {"since": since, "role": role}))
    place.emit(found, lambda: _print(found, place.texts))


def _print(found: Report, texts: Texts) -> None:
    share = round(100 * found.alone / found.ended) if found.ended else 0
    whole = {"cases": found.cases, "ended": found.ended, "alone": found.alone, "share": share}
    typer.echo(texts.say("report.whole", **whole).rstrip(":"))
    for title, head, rows in _tables(found, texts):
        if rows:
            show_table(texts.known(title), [texts.known(name) for name in head], rows)
    if found.hours is not None:
        typer.echo(texts.say("web.pace", hours=found.hours))


def _tables(
    found: Report, texts: Texts
) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[object]]]]:
    names = ("rule", "fired", "asked", "unchanged", "changed", "refused")
    rules = [[getattr(rule, name) for name in names] for rule in found.rules]
    yield "report.rules", [f"report.{name}" for name in names], rules
    known = {s.cause: texts.known(f"cause.{s.cause}") for s in found.stops}
    stops = [
        (known[s.cause] or texts.known(f"held.{s.cause}", s.cause), s.stopped, s.open)
        for s in found.stops
    ]
    yield "web.stopped", ("list.cause", "report.stopped", "report.open"), stops
    counted = (("web.ran", "status", found.statuses), ("web.answers", "answer", found.answers))
    for title, section, of in counted:
        rows = [(texts.known(f"{section}.{name}", name), n) for name, n in of.items()]
        yield title, (f"web.{section}", "web.number"), rows
    fields = [(texts.field(name), n) for name, n in found.fields.items()]
    yield "web.corrected", ("web.field", "web.number"), fields
