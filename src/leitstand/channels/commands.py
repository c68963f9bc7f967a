"""Commands: the few exact sentences that mean something in chat. All else is talk.

Whoever writes "ja", "ok" or "freigeben bitte" has decided nothing (PAINS no. 10). The words are
data, `[chat]` in the inbox's texts; both languages are understood.
"""

import re
from typing import get_args

from leitstand.channels.port import Act, Command
from leitstand.inbox import texts_of
from leitstand.values import Language

_CARD = re.compile(r"[0-9a-f]{4}-[0-9a-f]{4}")
_LINK = re.compile(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}")
_REASON = re.compile(r"[1-9]")


def code_of(seen: str) -> str:
    """The short code of a card that shows `seen`: a card that shows something else has another."""
    return f"{seen[:4]}-{seen[4:8]}"


def read_command(text: str) -> Command | None:
    """The command that a text is, letter by letter but for capitals; None: it is none."""
    words = text.strip().casefold().split(" ")
    act = _verbs().get(words[0])
    match (act, words[1:]):
        case ("approve", [code]) if _CARD.fullmatch(code):
            return Command(act="approve", code=code)
        case ("reject", [code, reason]) if _CARD.fullmatch(code) and _REASON.fullmatch(reason):
            return Command(act="reject", code=code, reason=int(reason))
        case ("link", [code]) if _LINK.fullmatch(code):
            return Command(act="link", code=code)
        case _:
            return None


def _verbs() -> dict[str, Act]:
    texts = [texts_of(language) for language in get_args(Language)]
    return {t.say(f"chat.{act}").casefold(): act for t in texts for act in get_args(Act)}
