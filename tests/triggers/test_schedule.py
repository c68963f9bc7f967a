"""Schedules: in German time, each time once, what was missed caught up once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.clock import SystemClock
from leitstand.project import Project
from leitstand.records import Routed
from leitstand.triggers import open_triggers
from leitstand.triggers.schedule import Schedule, due
from leitstand.triggers.settings import ScheduleSettings
from tests.triggers.house import entering, opened, rows, seen

BERLIN = ZoneInfo("Europe/Berlin")
DAILY: Mapping[str, Any] = {"cron": "0 7 * * mon-fri", "role": "buying", "title": "Morgens"}


class Set(SystemClock):
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now

    def time(self) -> float:
        """The time as it is set."""
        return self.now.timestamp()


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("cron", "last", "now", "found"),
    [
        ("0 7 * * *", "2026-11-28T06:00", "2026-11-28T06:59:59", None),
        ("0 7 * * *", "2026-11-28T06:00", "2026-11-28T07:00", "2026-11-28T07:00"),
        ("0 7 * * *", "2026-11-28T07:00", "2026-11-28T08:00", None),
        ("0 7 * * *", "2026-11-20T07:00", "2026-11-28T06:00", "2026-11-27T07:00"),
        ("0 7 * * mon-fri", "2026-11-27T07:00", "2026-11-29T12:00", None),
        # The night in which the clock goes back: half past two comes twice, and counts once.
        ("30 2 * * *", "2026-10-24T02:30", "2026-10-25T05:00", "2026-10-25T02:30"),
        # … and forward: half past two never comes, and is not lost.
        ("30 2 * * *", "2026-03-28T02:30", "2026-03-29T05:00", "2026-03-29T03:00"),
    ],
)
def test_when_a_time_has_come(cron: str, last: str, now: str, found: str | None) -> None:
    """The latest of those that were missed, in the time on the wall."""
    assert due(cron, _at(last), _at(now)) == (_at(found) if found else None)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_no_time_comes_twice(before: int, later: int) -> None:
    """What has fired is not due again until the next time."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    last = (start + timedelta(minutes=before)).astimezone(BERLIN)
    now = last + timedelta(minutes=later)
    time = due("15 */6 * * *", last, now.astimezone(UTC).astimezone(BERLIN))
    if time is not None:
        assert last.timestamp() < time.timestamp() <= now.timestamp()
        assert due("15 */6 * * *", time, now.astimezone(UTC).astimezone(BERLIN)) is None


async def test_times_become_cases_and_missed_ones_are_caught_up_once(
    shop: Project, tmp_path: Path
) -> None:
    """The first look begins; four days later there is one case, after a restart no second (R3)."""
    project = entering(shop, {"schedules": {"morning": {**DAILY, "row": {"name": "r1"}}}})
    async with opened(project, tmp_path) as leitstand:
        triggers = open_triggers(leitstand)
        [schedule] = triggers.each
        assert isinstance(schedule, Schedule)
        clock = Set(_at("2026-11-23T06:00"))
        schedule._clock = clock  # pyright: ignore[reportPrivateUsage]
        for now in ("2026-11-23T06:00", "2026-11-23T06:30", "2026-11-26T09:00", "2026-11-26T10:00"):
            clock.now = _at(now)
            await triggers.once()
    async with opened(project, tmp_path) as leitstand:
        triggers = open_triggers(leitstand)
        triggers.each[0]._clock = Set(_at("2026-11-26T11:00"))  # pyright: ignore[reportAttributeAccessIssue]
        await triggers.once()
    assert seen(tmp_path) == ["Morgens"]
    named = sorted((r["outcome"], r["name"]) for r in rows(tmp_path))
    assert named == [("begun", "2026-11-23T05:00:00+00:00"), ("cases", "2026-11-26T06:00:00+00:00")]


def test_a_schedule_speaks_of_one_place() -> None:
    """Nothing lies anywhere."""

    async def never() -> str:
        return ""

    made = Schedule(
        "x", ScheduleSettings.model_validate(dict(DAILY)), Routed("buying"), SystemClock(), never
    )
    assert made.source.place("cases") == ""
