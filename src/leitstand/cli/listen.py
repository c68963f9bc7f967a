"""`leitstand listen` and `arrivals`: what comes in through triggers, and what became of it."""

import asyncio
from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import hint, show_table
from leitstand.store.arrivals import list_arrivals


@command("state", "world", "tenant")
async def listen(
    place: Place,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Take in what is there now, run its cases, and end.")
    ] = False,
) -> None:
    """Take in mails, files and times as the project's triggers say, and run cases, until Ctrl-C."""
    from leitstand.triggers import open_triggers

    async with place.opened() as leitstand:
        triggers = open_triggers(leitstand)
        if not triggers.each:
            hint("[tool.leitstand.triggers] has nothing to listen to; `serve` hears webhooks")
        if once:
            await triggers.once()
            await leitstand.runtime.run_until_idle()
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(triggers.run())
            group.create_task(leitstand.run())


@command("state", "tenant")
async def arrivals(
    place: Place,
    *,
    limit: Annotated[int, typer.Option(help="How many, the latest first.")] = 50,
) -> None:
    """Show what came in through triggers, what became of it, and where it lies."""
    async with place.opened(write=False) as leitstand:
        found = await list_arrivals(leitstand.store, limit)
    data = [{n: v for n, v in one._asdict().items() if n != "sender"} for one in found]
    names = ("trigger", "outcome", "reason", "place", "cases")
    rows = [(o.trigger, o.outcome, o.reason, o.place, " ".join(o.cases)) for o in found]
    place.emit_each(data, lambda: show_table("", names, rows))
