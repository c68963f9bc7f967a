"""`leitstand inbox` and `show`: what waits, and one card; at a terminal also deciding."""

from typing import TYPE_CHECKING, Annotated

import typer

from leitstand.cli.options import As, Json, Lang, State

if TYPE_CHECKING:
    from leitstand.inbox import Card, Texts
    from leitstand.runtime import Leitstand

__all__ = ["inbox", "show"]


def inbox(
    *,
    state: State = None,
    lang: Lang = "de",
    person: As = "",
    everything: Annotated[bool, typer.Option("--all", help="Show more than the first 50.")] = False,
    json: Json = False,
) -> None:
    """List what waits for people; at a terminal, then decide one by one."""
    from leitstand.cli.output import interactive
    from leitstand.cli.place import run

    limit = 10_000 if everything else 50
    if json or not interactive():
        run(_list(state, lang, person, limit, json=json))
    else:
        from leitstand.cli.terminal import sit

        run(sit(state, lang, person, limit))


def show(
    number: Annotated[str, typer.Argument(help="Number of the checkpoint, or how it begins.")],
    *,
    state: State = None,
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Show one checkpoint as a card: what will happen, why you are asked, on what evidence."""
    from leitstand.cli.place import run

    run(_show(number, state, lang, json=json))


async def _list(state: State, lang: Lang, person: str, limit: int, *, json: bool) -> None:
    from leitstand.cli import session
    from leitstand.cli.output import emit, hint
    from leitstand.cli.place import load, opened
    from leitstand.cli.sheet import describe
    from leitstand.inbox import queue_of, texts_of

    project = load()
    async with opened(project, state, write=False) as leitstand:
        texts = texts_of(lang, project.texts)
        me = session.known_as(leitstand, person).id if person else session.who(leitstand)
        queue = await queue_of(leitstand, texts, person=me, limit=limit)
        emit(queue, lambda: describe(queue, texts), json=json)
        if queue.waiting and not json:
            hint("next: leitstand show NUMBER")


async def _show(number: str, state: State, lang: Lang, *, json: bool) -> None:
    from leitstand.cli.output import emit, hint, stdout
    from leitstand.cli.place import load, opened
    from leitstand.cli.sheet import lines_of

    project = load()
    async with opened(project, state, write=False) as leitstand:
        card, texts = await shown(leitstand, number, lang)
        text = "\n".join(lines_of(card, texts))
        emit(card, lambda: stdout().print(text, soft_wrap=True), json=json)
        if card.state == "open" and not json:
            hint(f"next: leitstand approve {card.id}, edit, reject or answer")


async def shown(leitstand: "Leitstand", number: str, lang: Lang) -> "tuple[Card, Texts]":
    """A card and the texts it is written with. Raises ApprovalRefused: no such checkpoint."""
    from leitstand.inbox import card_of, find_pending, texts_of

    texts = texts_of(lang, leitstand.project.texts)
    pending = await find_pending(leitstand, number, texts)
    return await card_of(leitstand, pending, texts), texts
