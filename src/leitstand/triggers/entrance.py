"""The entrance: from what came in to its cases, in one order that nothing gets around.

1. What nobody here may read is put away, before anything of it is kept, logged or counted.
2. What no one is to work on (loops, bounces, what is too large) is refused, with a record.
3. The rest becomes cases, committed together with the record under the arrival's key.

Only then the trigger lets go of it.
"""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from leitstand.errors import LeitstandError, ProjectRefused, StoreFailed, Unreachable
from leitstand.records import SENDER, Received, Routed
from leitstand.runtime import Leitstand
from leitstand.store.arrivals import Arrived, arrived, often
from leitstand.triggers.message import read_message
from leitstand.triggers.port import Arrival, Source, Trigger
from leitstand.triggers.schedule import BEGUN
from leitstand.triggers.settings import Settings

_LOG = logging.getLogger("leitstand.triggers")
TRIES = 3
"""Attempts in one process to make cases of an arrival, until it is put aside as not understood."""
HOUR = 3600.0


class Entrance:
    """One tenant's entrance. `people` maps addresses to ids: who writes may not approve it."""

    def __init__(self, leitstand: Leitstand, settings: Settings) -> None:
        self._leitstand, self._settings = leitstand, settings
        self._tries: dict[str, int] = {}
        self._people = _people(leitstand)

    async def watch(self, trigger: Trigger, *, once: bool = False) -> None:
        """Take in what comes through a trigger. Raises StoreFailed; with `once` Unreachable."""
        arrivals = trigger.arrivals(once=once)
        try:
            async for arrival in arrivals:
                await self._taken(trigger, arrival)
        finally:
            await arrivals.aclose()

    async def take(self, arrival: Arrival) -> Arrived:
        """What becomes of an arrival, committed; what became of it where it came before.

        Raises whatever the project's own `seal` and `route` raise; nothing was recorded then.
        """
        key = self.key(arrival.identity)
        known = await arrived(self._leitstand.store, key)
        return known or await self._made(arrival, key)

    async def _taken(self, trigger: Trigger, arrival: Arrival) -> None:
        try:
            fate = await self.take(arrival)
            await trigger.settle(arrival, fate)
        except StoreFailed:
            raise
        except Unreachable as error:
            _LOG.warning("%s: %s; it comes again", arrival.source.name, error.text)
        except Exception as error:  # noqa: BLE001 - one arrival stops no other
            if fate := await self.failed(arrival, error):
                await trigger.settle(arrival, fate)

    async def _made(self, arrival: Arrival, key: str) -> Arrived:
        source = arrival.source
        blank = Arrived(key, source.name, arrival.name, "cases")
        if arrival.refused == BEGUN:
            return await self._record(blank._replace(outcome=BEGUN))
        if arrival.refused:
            return await self._refuse(source, blank, arrival.refused)
        if arrival.cases:
            return await self._record(blank, *arrival.cases)
        received = await asyncio.to_thread(self._received, arrival, key)
        sealed = await self._sealed(received)
        if sealed is not None:
            return await self._record(blank._replace(outcome="sealed"), sealed)
        return await self._open(source, received, blank)

    async def _open(self, source: Source, received: Received, blank: Arrived) -> Arrived:
        """An arrival that people here may read."""
        sender = self.key(received.sender.encode())[:32] if received.sender else ""
        blank = blank._replace(sender=sender, place=source.place("cases"))
        for mark in ("bounce", "loop"):
            if mark in received.marks:
                return await self._refuse(source, blank, mark)
        since = self._leitstand.store.clock.time() - HOUR
        most = self._settings.mail.most_an_hour
        if sender and await often(self._leitstand.store, sender, since) >= most:
            return await self._refuse(source, blank, "too many")
        routed = await self._routed(received)
        asked = self._people.get(received.sender, SENDER)
        return await self._record(
            blank, *(replace(one, requester=one.requester or asked) for one in routed)
        )

    async def _routed(self, received: Received) -> list[Routed]:
        project = self._leitstand.project
        if project.route is None:
            msg = "this project routes nothing"
            raise ProjectRefused(msg, where="route", mend="name `route` in its table")
        found = list(await project.route(self._leitstand.state, self._leitstand.limits, received))
        if not found:
            raise ProjectRefused("nothing came of an arrival", where=project.table.route)
        return found

    async def _sealed(self, received: Received) -> Routed | None:
        seal = self._leitstand.project.seal
        return None if seal is None else await seal(self._leitstand.state, received)

    def _received(self, arrival: Arrival, key: str) -> Received:
        if arrival.file is None:
            return read_message(
                arrival.raw,
                self._settings.mail,
                key=key,
                trigger=arrival.source.name,
                received=arrival.received,
            )
        return Received(
            key=key,
            trigger=arrival.source.name,
            received=arrival.received,
            raw=arrival.file.content,
            attachments=(arrival.file,),
            role=arrival.role,
        )

    async def _refuse(self, source: Source, blank: Arrived, reason: str) -> Arrived:
        place = source.place("refused")
        _LOG.warning("%s: refused (%s), lies in `%s`", source.name, reason, place)
        return await self._record(blank._replace(outcome="refused", reason=reason, place=place))

    async def _record(self, new: Arrived, *cases: Routed) -> Arrived:
        leitstand = self._leitstand
        return await leitstand.runtime.arrive(new, cases, leitstand.tenant)

    async def failed(self, arrival: Arrival, error: Exception) -> Arrived | None:
        """Say so, and leave it where it is; what still fails after some tries is put aside.

        What the project itself cannot do (a role that is not there) is no fault of the arrival.
        """
        key, source = self.key(arrival.identity), arrival.source
        self._tries[key] = self._tries.get(key, 0) + 1
        # An error's text may hold words of the mail: only its kind is told.
        _LOG.error("%s: not taken in: %s", source.name, type(error).__name__)
        if isinstance(error, ProjectRefused):
            _LOG.error("%s: %s", source.name, error)
        if isinstance(error, LeitstandError) or self._tries[key] < TRIES:
            return None
        blank = Arrived(key, source.name, arrival.name, "refused")
        return await self._refuse(source, blank, "not understood")

    def key(self, said: bytes) -> str:
        """A name that tells nothing, not even to who guesses what was said."""
        whole = self._leitstand.tenant.encode() + b"\0" + said
        return hmac.new(self._leitstand.store.master, whole, "sha256").hexdigest()


def _people(leitstand: Leitstand) -> dict[str, str]:
    """Who writes from which address, as the channels know it."""
    mail = cast("Mapping[str, Any]", leitstand.project.table.channels.get("mail") or {})
    people = cast("Mapping[str, str]", mail.get("people", {}))
    return {address.casefold(): person for person, address in people.items()}
