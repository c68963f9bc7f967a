"""Sick notes: certificate, its day and way, continued pay."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.errors import Missing
from policies.facts.hr.sickness import absence_of
from tests.policies.facts.hr.people import day, note, person


@pytest.mark.parametrize(
    ("start", "end", "due"),
    [
        ("2026-11-16", "2026-11-18", None),
        ("2026-11-16", "2026-11-19", "2026-11-19"),
        ("2026-11-18", "2026-11-23", "2026-11-23"),
        ("2026-11-19", "2026-11-24", "2026-11-23"),
        ("2026-12-22", "2026-12-30", "2026-12-28"),
        ("2026-10-28", "2026-11-03", "2026-11-02"),
        ("2027-03-23", "2027-04-02", "2027-03-30"),
    ],
)
def test_the_certificate_is_due_on_a_day_of_work(start: str, end: str, due: str | None) -> None:
    """After three calendar days, on the next day on which the company works (§ 5 (1) EntgFG)."""
    assert note(start, end).due == (day(due) if due else None)


def test_a_company_that_works_on_saturdays() -> None:
    """Which days these are is the company's data."""
    week = ["Mo", "Di", "Mi", "Do", "Fr", "Sa"]
    assert note("2026-11-18", "2026-11-23", company_workdays=week).due == day("2026-11-21")


@pytest.mark.parametrize(
    ("insurance", "channel"),
    [
        ("GKV", "eAU-Abruf (GKV), frühestens 2026-11-20"),
        ("gesetzlich versichert", "eAU-Abruf (GKV), frühestens 2026-11-20"),
        ("privat", "Papier-AU (PKV)"),
        ("pkv", "Papier-AU (PKV)"),
    ],
)
def test_how_it_comes(insurance: str, channel: str) -> None:
    """By insurance, however the record writes it."""
    assert note("2026-11-16", "2026-11-20", person(insurance=insurance)).channel == channel


def test_no_insurance_no_guess() -> None:
    """A record without insurance is named where it matters, and only there."""
    nobody = person(insurance="")
    assert note("2026-11-16", "2026-11-17", nobody).channel is None
    with pytest.raises(Missing, match="insurance"):
        _ = note("2026-11-16", "2026-11-20", nobody).channel


@pytest.mark.parametrize(
    ("entry", "start", "end", "until", "exceeds", "waiting"),
    [
        ("2015-01-01", "2026-09-07", "2026-10-18", "2026-10-18", False, False),
        ("2015-01-01", "2026-09-07", "2026-10-19", "2026-10-18", True, False),
        ("2026-08-01", "2026-08-11", "2026-08-16", None, False, True),
        ("2026-08-01", "2026-08-11", "2026-08-28", None, False, True),
        ("2026-08-01", "2026-08-11", "2026-08-29", "2026-08-29", False, True),
        ("2026-08-01", "2026-08-29", "2026-09-04", "2026-09-04", False, False),
        ("2026-08-01", "2026-08-20", "2026-10-20", "2026-10-09", True, True),
    ],
)
def test_continued_pay(
    entry: str, start: str, end: str, until: str | None, *, exceeds: bool, waiting: bool
) -> None:
    """Six weeks, none in the first four weeks of employment, then six weeks (§ 3 EntgFG)."""
    found = note(start, end, person(entry=day(entry)))
    assert found.paid_until == (day(until) if until else None)
    assert (found.exceeds, found.waiting) == (exceeds, waiting)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 120))
def test_what_is_recorded_holds_together(start: date, length: int) -> None:
    """Whatever the days: pay ends within them, and at most after six weeks."""
    end = start + timedelta(days=length)
    found = absence_of(note(start.isoformat(), end.isoformat()), health_removed=False)
    assert found.calendar_days == length + 1
    assert found.au_required == (found.au_latest is not None) == (found.channel is not None)
    assert found.continued_pay_until is not None
    assert start <= found.continued_pay_until <= end
    assert (found.continued_pay_until - start).days < 42
    assert found.exceeds_six_weeks == (length >= 42)


@pytest.mark.parametrize(
    ("insurance", "channel"),
    [
        ("AOK Nordost", "eAU-Abruf"),
        ("Techniker Krankenkasse", "eAU-Abruf"),
        ("freiwillig gesetzlich", "eAU-Abruf"),
        ("Signal Iduna", "Papier-AU"),
        ("DKV Tarif B3", "Papier-AU"),
    ],
)
def test_an_insurance_may_stand_there_by_its_name(insurance: str, channel: str) -> None:
    """Masters name the fund, not its kind."""
    found = note("2026-11-16", "2026-11-20", person(insurance=insurance)).channel
    assert found is not None
    assert found.startswith(channel)


@pytest.mark.parametrize("insurance", ["Sonnenschein VVaG", "TK, privat zusatzversichert"])
def test_an_insurance_of_no_known_kind_is_named(insurance: str) -> None:
    """Neither word or both: no guess, and the message says which one."""
    unsure = person(insurance=insurance)
    with pytest.raises(Missing, match=insurance):
        assert note("2026-11-16", "2026-11-20", unsure).channel
