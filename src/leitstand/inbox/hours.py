"""Hours: when people of a tenant are at work, and when a card's deadlines are by that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from leitstand.errors import ProjectRefused
from leitstand.holidays import Germany, HolidayBase
from leitstand.table import Web, read_table
from leitstand.values import Frozen

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORK = (time(8), time(17))
_FURTHEST = 3_660
"""Days after which a deadline is given up as none."""


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline of a card: level 0 reminds, level n tells the n-th role of the chain."""

    level: int
    at: float
    role: str = ""


class Deadlines(Frozen):
    """`deadlines` of a tenant; without hours nobody is reminded and nothing escalates.

    `remind_hours` and `escalate_hours` are hours of work: until those who may decide are reminded,
    and until the next role of `chain` is told, each time anew. `queue_days` are days of work until
    an exception should be cleared up, where its role does not say otherwise. `hours` says from when
    to when people work on which weekdays, `state` whose public holidays are free (`NW`, `HH`, …).
    """

    remind_hours: float | None = Field(default=None, gt=0, le=10_000)
    queue_days: int = Field(default=2, gt=0, le=1_000)
    escalate_hours: float | None = Field(default=None, gt=0, le=10_000)
    chain: tuple[str, ...] = ()
    hours: dict[Weekday, tuple[time, time]] = dict.fromkeys(_WEEK[:5], _WORK)
    state: str = ""

    @field_validator("state")
    @classmethod
    def _known(cls, state: str) -> str:
        if state:
            try:
                _holidays(state)
            except NotImplementedError as error:
                raise ValueError(f"no Bundesland `{state}`") from error
        return state

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.hours or any(begin >= end for begin, end in self.hours.values()):
            raise ValueError("`hours` names at least one day, and each begins before it ends")
        return self

    def due(self, opened: float, zone: ZoneInfo) -> tuple[Due, ...]:
        """The deadlines of a card that was opened then, the earliest first."""
        found: list[Due] = []
        if self.remind_hours:
            found.append(Due(0, self.after(opened, self.remind_hours, zone)))
        found += self._chain(opened, zone)
        return tuple(sorted(found, key=lambda d: (d.at, d.level)))

    def after(self, start: float, hours: float, zone: ZoneInfo) -> float:
        """The moment when so many hours of work have passed, seconds since the epoch."""
        left = hours * 3600
        for begin, end in self._shifts(start, zone):
            worked = max(0.0, end - max(begin, start))
            if left <= worked:
                return max(begin, start) + left
            left -= worked
        raise ProjectRefused("there is no such day within ten years", where="deadlines")

    def cleared(self, left: float, days: int | None, zone: ZoneInfo) -> tuple[Due, ...]:
        """The deadlines of a case that left the automation then: its own, then the chain's."""
        end = self.by(left, days or self.queue_days, zone)
        return (Due(0, end), *self._chain(end, zone))

    def by(self, start: float, days: int, zone: ZoneInfo) -> float:
        """When the last hour of so many days of work ends; the day of `start` is not one of them.

        Seconds since the epoch.
        """
        first, left = datetime.fromtimestamp(start, zone).date(), days
        for begin, end in self._shifts(start, zone):
            left -= datetime.fromtimestamp(begin, zone).date() > first
            if left == 0:
                return end
        raise ProjectRefused("there is no such day within ten years", where="deadlines")

    def _chain(self, start: float, zone: ZoneInfo) -> Iterator[Due]:
        """When each role of the chain is told, counted from then."""
        for level, role in enumerate(self.chain if self.escalate_hours else (), start=1):
            hours = level * (self.escalate_hours or 0.0)
            yield Due(level, self.after(start, hours, zone), role)

    def shifts(self, start: float, end: float, zone: ZoneInfo) -> Iterator[tuple[float, float]]:
        """The hours of work from the day of `start` on that begin before `end`."""
        return takewhile(lambda shift: shift[0] < end, self._shifts(start, zone))

    def _shifts(self, start: float, zone: ZoneInfo) -> Iterator[tuple[float, float]]:
        """The hours of work of each day from that of `start` on, holidays left out."""
        first = datetime.fromtimestamp(start, zone).date()
        free = _holidays(self.state) if self.state else ()
        for n in range(_FURTHEST):
            day = first + timedelta(days=n)
            shift = self.hours.get(_WEEK[day.weekday()])
            if shift is not None and day not in free:
                begin, end = (datetime.combine(day, at, zone).timestamp() for at in shift)
                yield begin, end


def deadlines_of(limits: Mapping[str, Any], web: Web) -> Deadlines:
    """`deadlines` of the tenant's data, else those of the project's table.

    Raises ProjectRefused: they make no sense.
    """
    return read_table(Deadlines, limits.get("deadlines", web.deadlines), "deadlines")


@lru_cache(maxsize=32)
def _holidays(state: str) -> HolidayBase:
    return Germany(subdiv=state)
