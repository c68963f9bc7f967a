"""Working time: what entries break, and entries that cannot be true."""

import pytest

from policies.facts.hr.calendar import calendar_of
from policies.facts.hr.worktime import conflict_in, violations_of, words_of
from tests.policies.facts.hr.people import entry, limits, person
from tools.hr import Entry, WorktimeRule

MORNING = entry("2026-11-09T08:00", "2026-11-09T12:00")
Found = list[tuple[str, str, str | None]]


def broken(*entries: Entry, state: str = "HB") -> Found:
    """Rule, day and value of each violation."""
    calendar = calendar_of(person(state=state), limits())
    found = violations_of(entries, calendar, limits())
    return [(v.rule, v.date.isoformat(), None if v.value is None else str(v.value)) for v in found]


@pytest.mark.parametrize(
    ("end", "break_min", "rules"),
    [
        ("14:00", 0, []),
        ("14:01", 0, ["break_30"]),
        ("14:30", 29, ["break_30"]),
        ("14:30", 30, []),
        ("17:30", 30, []),
        ("17:31", 30, ["break_45"]),
        ("17:45", 44, ["break_45"]),
        ("17:45", 45, []),
        ("18:45", 45, []),
        ("18:46", 45, ["daily"]),
        ("19:00", 10, ["daily", "break_45"]),
    ],
)
def test_a_day(end: str, break_min: int, rules: list[str]) -> None:
    """Hours and breaks to the minute, on either side of each limit."""
    found = broken(entry("2026-11-09T08:00", f"2026-11-09T{end}", break_min))
    assert [rule for rule, _, _ in found] == rules


def test_entries_of_a_day_add_up_and_gaps_are_breaks() -> None:
    """Two parts with an hour between them are a day with an hour of break; short gaps are none."""
    morning, noon = entry("2026-11-09T07:00", "2026-11-09T12:00"), "2026-11-09T13:00"
    assert broken(morning, entry(noon, "2026-11-09T17:00")) == []
    assert broken(morning, entry(noon, "2026-11-09T18:30")) == [("daily", "2026-11-09", "10.50")]
    short = entry("2026-11-09T12:10", "2026-11-09T15:00")
    assert broken(morning, short) == [("break_30", "2026-11-09", "0")]


def test_rest_between_days() -> None:
    """Counted from the end of one day's work to the next, also after a night."""
    late = entry("2026-11-09T13:00", "2026-11-09T22:30", 45)
    assert broken(late, entry("2026-11-10T09:30", "2026-11-10T15:00")) == []
    assert broken(late, entry("2026-11-10T09:29", "2026-11-10T15:00")) == [
        ("rest", "2026-11-10", "10.98")
    ]
    night = entry("2026-11-09T22:00", "2026-11-10T06:00", 45)
    assert broken(night, entry("2026-11-10T14:00", "2026-11-10T19:00")) == [
        ("rest", "2026-11-10", "8.00")
    ]


def test_nights_in_which_the_clock_is_changed() -> None:
    """Hours are those that went by: one less in March, one more in October."""
    spring = entry("2027-03-27T21:00", "2027-03-28T08:45", 45)
    assert [rule for rule, _, _ in broken(spring)] == ["sunday"]
    autumn = entry("2027-10-30T21:00", "2027-10-31T07:45", 45)
    assert broken(autumn, state="BY")[0] == ("daily", "2027-10-30", "11.00")
    late = entry("2027-10-30T13:00", "2027-10-30T22:00", 45)
    assert [r for r, _, _ in broken(late, entry("2027-10-31T08:00", "2027-10-31T10:00"))] == [
        "sunday"
    ]


def test_a_night_in_two_entries_is_one_shift() -> None:
    """A break around midnight is no rest."""
    first = entry("2026-11-09T22:00", "2026-11-10T01:00")
    assert broken(first, entry("2026-11-10T01:45", "2026-11-10T06:00")) == []


