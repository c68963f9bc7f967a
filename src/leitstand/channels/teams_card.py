"""Cards of Microsoft Teams: Adaptive Cards 1.5 with Action.Execute; texts of a case are plain."""

from typing import Any

from leitstand.channels.port import Letter
from leitstand.inbox import Texts

ATTACHMENT = "application/vnd.microsoft.card.adaptive"


def card_for(letter: Letter, texts: Texts, user: str = "") -> dict[str, Any]:
    """A letter as a card; its buttons are there where it offers decisions.

    The client of `user` asks for such a card anew when it shows it, so that none looks open that
    is not.
    """
    waits = () if letter.lines else (texts.say("chat.waits"),)
    head = [_block(letter.title, weight="Bolder")] if letter.title else []
    blocks = [*head, *(_block(line) for line in (*letter.lines, *waits))]
    actions: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    if letter.offer is not None:
        code, reasons = letter.offer.code, letter.offer.reasons
        choices = [{"title": r, "value": str(n)} for n, r in enumerate(reasons, 1)]
        blocks.append(
            {
                "type": "Input.ChoiceSet",
                "id": "reason",
                "label": texts.say("web.reason_listed"),
                "choices": choices,
            }
        )
        actions = [_execute(texts.say(f"web.{act}"), act, code) for act in ("approve", "reject")]
        more = {"refresh": {"action": _execute("", "refresh", code), "userIds": [user]}}
    if letter.link:
        title = texts.say("chat.open")
        actions.append({"type": "Action.OpenUrl", "title": title, "url": letter.link})
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": blocks,
        "actions": actions,
        **more,
    }


def _block(text: str, **more: str) -> dict[str, Any]:
    """A text that no Markdown of it can turn into a link or a picture."""
    run = {"type": "TextRun", "text": text, **more}
    return {"type": "RichTextBlock", "inlines": [run]}


def _execute(title: str, verb: str, code: str) -> dict[str, Any]:
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": {"code": code}}
