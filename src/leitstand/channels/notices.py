"""Notices: who is told of what waits, and cards that are turned into receipts.

Everybody is told of what they themselves may decide now, and of no more than they can look at. A
card that was decided, withdrawn or has changed is replaced where the channel can do that; a changed
one is shown anew under another code.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from leitstand.channels.commands import code_of
from leitstand.channels.links import Link, Links
from leitstand.channels.outbox import Outbox, put
from leitstand.channels.port import Channel, Letter, Offer
from leitstand.channels.tables import cards
from leitstand.inbox import Notice, Pending, Texts, able, card_of, find_pending, roles_of
from leitstand.inbox.book import Book
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases
from leitstand.store.schema import checkpoints as open_ones
from leitstand.store.waiting import waiting

MOST = 20
"""Cards that are open at once in one place: more is a flood, and the list is in the inbox."""
LOOK = 0.05
"""Seconds between two looks at whether anything has changed."""
LONGEST = 4_000
"""Characters of a card in chat: a longer one is not cut, it is an address alone."""
SHARE = 4.0
"""How many times longer than it took a full look is followed by a pause, however much happens."""

_NEVER = ("", 0)


class Notices:
    """Keeps what lies in people's chats in step with what waits. `known`: links of the settings."""

    def __init__(  # noqa: PLR0913 - wired once
        self,
        leitstand: Leitstand,
        book: Book,
        links: Links,
        outbox: Outbox,
        *,
        channels: Mapping[str, Channel],
        known: Iterable[Link],
        texts: Texts,
        link: str,
    ) -> None:
        self._leitstand, self._book, self._links, self._outbox = leitstand, book, links, outbox
        self._channels, self._known = channels, tuple(known)
        self._texts, self._link = texts, link
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Look whenever something has changed, until cancelled."""
        clock, seen = self._leitstand.rules.clock, ""
        while True:
            state = await self._leitstand.store.read(_changes)
            begun = clock.monotonic()
            if state != seen or self._news.is_set():
                self._news.clear()
                await self.look()
            seen = state
            await asyncio.sleep(max(LOOK, SHARE * (clock.monotonic() - begun)))

    def nudge(self) -> None:
        """Somebody has been linked: they want to know what waits."""
        self._news.set()

    async def look(self) -> None:
        """Replace what is settled, then tell of what is new."""
        for row in await self._open_cards():
            await self._refresh(row)
        for recipient in await self._recipients():
            await self._tell(recipient)
        self._outbox.nudge()

    async def remind(self, reminder: Notice) -> None:
        """Tell a person of a deadline wherever they are written to; once, however often asked."""
        said = self._texts.say("chat.reminded")
        link = f"{self._link}{reminder.path}"
        for to in await self._recipients():
            if to.person != reminder.person:
                continue
            letter = Letter(
                key=f"{to.channel}/{to.place}/{reminder.key}",
                channel=to.channel,
                to=to.place,
                title=reminder.title,
                lines=(said,),
                link=link,
            )
            await self._book.ask(lambda c, one=letter: put(c, one, self._now()))
        self._outbox.nudge()

    async def _recipients(self) -> list[Link]:
        every = (*self._known, *await self._links.of())
        return [link for link in every if link.channel in self._channels]

    async def _tell(self, recipient: Link) -> None:
        person = self._leitstand.person(recipient.person)
        if person is None:
            return
        shown = await self._book.ask(lambda c: _shown(c, recipient))
        room = MOST - sum(is_open for _, is_open in shown.values())
        store, tenant = self._leitstand.store, self._leitstand.tenant
        roles = roles_of(self._leitstand, person)
        for one in await waiting(store, tenant, roles=roles, limit=MOST + len(shown)):
            if room <= 0:
                return
            if one.requester == person.id or shown.get(one.id, _NEVER)[1]:
                continue
            pending = await find_pending(self._leitstand, one.id, self._texts)
            new = shown.get(one.id, _NEVER)[0] != pending.seen
            if new and any(w.person == person.id for w in able(self._leitstand, pending)):
                await self._post(recipient, pending)
                room -= 1

    async def _post(self, recipient: Link, pending: Pending) -> None:
        shown, seen = pending.checkpoint, pending.seen
        channel, code = self._channels[recipient.channel], code_of(seen)
        key = f"{channel.name}/{recipient.place}/{shown.id}/{seen}"
        letter = Letter(
            key=key,
            channel=channel.name,
            to=recipient.place,
            title=" ".join(pending.dossier.case.title.splitlines()),
            link=f"{self._link}card/{shown.id}",
        )
        if channel.native:
            letter = letter.model_copy(update=await self._details(recipient, pending, code))
        row = {
            "channel": channel.name,
            "place": recipient.place,
            "code": code,
            "checkpoint": shown.id,
            "seen": seen,
            "person": recipient.person,
            "letter": key,
            "open": 1,
            "at": self._now(),
        }

        def write(conn: Connection) -> None:
            conn.execute(insert(cards).prefix_with("or replace").values(row))
            put(conn, letter, self._now())

        await self._book.ask(write)

    async def _details(self, to: Link, pending: Pending, code: str) -> dict[str, Any]:
        """All that is signed, why it is asked, what contradicts, how to answer; {}: too long."""
        card, texts = await card_of(self._leitstand, pending, self._texts), self._texts
        marks = {True: f" ({texts.say('card.tainted')})", False: ""}
        given = (f"{a.label}: {a.shown}{marks[a.tainted]}" for a in card.arguments if not a.empty)
        conflicts = (f"{texts.say('card.conflicts')}: {c}" for c in card.conflicts)
        why = (line for rule in card.rules for line in (rule.reason, *rule.found))
        lines = (card.effect, card.reversal, *given, *why, *conflicts)
        lines = tuple(" ".join(line.splitlines()) for line in lines if line)
        if sum(map(len, lines)) > LONGEST:
            return {}
        reasons = tuple(texts.known("web.reasons").split("|"))
        return {"lines": lines, "offer": Offer(code=code, reasons=reasons, people=(to.person,))}

    async def _refresh(self, row: Any) -> None:  # noqa: ANN401 - a row
        """Close a card that its person need not, or can no longer, answer as it lies there."""
        pending = await find_pending(self._leitstand, row.checkpoint, self._texts)
        said = self._settled(pending, row)
        now = self._now()
        letter = Letter(
            key=f"{row.letter}/closed",
            channel=row.channel,
            to=row.place,
            title=pending.dossier.case.title,
            lines=(said,),
            link=f"{self._link}card/{row.checkpoint}",
            replaces=row.letter,
        )
        edits = self._channels[row.channel].edits

        def write(conn: Connection) -> None:
            change = {"at": now} if not said else {"at": now, "open": 0}
            conn.execute(update(cards).where(cards.c.letter == row.letter).values(change))
            if said and edits:
                put(conn, letter, now)

        await self._book.ask(write)

    def _settled(self, pending: Pending, row: Any) -> str:  # noqa: ANN401 - a row
        """Why a card is no longer to be answered; empty: it is."""
        texts, state = self._texts, pending.frozen.state
        if state != "open":
            last = pending.given[-1] if pending.given else None
            person = last and self._leitstand.person(last.person)
            return texts.say(
                "refused.closed",
                id=row.code,
                state=texts.known(f"state.{state}", state),
                person=person.name if person else "",
                at=last.at if last else "",
            )
        if any(a.person == row.person for a in pending.signed):
            return texts.say("chat.signed")
        if pending.seen != row.seen:
            return texts.say("chat.changed")
        return ""

    async def _open_cards(self) -> list[Any]:
        """Open cards whose cases have moved since they were last looked at."""
        query = select(cards).where(cards.c.open == 1, cards.c.channel.in_(self._channels))
        rows = await self._book.rows(query)
        names = {row.checkpoint for row in rows}
        moved = await self._leitstand.store.read(lambda c: _moved(c, names))
        return [row for row in rows if moved.get(row.checkpoint, 0.0) >= row.at]

    def _now(self) -> float:
        return self._leitstand.rules.clock.time()


def _shown(conn: Connection, to: Link) -> dict[str, tuple[str, int]]:
    """What was shown last in a place: digest, and whether it is still to be answered."""
    where = (cards.c.channel == to.channel, cards.c.place == to.place)
    rows = conn.execute(select(cards).where(*where).order_by(cards.c.open, cards.c.at))
    return {row.checkpoint: (row.seen, row.open) for row in rows}


def _moved(conn: Connection, names: set[str]) -> dict[str, float]:
    query = (
        select(open_ones.c.id, cases.c.changed)
        .join(cases, cases.c.case_no == open_ones.c.case_no)
        .where(open_ones.c.id.in_(names))
    )
    return {row.id: row.changed for row in conn.execute(query)}


def _changes(conn: Connection) -> str:
    """Another answer after every commit. SQLite counts them; elsewhere the cases are asked."""
    if conn.dialect.name == "sqlite":
        return str(conn.exec_driver_sql("pragma data_version").scalar())
    return str(conn.execute(select(func.max(cases.c.changed), func.sum(cases.c.seq))).one())