@pytest.mark.parametrize(
    ("start", "end", "state", "days"),
    [
        ("2026-11-15T08:00", "2026-11-15T12:00", "HB", ["2026-11-15"]),
        ("2026-10-31T08:00", "2026-10-31T12:00", "HH", ["2026-10-31"]),
        ("2026-10-31T08:00", "2026-10-31T12:00", "BY", []),
        ("2026-11-14T20:00", "2026-11-15T02:00", "HB", ["2026-11-15"]),
        ("2026-11-14T18:00", "2026-11-15T00:00", "HB", []),
        ("2026-11-15T22:00", "2026-11-16T02:00", "HB", ["2026-11-15"]),
        ("2026-12-25T22:00", "2026-12-26T02:00", "HB", ["2026-12-25", "2026-12-26"]),
    ],
)
def test_sundays_and_holidays(start: str, end: str, state: str, days: list[str]) -> None:
    """Every Sunday or holiday of the Land that work touches (§ 9 ArbZG)."""
    found = broken(entry(start, end), state=state)
    assert [day for rule, day, _ in found if rule == "sunday"] == days


def test_the_order_of_entries_changes_nothing() -> None:
    """Violations come by day, then in the order of the law."""
    entries = (
        entry("2026-11-15T09:00", "2026-11-15T21:00"),
        entry("2026-11-14T10:00", "2026-11-14T23:00", 30),
    )
    assert broken(*entries) == broken(*reversed(entries)) == [
        ("daily", "2026-11-14", "12.50"),
        ("break_45", "2026-11-14", "30"),
        ("daily", "2026-11-15", "12.00"),
        ("break_45", "2026-11-15", "0"),
        ("rest", "2026-11-15", "10.00"),
        ("sunday", "2026-11-15", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([entry("2026-11-09T08:00", "2026-11-09T08:00")], "endet nicht"),
        ([entry("2026-11-09T16:00", "2026-11-09T08:00")], "endet nicht"),
        ([entry("2026-11-09T08:00", "2026-11-09T10:00", 120)], "mehr Pause"),
        ([entry("2026-11-09T08:00", "2026-11-10T09:00")], "länger als ein"),
        (
            [MORNING, entry("2026-11-09T11:00", "2026-11-09T13:00")],
            "überschneiden",
        ),
    ],
)  # fmt: skip
def test_entries_that_cannot_be_true(entries: list[Entry], said: str) -> None:
    """They are named, not judged."""
    assert said in str(conflict_in(entries))


@pytest.mark.parametrize(
    "offered",
    [
        ["§ 3: 10 h", "§ 4: 30 Minuten", "§ 4: 45 Minuten", "§ 5 Ruhe", "§ 9 Sonntag"],
        ["10 h (§ 3)", "Pause 30 (§ 4)", "Pause 45 (§ 4)", "Ruhe 11 h (§ 5)", "Ruhetag (§ 9)"],
        ["daily maximum", "break of 30 min", "break of 45 min", "rest period", "Sunday work"],
    ],
)
def test_words_of_a_company(offered: list[str]) -> None:
    """The word of the vocabulary that means a rule, wherever in it its paragraph stands."""
    own = limits(vocabulary={"working_time_rules": offered})
    rules: tuple[WorktimeRule, ...] = ("daily", "break_30", "break_45", "rest", "sunday")
    assert [words_of(rule, own) for rule in rules] == offered
    shuffled = limits(vocabulary={"working_time_rules": offered[::-1]})
    assert [words_of(rule, shuffled) for rule in rules] == offered


def test_words_of_no_company() -> None:
    """Without a vocabulary, or without a word in it that fits, it is the usual one."""
    assert words_of("break_45", limits()) == "ArbZG§4 pause<45"
    short = limits(vocabulary={"working_time_rules": ["§ 5 Ruhe"]})
    assert words_of("break_45", short) == "ArbZG§4 pause<45"


def test_work_after_half_a_night_is_no_break() -> None:
    """Three hours between two days' work are too short a rest, not a long break (§ 5 ArbZG)."""
    late = entry("2026-11-09T16:00", "2026-11-10T01:00", 45)
    found = broken(late, entry("2026-11-10T04:00", "2026-11-10T09:00"))
    assert found == [("rest", "2026-11-10", "3.00")]
