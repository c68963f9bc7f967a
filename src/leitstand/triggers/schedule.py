"""The schedule as a trigger: a case at each time; what was missed is caught up once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from leitstand.clock import Clock
from leitstand.records import Routed
from leitstand.store.arrivals import Arrived
from leitstand.triggers.port import Arrival, Source
from leitstand.triggers.settings import ScheduleSettings

BEGUN = "begun"
"""The outcome of a schedule's first look: from then on a time can be missed."""
LONGEST = 30.0
"""Seconds after which the clock is looked at again: it may have been set."""


class Schedule:
    """Times of one schedule. `last` tells the name of the last firing, empty before the first."""

    def __init__(
        self,
        name: str,
        settings: ScheduleSettings,
        routed: Routed,
        clock: Clock,
        last: Callable[[], Awaitable[str]],
    ) -> None:
        self.source = Source(f"schedule.{name}")
        self._settings, self._routed, self._clock, self._last = settings, routed, clock, last
        self._zone = ZoneInfo(settings.zone)

    async def arrivals(self, *, once: bool) -> AsyncGenerator[Arrival]:
        """Times that have come; the first look begins at now."""
        while True:
            now = datetime.fromtimestamp(self._clock.time(), self._zone)
            last = await self._last()
            if not last:
                yield self._arrival(now, begun=True)
            elif (time := due(self._settings.cron, _time_of(last, self._zone), now)) is not None:
                yield self._arrival(time, begun=False)
            if once:
                return
            # By timestamps: two times of one zone are subtracted as if no clock was ever set.
            until = next(CronSim(self._settings.cron, now)).timestamp() - self._clock.time()
            await asyncio.sleep(max(0.05, min(until, LONGEST)))

    async def settle(self, arrival: Arrival, fate: Arrived) -> None:
        """Nothing lies anywhere."""

    def _arrival(self, time: datetime, *, begun: bool) -> Arrival:
        # In UTC the names of times sort as the times do.
        name = time.astimezone(UTC).isoformat(timespec="seconds")
        identity = f"time\0{self.source.name}\0{BEGUN if begun else name}".encode()
        cases = () if begun else (self._routed,)
        refused = BEGUN if begun else ""
        return Arrival(self.source, identity, name, time.date(), cases=cases, refused=refused)


def due(cron: str, last: datetime, now: datetime) -> datetime | None:
    """The latest time after `last` and not after `now`: of several that were missed only this."""
    latest = next(CronSim(cron, _after(now), reverse=True), None)
    if latest is None or not last.timestamp() < latest.timestamp() <= now.timestamp():
        return None
    return latest


def _after(now: datetime) -> datetime:
    """A moment later, so that a time that is just now counts."""
    return datetime.fromtimestamp(int(now.timestamp()) + 1, now.tzinfo)


def _time_of(name: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(name).astimezone(zone)
