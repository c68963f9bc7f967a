"""The queue and a card as text, in the order in which people read them."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from leitstand.cli.output import show_table

if TYPE_CHECKING:
    from leitstand.inbox import Card, Exceptional, Queue, Texts, Who

__all__ = ["cut", "describe", "lines_of", "print_exceptions"]

_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_BEFORE = 3
"""Lines on what the agent did before that a card shows; `case show` has all of them."""


def describe(queue: "Queue", texts: "Texts") -> None:
    """The queue as two tables."""
    say = texts.known
    if not queue.waiting and not queue.exceptions:
        typer.echo(say("list.nothing"))
    if queue.waiting:
        names = ("id", "what", "who", "signed", "case")
        rows = [
            (
                w.id,
                w.effect,
                texts.roles(w.roles) + (f" ({say('list.you')})" if w.yours else ""),
                f"{w.signed}/{w.needed}",
                w.title or w.case,
            )
            for w in queue.waiting
        ]
        title = f"{say('list.waiting')}: {queue.waiting_total}"
        show_table(title, [say(f"list.{n}") for n in names], rows)
    print_exceptions(queue, texts)


def print_exceptions(queue: "Queue", texts: "Texts") -> None:
    """What left the automation, and why."""
    say = texts.known
    if queue.exceptions:
        names = ("case", "cause", "who", "due", "reason", "resolve")
        exceptions = [
            (
                e.title or e.case,
                say(f"cause.{e.cause}") or say(f"held.{e.cause}", e.cause),
                _takes_over(e, texts),
                _due(e, texts),
                e.reason,
                e.resolve,
            )
            for e in queue.exceptions
        ]
        title = f"{say('list.queue')}: {queue.exceptions_total}"
        show_table(title, [say(f"list.{n}") for n in names], exceptions)


def _takes_over(entry: "Exceptional", texts: "Texts") -> str:
    whom = entry.assigned or texts.roles(entry.roles)
    return f"{whom} ({texts.known('list.you')})" if entry.yours else whom


def _due(entry: "Exceptional", texts: "Texts") -> str:
    if not entry.due:
        return ""
    late = f" ({texts.known('list.overdue')})" if entry.overdue else ""
    next_try = {"at": entry.again, "n": entry.n, "of": entry.of}
    again = f"; {texts.say('list.again', **next_try)}" if entry.again else ""
    return texts.time(entry.due) + late + again


def lines_of(card: "Card", texts: "Texts") -> Iterator[str]:
    """A card as text, in the order in which people read it; long hashes cut."""
    return map(cut, _lines(card, texts))


def cut(line: str) -> str:
    """A line with its long hashes cut: nobody reads 64 digits."""
    return _HASH.sub(r"\1…", line)


def _lines(card: "Card", texts: "Texts") -> Iterator[str]:
    say = texts.known
    yield f"{say('card.effect')}: {card.effect}"
    yield f"{say('card.reversible')}: {card.reversal}"
    if card.difference:
        yield f"{say('card.difference')}: {', '.join(card.difference)}"
    yield f"{say('card.asked')}:"
    for rule in card.rules:
        owner = f", {say('card.owner')} {texts.role(rule.owner)}" if rule.owner else ""
        yield f"  {rule.rule} ({say('card.version')} {rule.version}{owner}): {rule.reason}"
    yield f"{say('card.arguments')}:"
    yield from _arguments(card, texts)
    yield f"{say('card.evidence')} ({say('card.confidence')} {card.confidence} %):"
    for source in card.evidence:
        yield f"  {source.tool}: {source.source} ({source.confidence} %)"
    yield from _block(say("card.conflicts"), card.conflicts)
    more = len(card.before) - _BEFORE
    rest = [texts.say("card.more", count=more)] if more > 0 else []
    yield from _block(say("card.before"), [*rest, *card.before[-_BEFORE:]])
    yield from _block(say("card.siblings"), card.siblings)
    yield f"{say('card.deadline')}: {card.deadline}"
    yield f"{say('card.signed')}: {len(card.signed)}/{card.needed}: {_people(card.signed, texts)}"
    yield f"{say('card.may')}: {_people(card.may, texts)}"
    yield from _block(say("card.thread"), [f"{m.person}: {m.text}" for m in card.thread])
    yield f"{say('card.case')}: {card.title} {card.case}; {say('card.requester')} {card.requester}"


def _arguments(card: "Card", texts: "Texts") -> Iterator[str]:
    given = [a for a in card.arguments if a.value != "null"]
    width = max((len(a.label) for a in given), default=0)
    for argument in given:
        mark = "≠" if argument.same is False or argument.agent else " "
        text = f" {mark}{argument.label:<{width}}  {argument.shown}"
        if argument.agent:
            text += f"   [{texts.known('card.agent')}: {argument.agent}]"
        if argument.master:
            text += f"   [{texts.known('card.master')}: {argument.master}]"
        if argument.tainted:
            text += f"   [{texts.known('card.tainted')}]"
        if argument.found:
            text += f"   ({texts.known('card.found')} {argument.found[0].text})"
        yield text


def _people(people: "tuple[Who, ...]", texts: "Texts") -> str:
    return ", ".join(f"{w.name} ({texts.role(w.role)})" for w in people) or "–"


def _block(title: str, rows: "Sequence[str]") -> Iterator[str]:
    if rows:
        yield f"{title}:"
        yield from (f"  {row}" for row in rows)
