"""The queue and a card as text, in the order in which people read them."""

import typer

from leitstand.cli.output import filled, show_table
from leitstand.inbox import Card, Exceptional, Queue, Texts, Waiting
from leitstand.inbox.texts import cut

_BEFORE = 3
"""Lines on what the agent did before that a card shows; `case show` has all of them."""


def describe(queue: Queue, texts: Texts) -> None:
    """The queue as two tables."""
    say = texts.known
    if not queue.waiting and not queue.exceptions:
        typer.echo(say("list.nothing"))
    if queue.waiting:
        rows = [(w.id, f"{w.effect}\n{_waits(w, texts)}") for w in queue.waiting]
        title = f"{say('list.waiting')}: {queue.waiting_total}"
        show_table(title, [say(f"list.{n}") for n in ("id", "what")], rows)
    print_exceptions(queue, texts)


def print_exceptions(queue: Queue, texts: Texts) -> None:
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


def _waits(entry: Waiting, texts: Texts) -> str:
    """Beneath what happens: a column each would leave 15 characters for it on a terminal."""
    you = f" ({texts.known('list.you')})" if entry.yours else ""
    signed = f"{texts.known('list.signed')} {entry.signed}/{entry.needed}"
    return " · ".join((entry.title or entry.case, texts.roles(entry.roles) + you, signed))


def _takes_over(entry: Exceptional, texts: Texts) -> str:
    whom = entry.assigned or texts.roles(entry.roles)
    return f"{whom} ({texts.known('list.you')})" if entry.yours else whom


def _due(entry: Exceptional, texts: Texts) -> str:
    if not entry.due:
        return ""
    late = f" ({texts.known('list.overdue')})" if entry.overdue else ""
    next_try = {"at": entry.again, "n": entry.n, "of": entry.of}
    again = f"; {texts.say('list.again', **next_try)}" if entry.again else ""
    return texts.time(entry.due) + late + again


def shown(card: Card, texts: Texts) -> str:
    """A card as text, in the order in which people read it; long hashes cut."""
    return cut(filled("card.txt", card=card, texts=texts, most=_BEFORE))
