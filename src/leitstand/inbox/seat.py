"""Seats: in which role a person decides, for themselves or for somebody who is away."""

from collections.abc import Iterator
from typing import NamedTuple

from leitstand.inbox.pending import Pending
from leitstand.records import Person
from leitstand.runtime import Leitstand


class Seat(NamedTuple):
    """A role, and whose it is if not the person's own."""

    role: str
    on_behalf_of: str = ""


def holders(leitstand: Leitstand, person: Person) -> tuple[Person, ...]:
    """The person, and everybody for whom they stand in now."""
    directory, now = leitstand.directory, leitstand.rules.clock.time()
    names = directory.represented(person.tenant, person.id, now)
    away = (directory.person(person.tenant, name) for name in names)
    return (person, *(p for p in away if p is not None))


def roles_of(leitstand: Leitstand, person: Person) -> tuple[str, ...]:
    """All roles in which a person can decide now."""
    return tuple(dict.fromkeys(r for p in holders(leitstand, person) for r in p.roles))


def seat_of(leitstand: Leitstand, pending: Pending, person: Person) -> Seat | None:
    """The seat that this person takes, None if there is none; the guard checks it again.

    Their own before another's, and one that nobody has signed in before one that is taken.
    """
    found = list(_seats(leitstand, pending, person))
    taken = {a.role for a in pending.signed}
    return min(found, key=lambda s: (s.role in taken, s.on_behalf_of != ""), default=None)


def _seats(leitstand: Leitstand, pending: Pending, person: Person) -> Iterator[Seat]:
    shown = pending.checkpoint
    done = {shown.requester, *(a.person for a in pending.signed)}
    done |= {a.on_behalf_of for a in pending.signed}
    for holder in holders(leitstand, person):
        own = holder.id == person.id
        if own or holder.id not in done:
            for role in shown.roles:
                if role in holder.roles:
                    yield Seat(role, "" if own else holder.id)
