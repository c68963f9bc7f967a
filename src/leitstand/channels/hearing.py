"""Hearing: from what somebody said on a channel to a signed decision, or to why it is none.

There is one way, the same for every channel: heard before? who is it? is it a command? which card
was shown to them, and does it stand as it was shown? Then it is signed and decided as on the web.
Whatever is refused is kept with the identity that tried it.
"""

import logging
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, insert, select, update

from leitstand.channels.commands import read_command
from leitstand.channels.links import Links
from leitstand.channels.outbox import put
from leitstand.channels.port import Command, Letter, Reply, Said
from leitstand.channels.tables import cards, heard
from leitstand.errors import ApprovalRefused
from leitstand.inbox import Decision, Signer, Texts, decide
from leitstand.inbox.book import Book
from leitstand.runtime import Leitstand

_LOG = logging.getLogger("leitstand.channels")


class Hearing:
    """One tenant's ear on all channels.

    `link` is the address of the inbox, `native` are the channels on which decisions are heard.
    """

    def __init__(
        self,
        leitstand: Leitstand,
        book: Book,
        links: Links,
        texts: Texts,
        *,
        link: str,
        native: AbstractSet[str],
    ) -> None:
        self._leitstand, self._book, self._links = leitstand, book, links
        self._texts, self._link, self._native = texts, link, native
        self._busy: set[tuple[str, str]] = set()

    async def hear(self, said: Said) -> Reply | None:
        """Take something in; None if the very same was taken in before."""
        name = (said.channel, said.id)
        if name in self._busy:
            return None
        self._busy.add(name)
        try:
            if not await self._book.ask(lambda c: _begin(c, said, self._now())):
                _LOG.warning("%s: %s repeats %s", said.channel, said.identity, said.id)
                return None
            signer = await self._links.signer(said.channel, said.identity)
            reply = await self._answer(said, signer)
            await self._book.ask(lambda c: self._end(c, said, signer, reply))
            return reply
        finally:
            self._busy.discard(name)

    async def _answer(self, said: Said, signer: Signer | None) -> Reply:
        command = said.command or read_command(said.text)
        if command is not None and command.act == "link":
            return await self._linked(said, command)
        if said.channel not in self._native:
            return self._refused("chat.notice_only")
        if signer is None:
            mute = await self._links.mute(said.channel, said.identity)
            return self._refused("chat.notice_only" if mute else "chat.stranger")
        if not self._leitstand.directory.stands(signer.person, self._now()):
            return self._refused("chat.unconfirmed")
        if command is None:
            return Reply(outcome="told", lines=(self._texts.say("chat.help"), self._link))
        return await self._decided(said, command, signer)

    async def _linked(self, said: Said, command: Command) -> Reply:
        if not said.private:
            return self._refused("chat.not_private")
        keep = said.channel in self._native
        person = await self._links.claim(
            said.channel, said.identity, said.place, command.code, keep=keep
        )
        if not person:
            return self._refused("chat.no_link")
        known = self._leitstand.person(person)
        text = self._texts.say("chat.linked", name=known.name if known else person)
        return Reply(outcome="linked", lines=(text,))

    async def _decided(self, said: Said, command: Command, signer: Signer) -> Reply:
        card = await self._book.ask(lambda c: _card(c, said, command.code))
        if card is None:
            return self._refused("chat.no_card", code=command.code)
        reason = ""
        if command.act == "reject":
            reasons = self._texts.known("web.reasons").split("|")
            if not 0 < command.reason <= len(reasons):
                return self._refused("chat.no_reason", most=len(reasons))
            reason = reasons[command.reason - 1]
        answer = "reject" if command.act == "reject" else "approve"
        wanted = Decision(checkpoint=card.checkpoint, seen=card.seen, answer=answer, reason=reason)
        try:
            receipt = await decide(self._leitstand, signer, wanted, self._texts)
        except ApprovalRefused as error:
            why = self._texts.told(error.text)
            return Reply(outcome="refused", lines=(why, f"{self._link}card/{card.checkpoint}"))
        said_so = self._texts.known(f"answer.{answer}")
        text = self._texts.say("chat.decided", code=command.code, answer=said_so)
        return Reply(outcome="decided", lines=(text, *receipt.lines))

    def _refused(self, key: str, **values: object) -> Reply:
        return Reply(outcome="refused", lines=(self._texts.say(key, **values), self._link))

    def _end(self, conn: Connection, said: Said, signer: Signer | None, reply: Reply) -> None:
        """Dealt with: kept, and the reply laid down, in one transaction."""
        person = signer.person.id if signer else ""
        if reply.outcome == "refused":
            who = (said.channel, said.identity, person or "-", reply.lines[0])
            _LOG.warning("%s: refused %s (%s): %s", *who)
        where = (heard.c.channel == said.channel, heard.c.id == said.id)
        values = {"person": person, "outcome": reply.outcome, "reply": "\n".join(reply.lines)}
        conn.execute(update(heard).where(*where).values(values))
        if not said.inline:
            key = f"{said.channel}/{said.id}/reply"
            letter = Letter(
                key=key, channel=said.channel, to=said.place, title="", lines=reply.lines
            )
            put(conn, letter, self._now())

    def _now(self) -> float:
        return self._leitstand.rules.clock.time()


def _begin(conn: Connection, said: Said, now: float) -> bool:
    """Whether this is to be dealt with: new, or begun by a process that died over it.

    In the second case a decision that was already made is refused as made, never made twice.
    """
    where = (heard.c.channel == said.channel, heard.c.id == said.id)
    known = conn.execute(select(heard.c.outcome).where(*where)).first()
    if known is not None:
        return not known.outcome
    row = said.model_dump(include={"channel", "id", "identity", "place"})
    conn.execute(insert(heard).values(**row, person="", outcome="", reply="", at=now))
    return True


def _card(conn: Connection, said: Said, code: str) -> Any:  # noqa: ANN401 - a row
    """The card with this code that was shown where this was said."""
    where = (cards.c.channel == said.channel, cards.c.place == said.place, cards.c.code == code)
    return conn.execute(select(cards).where(*where)).first()
