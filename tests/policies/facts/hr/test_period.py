"""The days that a text names, and what is too open to be one stretch of days."""

from datetime import date

import pytest

from policies.facts.hr.amounts import day_in
from policies.facts.hr.period import period_in
from policies.facts.hr.wording import day_words

MONDAY = date(2026, 11, 23)
MONTHS: list[list[str]] = day_words()["months"]
WEEK: list[list[str]] = day_words()["weekdays"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("vom 7. bis 11. Dezember", "2026-12-07", "2026-12-11"),
        ("01.-04.12.", "2026-12-01", "2026-12-04"),
        ("vom 14.12.2026 bis einschl. 18.12.2026 (5 Arbeitstage)", "2026-12-14", "2026-12-18"),
        ("Donnerstag, 3. Dezember, bis Freitag, 4. Dezember", "2026-12-03", "2026-12-04"),
        ("am 28. und 29.12.2026", "2026-12-28", "2026-12-29"),
        ("am 7.12., 8.12. und 9.12.", "2026-12-07", "2026-12-09"),
        ("from December 14 to December 18, 2026", "2026-12-14", "2026-12-18"),
        ("December 14-18", "2026-12-14", "2026-12-18"),
        ("15th to 19th of February", "2027-02-15", "2027-02-19"),
        ("on 4 Dec.", "2026-12-04", "2026-12-04"),
        ("von 28.12. bis 3.1.", "2026-12-28", "2027-01-03"),
        ("in der KW 2", "2027-01-11", "2027-01-17"),
        ("vom 7.12. bis 11.12. (KW 50)", "2026-12-07", "2026-12-11"),
        ("zwei Wochen ab 7. Dezember 2026", "2026-12-07", "2026-12-20"),
        ("Guten Morgen, am 9. Dezember", "2026-12-09", "2026-12-09"),
        ("morgen und übermorgen", "2026-11-24", "2026-11-25"),
        ("nächsten Montag", "2026-11-30", "2026-11-30"),
        ("diesen Freitag", "2026-11-27", "2026-11-27"),
    ],
)
def test_one_stretch_of_days(text: str, first: str, last: str) -> None:
    """Days as people write them; without a year it is the next such day."""
    days = period_in(text, MONDAY)
    assert days == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    [
        "am 3.12. und am 17.12.",
        "3. oder 4. Dezember",
        "ab 7.12.",
        "bis 11.12.",
        "nächsten Freitag",
        "Montag, 8.12.2026",
        "am 31.11.2026",
        "am 2.11.",
        "irgendwann im Dezember",
        "vom 11.12.2026 bis 7.12.2026",
    ],
)
def test_what_is_open_is_none(text: str) -> None:
    """Two days apart, half a stretch, a wrong weekday, a day that just went by: people ask."""
    assert period_in(text, MONDAY) is None


@pytest.mark.parametrize(
    ("number", "name"), [(n, name) for n, names in enumerate(MONTHS, 1) for name in names]
)
def test_every_name_of_a_month_is_read(number: int, name: str) -> None:
    """As a list of the lexicon has them, wherever a text names days; a stop may follow."""
    first = date(2027, number, 4)
    assert period_in(f"4. {name}. 2027", MONDAY) == (first, first)
    assert period_in(f"4.-5. {name} 2027", MONDAY) == (first, date(2027, number, 5))
    assert day_in(f"ab 4. {name} 2027", MONDAY) == first


@pytest.mark.parametrize(
    ("number", "name"), [(n, name) for n, names in enumerate(WEEK) for name in names]
)
def test_every_name_of_a_weekday_is_read(number: int, name: str) -> None:
    """Beside its date, which has to be one; of a coming week, without."""
    day = date(2026, 11, 30 + number) if number == 0 else date(2026, 12, number)
    written = f"{day.day}.{day.month}.2026"
    assert period_in(f"{name}. {written}", MONDAY) == (day, day)
    assert period_in(f"{WEEK[number - 1][0]} {written}", MONDAY) is None
    assert period_in(f"kommenden {name}", date(2026, 11, 29)) == (day, day)


def test_without_a_day_to_count_from_a_year_is_needed() -> None:
    """A row that names no day on which it came in."""
    assert period_in("vom 7. bis 11. Dezember", None) is None
    assert period_in("7.12.2026", None) == (date(2026, 12, 7), date(2026, 12, 7))
