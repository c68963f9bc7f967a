"""The reply to a question about a card, from its journal alone: found lines, never made-up ones.

Words of the question are looked for in what the card holds. Where nothing fits, that is said.
"""

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from leitstand.inbox.card import Card
from leitstand.inbox.texts import Texts

AGENT = "@leitstand"
"""Who stands beside a reply in the thread: nobody, and no person's id can be this."""
LINES = 4
ALIKE = 82
"""How alike two words must be, of 100."""
_WORD = re.compile(r"\w{4,}")


def reply(card: Card, question: str, texts: Texts) -> str:
    """What the journal says on the words of a question, marked as what it is."""
    words = {w.casefold() for w in _WORD.findall(question)}
    scored = [(_hits(words, about), line) for about, line in _lines(card, texts)]
    best = sorted((s for s in scored if s[0]), key=lambda s: -s[0])[:LINES]
    if not best:
        return texts.say("reply.nothing")
    return "\n".join([texts.say("reply.found"), *(f"– {line}" for _, line in best)])


def _hits(words: set[str], about: str) -> int:
    known = {w.casefold() for w in _WORD.findall(about)}
    return sum(any(fuzz.ratio(word, other) >= ALIKE for other in known) for word in words)


def _lines(card: Card, texts: Texts) -> Iterator[tuple[str, str]]:
    """What the card holds, line by line, each with the words under which it is found."""
    for argument in card.arguments:
        places = (
            f" ({texts.known('card.found')} {argument.found[0].text})" if argument.found else ""
        )
        master = f"; {texts.known('card.master')}: {argument.master}" if argument.master else ""
        line = f"{argument.label}: {argument.shown}{master}{places}"
        yield f"{argument.label} {argument.field.replace('_', ' ')} {argument.shown}", line
    asked = texts.known("reply.why")
    for rule in card.rules:
        yield f"{asked} {rule.rule} {rule.reason}", f"{rule.rule}: {rule.reason} {rule.fix}".strip()
    for source in card.evidence:
        line = f"{source.tool}: {source.source} ({source.confidence} %)"
        yield f"{texts.known('card.evidence')} {source.tool}", line
    for line in (*card.before, *card.conflicts):
        yield line, line
