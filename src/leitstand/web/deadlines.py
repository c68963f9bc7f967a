"""Deadlines: who is reminded of a card or an exception, who hears that it waits; none decides.

Due times are set down when a card is first seen and kept over restarts. A notice is set down before
it is told, and told by a key that stays the same: nobody reads of one deadline twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from leitstand.inbox import (
    Dossier,
    Due,
    Notice,
    able,
    deadlines_of,
    find_pending,
    may_handle,
    open_dossier,
    roles_of,
    sight_of,
    since_of,
    takeover_of,
)
from leitstand.inbox.book import Book
from leitstand.inbox.texts import Texts
from leitstand.records import Case
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases, checkpoints
from leitstand.store.waiting import waiting
from leitstand.web.tables import deadlines, notices

PART = 200
"""Cards that are looked at in one go."""
LOOK = 20.0
"""Seconds between two looks."""


Teller = Callable[[Notice], Awaitable[None]]
"""Carries a notice to people outside of the inbox; one with a key known before is the same."""


class Reminders:
    """Watches what waits, by the clock of the rules."""

    def __init__(
        self, book: Book, leitstand: Leitstand, texts: Texts, tell: Teller | None = None
    ) -> None:
        self._book, self._leitstand, self._texts = book, leitstand, texts
        self._teller = tell
        self._left: set[str] = set()
        """Exceptions whose deadlines are set down."""

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK)

    async def look(self) -> int:
        """Set down what is due, tell of what has become due; how many deadlines were reached.

        Raises ProjectRefused: `deadlines` of the tenant's data make no sense.
        """
        leitstand = self._leitstand
        rules = deadlines_of(leitstand.limits, leitstand.project.table.web)
        zone = leitstand.zone
        after = None
        still: set[str] = set()
        while part := await waiting(leitstand.store, leitstand.tenant, after=after, limit=PART):
            await self._set_down((one.id, d) for one in part for d in rules.due(one.opened, zone))
            still |= {one.id for one in part}
            after = part[-1].place
        left = await self._leaving()
        for key in left - self._left:
            dossier = await open_dossier(leitstand, _case(key))
            taken, since = takeover_of(leitstand, dossier), since_of(dossier)
            await self._set_down((key, d) for d in rules.cleared(since, taken.days, zone))
        self._left, still = left, still | left
        reached = await self._reached()
        for row in reached:
            if row.checkpoint in still:
                await self._tell(row)
            await self._done(row)
        await self._book.ask(lambda c: _forget(c, still))
        return len(reached)

    async def of(self, person: str) -> list[Notice]:
        """The notices that lie in a person's list, the newest first; of open cards alone."""
        query = select(notices).where(notices.c.person == person).order_by(notices.c.at.desc())
        rows = await self._book.rows(query)
        found = [Notice(r.checkpoint, r.person, r.level, r.title) for r in rows]
        latest = {n.checkpoint: n for n in sorted(found, key=lambda n: n.level)}
        still = await self._open(latest, person)
        return [n for n in latest.values() if n.checkpoint in still]

    async def escalated(self, checkpoint: str) -> tuple[str, ...]:
        """The roles that have heard that a card waits too long."""
        where = (deadlines.c.checkpoint == checkpoint, deadlines.c.level > 0)
        query = select(deadlines.c.role).where(*where, deadlines.c.told == 1)
        rows = await self._book.rows(query.order_by(deadlines.c.level))
        return tuple(r.role for r in rows)

    async def _tell(self, row: Any) -> None:  # noqa: ANN401 - a row
        if "." in row.checkpoint:
            dossier = await open_dossier(self._leitstand, _case(row.checkpoint))
            people = self._handling(dossier)
        else:
            pending = await find_pending(self._leitstand, row.checkpoint, self._texts)
            dossier, people = pending.dossier, [w.person for w in able(self._leitstand, pending)]
        case = dossier.case
        if row.level > 0:
            people = await self._holding(row.role, case)
        told = [Notice(row.checkpoint, person, row.level, case.title) for person in people]
        await self._keep(told)
        if self._teller is not None:
            for notice in told:
                await self._teller(notice)

    def _handling(self, dossier: Dossier) -> list[str]:
        """Everybody who may clear the case up."""
        leitstand = self._leitstand
        return [p.id for p in leitstand.people if may_handle(leitstand, dossier, p)]

    async def _leaving(self) -> set[str]:
        """The cases in the exception queue now, by the key of their deadlines."""
        where = (cases.c.tenant == self._leitstand.tenant, cases.c.status == "exception")
        query = select(cases.c.ulid, cases.c.seq).where(*where)
        rows = await self._leitstand.store.read(lambda c: c.execute(query).all())
        return {f"{ulid}.{seq}" for ulid, seq in rows}

    async def _holding(self, role: str, case: Case) -> list[str]:
        """Everybody who holds a role now, or stands in for one who does, and sees the case."""
        leitstand = self._leitstand
        holding = [p for p in leitstand.people if role in roles_of(leitstand, p)]
        seeing = [p.id for p in holding if await sight_of(leitstand, p).of(leitstand, case.ulid)]
        return [name for name in seeing if name != case.requester]

    async def _open(self, names: Iterable[str], name: str) -> frozenset[str]:
        """Those of these cards and exceptions that are open and whose cases a person sees."""
        leitstand = self._leitstand
        person = leitstand.person(name)
        if person is None:
            return frozenset()
        sight, left = sight_of(leitstand, person), await self._leaving()
        named = {_case(key): key for key in left.intersection(names)}
        seen = await sight.among(leitstand, named)
        cards = await sight.cards(leitstand, names, checkpoints.c.state == "open")
        return cards | {named[ulid] for ulid in seen}

    async def _set_down(self, found: Iterable[tuple[str, Due]]) -> None:
        rows = [
            {"checkpoint": key, "level": due.level, "due": due.at, "role": due.role, "told": 0}
            for key, due in found
        ]
        if rows:
            new = insert(deadlines).on_conflict_do_nothing()
            await self._book.ask(lambda c: c.execute(new, rows))

    async def _reached(self) -> list[Any]:
        now = self._leitstand.rules.clock.time()
        where = (deadlines.c.told == 0, deadlines.c.due <= now)
        order = (deadlines.c.due, deadlines.c.level)
        return await self._book.rows(select(deadlines).where(*where).order_by(*order))

    async def _done(self, row: Any) -> None:  # noqa: ANN401 - a row
        where = (deadlines.c.checkpoint == row.checkpoint, deadlines.c.level == row.level)
        await self._book.write(update(deadlines).where(*where).values(told=1))

    async def _keep(self, told: Sequence[Notice]) -> None:
        at = self._leitstand.rules.clock.time()
        rows = [
            {"checkpoint": n.checkpoint, "person": n.person, "level": n.level}
            | {"title": n.title, "at": at}
            for n in told
        ]
        if rows:
            new = insert(notices).on_conflict_do_nothing()
            await self._book.ask(lambda c: c.execute(new, rows))


def _case(key: str) -> str:
    """The case of an exception whose deadlines stand under this key."""
    return key.partition(".")[0]


def _forget(conn: Connection, still: AbstractSet[str]) -> None:
    """Drop what is decided."""
    for table in (deadlines, notices):
        known = conn.execute(select(table.c.checkpoint).distinct()).scalars()
        for name in {*known} - still:
            conn.execute(delete(table).where(table.c.checkpoint == name))
