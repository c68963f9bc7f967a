"""Hours: deadlines are counted in hours of work, without nights, weekends and public holidays."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.clock import zone_of
from leitstand.errors import ProjectRefused
from leitstand.inbox import Deadlines, deadlines_of
from leitstand.table import Web

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    """A moment in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def rules(**more: Any) -> Deadlines:  # noqa: ANN401
    """Deadlines as tenant data say them."""
    return deadlines_of({"deadlines": more}, Web())


@pytest.mark.parametrize(
    ("opened", "hours", "state", "then"),
    [
        ("2026-06-01T09:00", 2, "", "2026-06-01T11:00"),
        ("2026-06-01T16:30", 2, "", "2026-06-02T09:30"),
        ("2026-06-01T22:00", 1, "", "2026-06-02T09:00"),
        ("2026-06-05T16:00", 2, "", "2026-06-08T09:00"),
        ("2026-06-03T16:00", 2, "NW", "2026-06-05T09:00"),
        ("2026-06-03T16:00", 2, "HH", "2026-06-04T09:00"),
        ("2026-12-24T16:00", 2, "HB", "2026-12-28T09:00"),
        ("2026-10-23T16:00", 2, "", "2026-10-26T09:00"),
        ("2026-06-01T08:00", 9, "", "2026-06-01T17:00"),
    ],
)
def test_hours_of_work(opened: str, hours: float, state: str, then: str) -> None:
    """Over nights, weekends, Fronleichnam (in NW, not in HH), Christmas, a change of clocks."""
    found = rules(state=state).after(at(opened), hours, BERLIN)
    shown = datetime.fromtimestamp(found, BERLIN).isoformat(timespec="minutes")
    assert shown[:16] == then


@given(st.floats(0, 4e9), st.floats(0.01, 200), st.floats(0.01, 200))
def test_hours_add_up(start: float, first: float, second: float) -> None:
    """Never in the past, and some hours after some others are all of them together."""
    found = rules(state="BY")
    middle = found.after(start, first, BERLIN)
    assert middle > start
    assert found.after(middle, second, BERLIN) == pytest.approx(
        found.after(start, first + second, BERLIN), abs=1e-3
    )


def test_each_role_of_the_chain_has_its_time() -> None:
    """A reminder, then role by role; nothing without hours."""
    some = rules(remind_hours=4, escalate_hours=9, chain=["head", "director"])
    due = some.due(at("2026-06-01T08:00"), BERLIN)
    assert [(d.level, d.role) for d in due] == [(0, ""), (1, "head"), (2, "director")]
    days = [datetime.fromtimestamp(d.at, UTC).isoformat()[:16] for d in due]
    assert days == ["2026-06-01T10:00", "2026-06-01T15:00", "2026-06-02T15:00"]
    assert rules(chain=["head"]).due(0.0, BERLIN) == ()
    assert deadlines_of({}, Web()).due(0.0, BERLIN) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "XX"},
        {"remind_hours": 0},
        {"remind_hours": "soon"},
        {"hours": {}},
        {"hours": {"mon": ["17:00", "08:00"]}},
        {"hours": {"someday": ["08:00", "17:00"]}},
        {"unknown": 1},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """By name, before the first card."""
    with pytest.raises(ProjectRefused, match=next(iter(wrong))):
        rules(**wrong)


def test_a_time_zone_that_is_none() -> None:
    """Refused by name; Berlin where none is given."""
    assert zone_of({}) == BERLIN
    for name in ("Europe/Nowhere", "../etc/passwd"):
        with pytest.raises(ProjectRefused, match=name):
            zone_of({"timezone": name})
