"""Days and times as the clock tells them, in the zone where the company works."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from leitstand.clock import Clock

__all__ = ["day_of", "moment"]

_HERE = ZoneInfo("Europe/Berlin")


def day_of(clock: Clock) -> date:
    """The day that it is in Germany."""
    return datetime.fromtimestamp(clock.time(), _HERE).date()


def moment(clock: Clock, zone: ZoneInfo) -> datetime:
    """Now, in a zone."""
    return datetime.fromtimestamp(clock.time(), UTC).astimezone(zone)
