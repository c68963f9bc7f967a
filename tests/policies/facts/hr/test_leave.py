"""Leave: days, entitlement, balance and staffing, for employees and companies of all kinds."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from holidays import Germany
from hypothesis import given
from hypothesis import strategies as st

from leitstand.errors import Missing
from policies.facts.hr.leave import entitlement_of, full_months
from policies.facts.hr.limits import hr_limits_of
from tests.policies.facts.hr.people import day, limits, person, request
from tools.hr import Granted

FIRST = ("2026-11-30", "2026-11-30", "leave")


@pytest.mark.parametrize(
    ("state", "start", "end", "days", "holidays"),
    [
        ("HB", "2026-12-21", "2026-12-31", 8, ["2026-12-25"]),
        ("BY", "2026-01-05", "2026-01-09", 4, ["2026-01-06"]),
        ("Bayern", "2026-06-01", "2026-06-05", 4, ["2026-06-04"]),
        ("DE-NW", "2027-11-01", "2027-11-05", 4, ["2027-11-01"]),
        ("SN", "2026-11-16", "2026-11-20", 4, ["2026-11-18"]),
        ("BE", "2027-03-08", "2027-03-12", 4, ["2027-03-08"]),
        ("TH", "2027-09-20", "2027-09-24", 4, ["2027-09-20"]),
        ("BW", "2026-10-31", "2026-11-01", 0, []),
    ],
)
def test_holidays_of_the_land(
    state: str, start: str, end: str, days: int, holidays: list[str]
) -> None:
    """Public holidays of the place of work are no days of leave, however the Land is written."""
    asked = request(start, end, person(state=state))
    assert asked.working_days == days
    inside = asked.calendar.holidays_inside(asked.start, asked.end)
    assert [h.isoformat() for h in inside] == holidays


def test_holidays_of_a_place_and_a_kind() -> None:
    """Assumption day holds in Catholic parts of Bavaria, the Peace feast in Augsburg alone."""
    assert request("2025-08-15", "2025-08-15", person(state="BY")).working_days == 1
    catholic = person(state="BY", holidays=("catholic",))
    assert request("2025-08-15", "2025-08-15", catholic).working_days == 0
    assert request("2025-08-08", "2025-08-08", person(state="Augsburg")).working_days == 0


@pytest.mark.parametrize(
    ("who", "days"),
    [
        ({"days_per_week": 4}, 4),
        ({"days_per_week": 5}, 5),
        ({"days_per_week": 6}, 6),
        ({"days_per_week": 3, "workdays": ("Mo", "Mi", "Fr")}, 3),
        ({"workdays": ("Donnerstag", "Samstag")}, 2),
        ({"workdays": ("Sonnabend", "Sonntag", "monday", "Tuesday", "wed")}, 5),
    ],
)
def test_the_pattern_of_the_week(who: dict[str, object], days: int) -> None:
    """Days a week from Monday on, or those that the record names."""
    assert request("2026-11-30", "2026-12-06", person(**who)).working_days == days


def test_names_of_weekdays() -> None:
    """`Sonnabend` begins as `Sonntag` and is the day before; a company has names of its own."""
    who = person(workdays=("Sonnabend",))
    assert request("2026-12-05", "2026-12-05", who).working_days == 1
    assert request("2026-12-06", "2026-12-06", who).working_days == 0
    own = {"weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}
    settings = {**own, "company_workdays": ["Mon"]}
    other = person(workdays=("Saturday",))
    assert request("2026-12-05", "2026-12-05", other, limits=settings).working_days == 1


def test_days_off_and_half_days() -> None:
    """What a company gives on Christmas Eve and New Year's Eve is its own data."""
    asked = request("2026-12-21", "2026-12-31", limits={"days_off": ["12-24"]})
    assert asked.working_days == 7
    halves = request("2026-12-21", "2026-12-31", limits={"half_days": ["12-24", "12-31"]})
    assert halves.working_days == 7


@pytest.mark.parametrize(
    ("entry", "leaving", "year", "days"),
    [
        ("2026-08-01", None, 2026, 13),
        ("2026-08-15", None, 2026, 10),
        ("2026-07-01", None, 2026, 15),
        ("2026-12-02", None, 2026, 0),
        ("2026-04-01", None, 2026, 23),
        ("2026-06-01", None, 2026, 20),
        ("2026-08-01", None, 2027, 30),
        ("2026-08-01", None, 2025, 0),
        ("2010-01-01", "2026-03-31", 2026, 8),
        ("2010-01-01", "2026-07-31", 2026, 20),
        ("2010-01-01", "2026-12-31", 2026, 30),
        ("2010-01-01", "2026-03-31", 2027, 0),
    ],
)
def test_entitlement(entry: str, leaving: str | None, year: int, days: int) -> None:
    """A twelfth a full month in the years of entry and exit, never less than the law gives."""
    who = person(entry=day(entry), exit=day(leaving) if leaving else None)
    assert entitlement_of(who, year, limits()) == days


