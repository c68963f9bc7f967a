"""Deadlines: who is reminded of a card or an exception, who hears that it waits; none decides.

Due times are set down when a card is first seen and kept over restarts. A notice is set down before
it is told, and told by a key that stays the same: nobody reads of one deadline twice. A look takes
what has changed since the one before and what is due by now, however much waits.
"""

import asyncio
from collections.abc import Container, Iterable, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple, Protocol, get_args

from sqlalchemy import Engine, String, bindparam, cast, delete, select, true, update
from sqlalchemy.dialects.sqlite import insert

from leitstand.inbox import (
    Deadlines,
    Dossier,
    Sight,
    able,
    deadlines_of,
    find_pending,
    may_handle,
    open_dossier,
    roles_of,
    sight_of,
    since_of,
    takeover_of,
    zone_of,
)
from leitstand.inbox.texts import Texts
from leitstand.records import Case, Status
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases, checkpoints
from leitstand.web.tables import deadlines, notices

__all__ = ["Notice", "Reminders", "Teller"]

_KEY = cases.c.ulid + "." + cast(cases.c.seq, String)
"""How the deadlines of a case in the exception queue are called."""

PART = 200
"""Deadlines that are told of in one go."""
LOOK = 20.0
"""Seconds between two looks."""
LAG = 120.0
"""Seconds by which the clocks of those who change cases may differ."""
ANEW = 3_600.0
"""Seconds after which all that waits is looked at again, should a clock have been set."""


class Notice(NamedTuple):
    """A person is told of a card: level 0 reminds who may decide, n tells a chain's n-th role.

    For a case in the exception queue `checkpoint` is its ULID and the length of its journal, with a
    dot between: whoever is handed it is told as well.
    """

    checkpoint: str
    person: str
    level: int
    title: str

    @property
    def key(self) -> str:
        """Names this notice for ever."""
        return f"deadline/{self.checkpoint}/{self.level}/{self.person}"

    @property
    def case(self) -> str:
        """The case in the exception queue; empty for a card."""
        ulid, dot, _ = self.checkpoint.partition(".")
        return ulid if dot else ""

    @property
    def path(self) -> str:
        """Where it is looked at."""
        return f"case/{self.case}" if self.case else f"card/{self.checkpoint}"


class _Gone(NamedTuple):
    """Names from first to last of what waits no more, but for one."""

    first: str
    last: str
    keep: str = ""


class Teller(Protocol):
    """What carries notices to people outside of the inbox."""

    async def tell(self, notice: Notice) -> None:
        """Pass a notice on; one with a key that was passed on before is the same notice."""
        ...


