"""The inbox at a terminal: the list, one card after the other, and a key for each decision."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

import typer

from leitstand.cli.options import Lang, State

if TYPE_CHECKING:
    from leitstand.inbox import Card, Signer, Texts
    from leitstand.runtime import Leitstand

__all__ = ["sit"]


async def sit(state: State, lang: Lang, person: str, limit: int) -> None:
    """Show the queue and decide until nobody wants to go on."""
    from leitstand.cli import session
    from leitstand.cli.output import fail
    from leitstand.cli.place import load, opened
    from leitstand.cli.sheet import describe
    from leitstand.errors import LeitstandError
    from leitstand.inbox import queue_of, texts_of

    project = load()
    async with opened(project, state) as leitstand:
        texts = texts_of(lang, project.texts)
        signer: Signer | None = None
        while True:
            me = signer.person.id if signer else session.who(leitstand)
            queue = await queue_of(leitstand, texts, person=me, limit=limit)
            describe(queue, texts)
            number = _asked(texts, "ask.number") if queue.waiting else ""
            if not number:
                return
            try:
                signer = await _one(leitstand, texts, number, signer, person or me)
            except LeitstandError as error:
                fail(error, json=False)


async def _one(
    leitstand: "Leitstand", texts: "Texts", number: str, signer: "Signer | None", name: str
) -> "Signer | None":
    """One card: shown, then decided or left; whoever decided stays logged in."""
    from leitstand.cli.session import signer_of
    from leitstand.cli.sheet import lines_of
    from leitstand.inbox import card_of, find_pending

    pending = await find_pending(leitstand, number, texts)
    card = await card_of(leitstand, pending, texts)
    typer.echo("\n".join(lines_of(card, texts)))
    key = _asked(texts, "ask.decision").casefold()[:1]
    act = _KEYS.get(texts.language, {}).get(key)
    if act is None:
        return signer
    if signer is None or _asked(texts, "ask.same", name=signer.person.name).casefold() in _NO:
        signer = await signer_of(leitstand, name or _asked(texts, "ask.name"))
    await act(leitstand, texts, card, signer)
    return signer


async def _approve(leitstand: "Leitstand", texts: "Texts", card: "Card", signer: "Signer") -> None:
    await _decide(leitstand, texts, signer, {"checkpoint": card.id, "answer": "approve"})


async def _edit(leitstand: "Leitstand", texts: "Texts", card: "Card", signer: "Signer") -> None:
    edits: dict[str, str] = {}
    while field := _asked(texts, "ask.field"):
        edits[field] = _asked(texts, "ask.value", field=texts.field(field))
    reason = _asked(texts, "ask.reason")
    wanted = {"checkpoint": card.id, "answer": "edit", "edits": edits, "reason": reason}
    await _decide(leitstand, texts, signer, wanted)


async def _reject(leitstand: "Leitstand", texts: "Texts", card: "Card", signer: "Signer") -> None:
    reason = _asked(texts, "ask.reason")
    wanted = {"checkpoint": card.id, "answer": "reject", "reason": reason}
    await _decide(leitstand, texts, signer, wanted)


async def _question(leitstand: "Leitstand", texts: "Texts", card: "Card", signer: "Signer") -> None:
    from leitstand.inbox import answer

    text = _asked(texts, "ask.text")
    if text:
        await answer(leitstand, signer.person, card.case, text, texts)
        typer.echo(texts.say("receipt.answered"))


async def _decide(
    leitstand: "Leitstand", texts: "Texts", signer: "Signer", wanted: Mapping[str, object]
) -> None:
    from leitstand.cli.decision import tell
    from leitstand.inbox import Decision, decide

    decision = Decision.model_validate(wanted)
    tell(await decide(leitstand, signer, decision, texts))


def _asked(texts: "Texts", key: str, **values: str) -> str:
    """An answer typed at the terminal, empty at its end."""
    try:
        return input(f"{texts.say(key, **values)} ").strip()
    except EOFError:
        return ""


_Act = Callable[["Leitstand", "Texts", "Card", "Signer"], Awaitable[None]]
_NO = ("n", "nein", "no")
_KEYS: Mapping[str, Mapping[str, _Act]] = {
    "de": {"f": _approve, "ä": _edit, "a": _reject, "r": _question},
    "en": {"a": _approve, "e": _edit, "r": _reject, "q": _question},
}