@pytest.mark.parametrize(
    ("entry", "leaving", "days"),
    [
        ("2026-03-01", None, 30),
        ("2026-06-30", None, 30),
        ("2026-07-01", None, 15),
        ("2010-01-01", "2026-06-30", 15),
        ("2010-01-01", "2026-07-31", 30),
        ("2026-04-01", "2026-08-31", 13),
    ],
)
def test_a_contract_may_say_nothing_of_twelfths(entry: str, leaving: str | None, days: int) -> None:
    """Its leave is then due as the statutory one: whole, or in part (§§ 4, 5 BUrlG)."""
    who = person(entry=day(entry), exit=day(leaving) if leaving else None)
    assert entitlement_of(who, 2026, limits(leave={"twelfths": False})) == days


def test_who_goes_within_the_waiting_period() -> None:
    """A twelfth for each full month, also in the second half of the year (§ 5 (1) b)."""
    who = person(entry=day("2027-04-01"), exit=day("2027-08-31"))
    assert entitlement_of(who, 2027, limits()) == 13
    waited = person(entry=day("2027-01-01"), exit=day("2027-08-31"))
    assert entitlement_of(waited, 2027, limits()) == 20


def test_what_was_granted_is_taken() -> None:
    """Beside what the master record knows, in each year on its own."""
    granted = (Granted(year=2026, days=Decimal(25)), Granted(year=2027, days=Decimal(28)))
    who = person(granted=granted)
    assert not request("2026-11-30", "2026-12-04", who).short
    assert request("2026-11-30", "2026-12-07", who).short
    assert request("2027-02-01", "2027-02-03", who).short


def test_the_years_account() -> None:
    """Taken days count in their year alone; days of the year before until they expire."""
    who = person(taken=Decimal(12), carry_over=Decimal(3), carry_over_expires=date(2026, 3, 31))
    [early] = request("2026-02-02", "2026-02-06", who).years
    assert (early.balance_before, early.balance_after) == (21, 16)
    [over] = request("2026-03-30", "2026-04-10", who).years
    assert over.balance_before == 20
    [late] = request("2026-05-04", "2026-05-08", who, came="2026-04-01").years
    assert (late.balance_before, late.balance_after) == (18, 13)
    [coming] = request("2027-05-03", "2027-05-07", who).years
    assert (coming.entitlement, coming.balance_before) == (30, 30)
    [past] = request("2025-05-05", "2025-05-09", who).years
    assert past.balance_before is None


def test_days_that_expire_in_a_year_to_come() -> None:
    """The record is this year's all the same; the days hold until their day, in either year."""
    who = person(taken=Decimal(27), carry_over=Decimal(3), carry_over_expires=date(2027, 3, 31))
    came = "2026-09-01"
    [now] = request("2026-10-05", "2026-10-09", who, came=came).years
    assert (now.balance_before, now.balance_after) == (6, 1)
    assert request("2026-10-05", "2026-10-13", who, came=came).short
    [next_spring] = request("2027-03-01", "2027-03-05", who, came=came).years
    assert next_spring.balance_before == 33
    [next_summer] = request("2027-06-07", "2027-06-11", who, came=came).years
    assert next_summer.balance_before == 30


def test_the_day_of_recorded_data() -> None:
    """HR's own day counts, else the company's; without either it has none."""
    company = {"today": "2026-11-20"}
    assert hr_limits_of(company).today == day("2026-11-20")
    assert hr_limits_of({**company, "hr": {"today": "2026-11-21"}}).today == day("2026-11-21")
    assert hr_limits_of({}).today is None


def test_nobody_knows_when_it_came_in() -> None:
    """It is of no other year than the first that it asks for."""
    who = person(taken=Decimal(12))
    asked = request("2026-11-30", "2026-12-04", who, came=None)
    assert asked.years[0].balance_before == 18
    expiring = person(taken=Decimal(12), carry_over_expires=date(2026, 3, 31))
    [next_year] = request("2027-05-10", "2027-05-14", expiring, came=None).years
    assert next_year.balance_before == 30


def test_no_notice_no_expiry() -> None:
    """Without the employer's notice days of the year before hold on (§ 7 (3) BUrlG)."""
    own = {"carry_over": Decimal(3), "carry_over_expires": date(2026, 3, 31)}
    asked = request("2026-05-04", "2026-05-08", person(**own, expiry_notice=False))
    assert asked.carried_on
    assert asked.years[0].balance_before == 33
    assert not request("2026-05-04", "2026-05-08", person(**own)).carried_on


def test_too_little_is_short() -> None:
    """The balance that is left to the day suffices; a day more does not."""
    who = person(taken=Decimal(27))
    assert not request("2026-11-02", "2026-11-04", who).short
    asked = request("2026-11-02", "2026-11-05", who)
    assert asked.short
    assert asked.years[0].balance_after is None


