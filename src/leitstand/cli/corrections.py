"""`leitstand corrections`: what people changed, and what became of it."""

from dataclasses import replace
from typing import Annotated, Literal

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import show_table
from leitstand.cli.session import known_as, who
from leitstand.evals.correction import Corrected, Settled, corrected, settle

Id = Annotated[str, typer.Argument(help="The correction, as `corrections list` names it.")]


@command("state")
async def listed(place: Place) -> None:
    """List what people changed or refused: case, tool, field, old, new, person, reason, state."""
    async with place.opened(write=False) as leitstand:
        found = await corrected(leitstand)
    names = ("id", "title", "tool", "field", "old", "new", "person", "reason", "state", "text")
    rows = [[getattr(one, name) for name in names] for one in found]
    place.emit_each(found, lambda: show_table("", names, rows))


@command("person", "state")
async def decline(
    place: Place,
    number: Id,
    *,
    because: Annotated[str, typer.Option("--because", help="Why nothing is to be mended.")],
) -> None:
    """Say that a correction is no fault of the role, and why."""
    place.emit(await settled_as(place, number, "declined", because), lambda: None)


@command("state")
async def mended(
    place: Place,
    number: Id,
    *,
    by: Annotated[str, typer.Option("--by", help="Who mended it, by id or name.")],
) -> None:
    """Say that the role, as it stands now, does not need this correction any more."""
    done = await settled_as(replace(place, person=by), number, "mended", "")
    place.emit(done, lambda: None)


async def settled_as(
    place: Place, number: str, state: Literal["case", "mended", "declined"], text: str
) -> list[Corrected]:
    """Note what became of a correction, in a person's name; how it stands then.

    Raises UsageRefused, ApprovalRefused: no such correction, or nobody of this name.
    """
    async with place.opened(write=False) as leitstand:
        person = known_as(leitstand, place.person or who(leitstand)).id
        found = {one.id: one for one in await corrected(leitstand)}
        if state == "mended" and number in found:
            text = leitstand.project.roles[found[number].role].version
        at = leitstand.rules.clock.time()
        await settle(leitstand, Settled(id=number, state=state, text=text, person=person, at=at))
        return [one for one in await corrected(leitstand) if one.id == number]