class Reminders:
    """Watches what waits, by the clock of the rules."""

    def __init__(
        self, engine: Engine, leitstand: Leitstand, texts: Texts, tellers: Sequence[Teller] = ()
    ) -> None:
        self._engine, self._leitstand, self._texts = engine, leitstand, texts
        self._tellers = tuple(tellers)
        self._rules: Deadlines | None = None
        self._anew = self._since = self._next = 0.0
        """When all is looked at again; since when changes are looked at; when one is due."""

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK)

    async def look(self) -> int:
        """Set down what is due, tell of what has become due; how many deadlines were reached.

        Raises ProjectRefused: `deadlines` of the tenant's data make no sense.
        """
        leitstand, now = self._leitstand, self._leitstand.store.clock.time()
        rules, reached = deadlines_of(leitstand.limits, leitstand.project.table.web), 0
        if anew := rules != self._rules or not self._since <= now < self._anew:
            self._rules, self._since, self._next, self._anew = rules, 0.0, 0.0, now + ANEW
        waits, gone = await self._moved(anew=anew)
        await self._set_down(waits, rules)
        self._since = now - LAG
        while rows := await self._reached():
            reached += len(rows)
            still = await self._open({row.checkpoint for row in rows})
            for row in rows:
                if row.checkpoint in still:
                    await self._tell(row)
                await self._done(row)
            gone += [_Gone(row.checkpoint, row.checkpoint) for row in rows]
            gone = [one for one in gone if one.first not in still]
        await asyncio.to_thread(self._forget, gone, waits if anew else None)
        return reached

    async def of(self, person: str) -> list[Notice]:
        """The notices that lie in a person's list, the newest first; of open cards alone."""
        query = select(notices).where(notices.c.person == person).order_by(notices.c.at.desc())
        rows = await asyncio.to_thread(self._rows, query)
        found = [Notice(r.checkpoint, r.person, r.level, r.title) for r in rows]
        latest = {n.checkpoint: n for n in sorted(found, key=lambda n: n.level)}
        known = self._leitstand.directory.person(self._leitstand.tenant, person)
        still = await self._open(latest, sight_of(self._leitstand, known)) if known else ()
        return [n for n in latest.values() if n.checkpoint in still]

    async def escalated(self, checkpoint: str) -> tuple[str, ...]:
        """The roles that have heard that a card waits too long."""
        where = (deadlines.c.checkpoint == checkpoint, deadlines.c.level > 0)
        query = select(deadlines.c.role).where(*where, deadlines.c.told == 1)
        rows = await asyncio.to_thread(self._rows, query.order_by(deadlines.c.level))
        return tuple(r.role for r in rows)

    async def _tell(self, row: Any) -> None:  # noqa: ANN401 - a row
        if "." in row.checkpoint:
            dossier = await self._dossier(row.checkpoint)
            people = self._handling(dossier)
        else:
            pending = await find_pending(self._leitstand, row.checkpoint, self._texts)
            dossier, people = pending.dossier, [w.person for w in able(self._leitstand, pending)]
        case = dossier.case
        if row.level > 0:
            people = await self._holding(row.role, case)
        told = [Notice(row.checkpoint, person, row.level, case.title) for person in people]
        now = self._leitstand.rules.clock.time()
        rows = [{**notice._asdict(), "at": now} for notice in told]
        await asyncio.to_thread(self._write, insert(notices).on_conflict_do_nothing(), rows)
        for teller in self._tellers:
            for notice in told:
                await teller.tell(notice)

    def _handling(self, dossier: Dossier) -> list[str]:
        """Everybody who may clear the case up."""
        leitstand = self._leitstand
        everybody = leitstand.directory.everybody(leitstand.tenant)
        return [p.id for p in everybody if may_handle(leitstand, dossier, p)]

    async def _dossier(self, key: str) -> Dossier:
        leitstand = self._leitstand
        return await open_dossier(leitstand.store, leitstand.rules.tools, key.partition(".")[0])

    async def _moved(self, *, anew: bool) -> tuple[dict[str, float], list[_Gone]]:
        """What waits of the cases that changed (or of all), by when it began; what does not."""
        tenant, on = self._leitstand.tenant, checkpoints.c.state == "open"
        queued, store = cases.c.status == "exception", self._leitstand.store
        moved = (cases.c.status.in_(get_args(Status)), cases.c.changed > self._since)
        cards = select(checkpoints.c.id, checkpoints.c.opened, on)
        cards = cards.join(cases, cases.c.case_no == checkpoints.c.case_no)
        cards = cards.where(checkpoints.c.tenant == tenant, on) if anew else cards.where(*moved)
        left = select(_KEY, cases.c.changed, queued).where(*((queued,) if anew else moved))
        found = await store.read(
            lambda c: [c.execute(q.where(cases.c.tenant == tenant)).all() for q in (cards, left)]
        )
        waits = {name: at for rows in found for name, at, is_on in rows if is_on}
        if anew:
            return waits, []
        gone = [_Gone(name, name) for name, _, is_on in found[0] if not is_on]
        for key, *_ in found[1]:
            ulid = key.partition(".")[0]
            gone.append(_Gone(f"{ulid}.", f"{ulid}/", key if key in waits else ""))
        return waits, gone

    async def _holding(self, role: str, case: Case) -> list[str]:
        """Everybody who holds a role now, or stands in for one who does, and sees the case."""
        leitstand = self._leitstand
        everybody = leitstand.directory.everybody(leitstand.tenant)
        holding = [p for p in everybody if role in roles_of(leitstand, p)]
        seeing = [p.id for p in holding if await sight_of(leitstand, p).of(leitstand, case.ulid)]
        return [name for name in seeing if name != case.requester]

    async def _open(self, names: Iterable[str], sight: Sight | None = None) -> frozenset[str]:
        """Those of these cards and exceptions that are open, and whose cases are in sight."""
        seen = true() if sight is None else sight.where
        cards = select(checkpoints.c.id).join(cases, cases.c.case_no == checkpoints.c.case_no)
        cards = cards.where(checkpoints.c.id.in_(names), checkpoints.c.state == "open", seen)
        ulids = [name.partition(".")[0] for name in names if "." in name]
        left = select(_KEY).where(cases.c.ulid.in_(ulids), cases.c.status == "exception", seen)
        found = await self._leitstand.store.read(
            lambda c: [*c.execute(cards).scalars(), *c.execute(left).scalars()]
        )
        return frozenset(found).intersection(names)

    async def _set_down(self, waits: Mapping[str, float], rules: Deadlines) -> None:
        zone, rows = zone_of(self._leitstand.limits), list[dict[str, Any]]()
        known = select(deadlines.c.checkpoint).distinct()
        known = known.where(deadlines.c.checkpoint.in_(waits)) if len(waits) < PART else known
        set_down = {row.checkpoint for row in await asyncio.to_thread(self._rows, known)}
        for key in waits.keys() - set_down:
            if "." in key:
                dossier = await self._dossier(key)
                taken = takeover_of(self._leitstand, dossier)
                found = rules.cleared(since_of(dossier), taken.days, zone)
            else:
                found = rules.due(waits[key], zone)
            rows += [
                {"checkpoint": key, "level": due.level, "due": due.at, "role": due.role, "told": 0}
                for due in found
            ]
        await asyncio.to_thread(self._write, insert(deadlines).on_conflict_do_nothing(), rows)
        if waits:  # Another server may have set them down.
            self._next = 0.0

    async def _reached(self) -> list[Any]:
        """The deadlines that are due and not told of, some of them; none before one is due."""
        now = self._leitstand.rules.clock.time()
        if now < self._next:
            return []
        query = select(deadlines).where(deadlines.c.told == 0)
        query = query.order_by(deadlines.c.due, deadlines.c.level).limit(PART)
        rows = await asyncio.to_thread(self._rows, query)
        self._next = next((row.due for row in rows if row.due > now), 0.0 if rows else inf)
        return [row for row in rows if row.due <= now]

    async def _done(self, row: Any) -> None:  # noqa: ANN401 - a row
        where = (deadlines.c.checkpoint == row.checkpoint, deadlines.c.level == row.level)
        await asyncio.to_thread(self._write, update(deadlines).where(*where), [{"told": 1}])

    def _forget(self, gone: Sequence[_Gone], waits: Container[str] | None) -> None:
        """Drop what is decided; with `waits` all that is not among them."""
        with self._engine.begin() as conn:
            for table in (deadlines, notices):
                name, drop = table.c.checkpoint, [*gone]
                if waits is not None:
                    known = conn.execute(select(name).distinct()).scalars()
                    drop += [_Gone(one, one) for one in known if one not in waits]
                span = name.between(bindparam("first"), bindparam("last"))
                if drop:
                    query = delete(table).where(span, name != bindparam("keep"))
                    conn.execute(query, [one._asdict() for one in drop])

    def _write(self, query: Any, rows: Sequence[Mapping[str, Any]]) -> None:  # noqa: ANN401
        if rows:
            with self._engine.begin() as conn:
                conn.execute(query, rows)

    def _rows(self, query: Any) -> list[Any]:  # noqa: ANN401 - any question
        with self._engine.connect() as conn:
            return [*conn.execute(query)]