def test_over_the_turn_of_the_year() -> None:
    """Each year has its own balance."""
    asked = request("2026-12-28", "2027-01-08", person(taken=Decimal(28)))
    assert [(y.year, y.working_days) for y in asked.years] == [(2026, 4), (2027, 5)]
    assert [y.balance_after for y in asked.years] == [None, 25]
    assert asked.working_days == 9


def test_within_the_waiting_period() -> None:
    """In January of the next year a twelfth is earned; after six months all of it is."""
    who = person(entry=date(2026, 8, 1))
    assert request("2027-01-04", "2027-01-15", who, came="2026-12-01").early
    assert not request("2027-01-04", "2027-01-05", who, came="2026-12-01").early
    assert not request("2027-02-01", "2027-02-19", who, came="2026-12-01").early
    assert not request("2026-12-14", "2026-12-31", who, came="2026-12-01").early
    carried = {"carry_over": Decimal(8), "carry_over_expires": date(2027, 3, 31)}
    kept = person(entry=date(2026, 8, 1), **carried)
    assert not request("2027-01-04", "2027-01-15", kept, came="2027-01-02").early
    assert request("2027-01-04", "2027-01-22", kept, came="2027-01-02").early


@pytest.mark.parametrize(
    ("away", "least", "short"),
    [
        ([], 2, False),
        ([("P2", "2026-11-30", "2026-12-05", "other")], 2, True),
        ([("P2", "2026-12-04", "2026-12-09", "sick")], 2, True),
        ([("P2", "2026-12-05", "2026-12-09", "sick")], 2, False),
        ([("P2", *FIRST), ("P3", "2026-12-01", "2026-12-01", "leave")], 1, False),
        ([("P2", *FIRST), ("P3", "2026-11-30", "2026-12-01", "leave")], 1, True),
        ([("P1", "2026-11-30", "2026-12-05", "other")], 2, False),
    ],
)  # fmt: skip
def test_least_staffing(away: list[tuple[str, str, str, str]], least: int, *, short: bool) -> None:
    """Counted day by day, the one who asks left out of those who are there."""
    asked = request(
        "2026-11-30", "2026-12-04", away=away, staff=("P1", "P2", "P3"),
        limits={"min_staffing": {"Werk": least}},
    )  # fmt: skip
    assert asked.staffing is not None
    assert asked.staffing.short == short


def test_nobody_says_how_many() -> None:
    """Without a figure for the department nobody is short."""
    assert request("2026-11-30", "2026-12-04").staffing is None


@pytest.mark.parametrize(
    "kind", ["Sonderurlaub", "Bildungsurlaub", "unbezahlter Urlaub", "Elternzeit"]
)
def test_other_kinds_are_not_counted(kind: str) -> None:
    """They never touch the balance."""
    asked = request("2026-11-30", "2026-12-04", kind=kind)
    assert not asked.counted
    assert asked.years == ()
    assert not asked.short


@pytest.mark.parametrize("kind", ["erholungsurlaub", "ERHOLUNGSURLAUB", " Urlaub ", "vacation"])
def test_annual_leave_however_written(kind: str) -> None:
    """The list of kinds is data; case and blanks do not matter."""
    assert request("2026-11-30", "2026-12-04", kind=kind).counted


@pytest.mark.parametrize(
    "who",
    [
        {"days_per_week": None},
        {"state": "XX"},
        {"state": ""},
        {"contract_days": None},
        {"taken": None},
        {"workdays": ("Blau",)},
        {"holidays": ("pagan",)},
    ],
)
def test_a_record_that_says_too_little(who: dict[str, object]) -> None:
    """What is missing is named, nothing is guessed."""
    with pytest.raises(Missing):
        _ = request("2026-11-30", "2026-12-04", person(**who)).years


@given(
    start=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    length=st.integers(0, 60),
    week=st.integers(1, 7),
    land=st.sampled_from(sorted(set(Germany.subdivisions) - {"Augsburg"})),
)
def test_days_add_up(start: date, length: int, week: int, land: str) -> None:
    """Days of leave are those of its parts; holidays inside are no working days."""
    end = start + timedelta(days=length)
    asked = request(
        start.isoformat(),
        end.isoformat(),
        person(days_per_week=week, state=land),
        came="2024-01-01",
    )
    calendar = asked.calendar
    middle = start + timedelta(days=length // 2)
    parts = calendar.working_days(start, middle)
    parts += calendar.working_days(middle + timedelta(days=1), end)
    assert parts == asked.working_days == sum(y.working_days for y in asked.years)
    for holiday in calendar.holidays_inside(start, end):
        assert calendar.weight(holiday) == 0
        assert holiday.weekday() < week


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_full_months(first: date, length: int) -> None:
    """As many months as fit; one more would not."""
    last = first + timedelta(days=length)
    months = full_months(first, last)
    assert months * 28 <= length + 1
    assert length + 1 < (months + 1) * 31 + 1
