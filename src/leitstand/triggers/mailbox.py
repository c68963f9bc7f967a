"""The mailbox as a trigger: IDLE where the server has it, looks in between, again after every loss.

A mail lies in the folder until its fate is committed, then it is moved away. So a process may die
at any point: what was not moved comes again, and the record of arrivals knows it.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator

from leitstand.clock import Clock
from leitstand.errors import Unreachable
from leitstand.store.arrivals import Arrived
from leitstand.triggers.message import identity_of
from leitstand.triggers.port import Arrival, Source, day_of
from leitstand.triggers.session import Lying, Session
from leitstand.triggers.settings import MailboxSettings, MailRules

_LOG = logging.getLogger("leitstand.triggers")
FIRST, LONGEST = 1.0, 300.0
"""Seconds until the first new attempt, doubled each time up to the longest."""


class Mailbox:
    """Mails of one folder of one mailbox."""

    def __init__(
        self, name: str, settings: MailboxSettings, rules: MailRules, clock: Clock
    ) -> None:
        self.source = Source(f"mail.{name}", settings.done, settings.refused)
        self._settings, self._rules, self._clock = settings, rules, clock
        self._session: Session | None = None

    async def arrivals(self, *, once: bool) -> AsyncGenerator[Arrival]:
        """Mails that lie there, then mails that come. Raises as the port, and SecretMissing."""
        pause = FIRST
        while True:
            try:
                async for arrival in self._looks(once=once):
                    pause = FIRST
                    yield arrival
                return
            except Unreachable as error:
                if once:
                    raise
                _LOG.warning("%s: %s; again in %d s", self.source.name, error.text, pause)
            finally:
                await self._leave()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST)

    async def settle(self, arrival: Arrival, fate: Arrived) -> None:
        """Move the mail, or delete one that nobody here may read."""
        validity, _, uid = arrival.name.partition("/")
        session = self._session
        if session is None or session.validity != int(validity):
            raise Unreachable("the mailbox was closed meanwhile", where=self.source.name)
        folder = self.source.place(fate.outcome)
        if folder:
            await asyncio.to_thread(session.move, int(uid), folder)
        else:
            await asyncio.to_thread(session.delete, int(uid))

    async def _looks(self, *, once: bool) -> AsyncGenerator[Arrival]:
        self._session = session = await asyncio.to_thread(Session, self._settings)
        while True:
            for lying in await asyncio.to_thread(session.waiting):
                arrival = await asyncio.to_thread(self._arrival, session, lying)
                if arrival is not None:
                    yield arrival
            if once:
                return
            if not await asyncio.to_thread(session.wait, self._settings.look):
                await asyncio.sleep(self._settings.look)

    def _arrival(self, session: Session, lying: Lying) -> Arrival | None:
        """A mail with its bytes; one that is too large with none of them."""
        name = f"{session.validity}/{lying.uid}"
        received = lying.received or day_of(self._clock)
        if lying.size > self._rules.most_bytes:
            head = session.head(lying.uid, self._rules.most_header)
            digest = hashlib.sha256(f"large\0{name}\0{self.source.name}".encode() + head).digest()
            return Arrival(self.source, digest, name, received, refused="too large")
        raw = session.whole(lying.uid)
        if not raw:  # Somebody took it away.
            return None
        head, _, _ = raw.partition(b"\r\n\r\n")
        if len(head) > self._rules.most_header:
            return Arrival(
                self.source, identity_of(raw), name, received, refused="header too large"
            )
        session.mark(lying.uid)
        return Arrival(self.source, identity_of(raw), name, received, raw=raw)

    async def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.drop()
            # Not awaited in a cancelled task for longer than it takes to close a socket.
            await asyncio.shield(asyncio.to_thread(session.close))
