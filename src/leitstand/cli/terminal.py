"""The inbox at a terminal: the list, one card after the other, and a key for each decision."""

import signal
from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from leitstand.cli.command import Place
from leitstand.cli.output import fail
from leitstand.cli.session import known_as, signer_of, who
from leitstand.cli.sheet import describe, shown
from leitstand.errors import LeitstandError

if TYPE_CHECKING:
    from leitstand.inbox import Card, Signer, Texts
    from leitstand.runtime import Leitstand


async def sit(place: Place, limit: int) -> None:
    """Show the queue and decide until nobody wants to go on."""
    from leitstand.inbox import queue_of

    texts = place.texts
    async with place.opened() as leitstand:
        me = known_as(leitstand, place.person).id if place.person else who(leitstand)
        signer: Signer | None = None
        while True:
            me = signer.person.id if signer else me
            queue = await queue_of(leitstand, texts, person=me, limit=limit)
            describe(queue, texts)
            number = _asked(texts, "number") if queue.waiting else ""
            if not number:
                return
            try:
                signer = await _one(leitstand, texts, number, signer, me)
            except LeitstandError as error:
                fail(error, json=False, texts=texts)


async def _one(
    leitstand: "Leitstand", texts: "Texts", number: str, signer: "Signer | None", name: str
) -> "Signer | None":
    """One card: shown, then decided or left; whoever decided stays logged in."""
    from leitstand.inbox import card_of, find_pending

    card = await card_of(leitstand, await find_pending(leitstand, number, texts), texts)
    typer.echo(shown(card, texts))
    kind = _KEYS[texts.language].get(_asked(texts, "decision").casefold()[:1])
    if kind is None:
        return signer
    if signer is None or _asked(texts, "same", name=signer.person.name).casefold() in _NO:
        signer = await signer_of(leitstand, name or _asked(texts, "name"))
    await _act(leitstand, texts, card, signer, kind)
    return signer


async def _act(
    leitstand: "Leitstand", texts: "Texts", card: "Card", signer: "Signer", kind: str
) -> None:
    from leitstand.inbox import Decision, answer, decide

    if kind == "ask":
        if text := _asked(texts, "text"):
            await answer(leitstand, signer.person, card.case, text, texts)
            typer.echo(texts.say("receipt.answered"))
        return
    wanted: dict[str, object] = {"checkpoint": card.id, "answer": kind}
    if kind == "edit":
        edits: dict[str, str] = {}
        while field := _asked(texts, "field"):
            edits[field] = _asked(texts, "value", field=texts.field(field))
        wanted["edits"] = edits
    if kind != "approve":
        wanted["reason"] = _asked(texts, "reason")
    receipt = await decide(leitstand, signer, Decision.model_validate(wanted), texts)
    typer.echo("\n".join(receipt.lines))


def _asked(texts: "Texts", key: str, **values: str) -> str:
    """An answer typed at the terminal, empty at its end; Ctrl-C ends the program.

    The loop's own handler would only cancel a task that is waiting for the typing to end.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(f"{texts.say(f'ask.{key}', **values)} ").strip()
    except EOFError:
        return ""
    finally:
        signal.signal(signal.SIGINT, before)


_NO = ("n", "nein", "no")
_KEYS: Mapping[str, Mapping[str, str]] = {
    "de": {"f": "approve", "ä": "edit", "a": "reject", "r": "ask"},
    "en": {"a": "approve", "e": "edit", "r": "reject", "q": "ask"},
}
