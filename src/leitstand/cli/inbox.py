"""`leitstand inbox` and `show`: what waits, and one card."""

from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.options import Number
from leitstand.cli.output import hint, stdout
from leitstand.cli.session import known_as, who
from leitstand.cli.sheet import describe, shown
from leitstand.inbox import card_of, find_pending, queue_of
from leitstand.store.database import served


@command("state", "lang", "person")
async def inbox(
    place: Place,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show more than the first 50.")] = False,
) -> None:
    """List what waits for people."""
    limit = 10_000 if everything else 50
    async with place.opened(write=False) as leitstand:
        me = known_as(leitstand, place.person).id if place.person else who(leitstand)
        queue = await queue_of(leitstand, place.texts, person=me, limit=limit)
    place.emit(queue, lambda: describe(queue, place.texts))
    if queue.waiting and not place.json:
        at = served(place.folder / "journal.db")
        hint(place.texts.told(at) if at else place.texts.say("list.next"))


@command("state", "lang")
async def show(place: Place, number: Number) -> None:
    """Show one checkpoint as a card: what will happen, why you are asked, on what evidence."""
    async with place.opened(write=False) as leitstand:
        pending = await find_pending(leitstand, number, place.texts)
        card = await card_of(leitstand, pending, place.texts)
    text = shown(card, place.texts)
    place.emit(card, lambda: stdout().print(text, soft_wrap=True))
    if card.state == "open" and not place.json:
        hint(place.texts.say("card.next", id=card.id))
