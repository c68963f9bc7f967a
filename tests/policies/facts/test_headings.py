"""Rows of others: the same under other headings, and never more than they say."""

from typing import Any

import pytest

from agents import compliance_rows, hr_rows
from policies.facts.headings import category, renamed

DAYS = {"start": "2026-12-07", "end": "2026-12-11"}


def test_our_own_name_is_never_covered() -> None:
    """The number of an employee counts before a name beside it."""
    row = {"employee": "E01", "name": "Anja Brandt"}
    assert renamed(row, "hr")["employee"] == "E01"
    assert renamed({**row, "employee": ""}, "hr")["employee"] == "Anja Brandt"


@pytest.mark.parametrize(
    "row",
    [
        {"employee_id": "E01", "type": "Urlaub", "start": "2026-12-07", "end": "2026-12-11"},
        {"Personalnummer": "E01", "Art": "Urlaub", "Von": "07.12.2026", "Bis": "11.12.26"},
        {"worker": {"id": "E01"}, "typ": "PTO", "startDate": "7.12.26", "endDate": "11.12.2026"},
        {"mitarbeiter": "E01", "Urlaub von": "7.12.2026", "Urlaub bis": "11.12.2026"},
        {"employee": "E01", "leave": {"from": "2026-12-07", "to": "2026-12-11", "type": "Urlaub"}},
        {"employee": "E01", "received": "2026-11-23", "text": "Bitte vom 7. bis 11.12. Urlaub."},
        {**DAYS, "employee": "E01", "text": "Ich bitte um Urlaub."},
    ],
)  # fmt: skip
def test_leave_under_other_headings(row: dict[str, Any]) -> None:
    """A request for leave is one, whoever's headings it has; it is never taken for a sick note."""
    made = hr_rows.given(row)
    assert (made["kind"], made["employee"], made["unusable"]) == ("leave", "E01", [])
    assert (made["start"], made["end"]) == (DAYS["start"], DAYS["end"])


@pytest.mark.parametrize(
    "row",
    [
        {"employee": "E01", "mail": None, "start": "2026-12-07", "end": "2026-12-11"},
        {"employee": "E01", "type": "Krankheit", "from": "2026-12-07", "to": "2026-12-11"},
        {"name": "E01", "krank von": "7.12.2026", "krank bis": "11.12.2026"},
        {"employee": "E01", "absence": {"type": "sick", "from": "2026-12-07", "to": "2026-12-11"}},
    ],
)
def test_sick_notes_under_other_headings(row: dict[str, Any]) -> None:
    """So are sick notes."""
    made = hr_rows.given(row)
    assert (made["kind"], made["employee"], made["unusable"]) == ("sick", "E01", [])
    assert (made["start"], made["end"]) == (DAYS["start"], DAYS["end"])


@pytest.mark.parametrize("kind", ["Dienstreise", "Kind krank", "Homeoffice"])
def test_days_of_another_kind_are_recorded_as_nothing(kind: str) -> None:
    """A kind that nobody knows is people's, not a sick note for want of a better word."""
    assert hr_rows.given({"employee": "E01", "type": kind, **DAYS})["kind"] == "unknown"


@pytest.mark.parametrize(
    ("entry", "stints"),
    [
        ({"datum": "8.2.2027", "von": "07:00", "bis": "18:30", "pause": "45 min"}, 1),
        ({"date": "2027-02-08", "start": "22:00", "end": "06:00", "break_minutes": 45}, 1),
        (
            {
                "start": "2027-02-08T07:00",
                "end": "2027-02-08T18:30",
                "breaks": [{"from": "12:00", "to": "12:45"}],
            },
            2,
        ),
    ],
)  # fmt: skip
def test_working_time_under_other_headings(entry: dict[str, Any], stints: int) -> None:
    """A time of a day without its date is that of the entry; over midnight it ends on the next."""
    made = hr_rows.given({"mitarbeiter": "E01", "zeiten": [entry]})
    assert (made["kind"], made["unusable"], len(made["entries"])) == ("working_time", [], stints)
    assert made["entries"][0]["start"] < made["entries"][-1]["end"]
    alone = hr_rows.given({"mitarbeiter": "E01", **entry})
    assert alone["kind"] == ("working_time" if "breaks" not in entry else "sick")


def test_a_break_without_times_is_not_guessed() -> None:
    """An entry whose breaks cannot be read is named."""
    entry = {"start": "2027-02-08T07:00", "end": "2027-02-08T15:00", "breaks": [{"from": "12:00"}]}
    made = hr_rows.given({"employee": "E01", "entries": [entry]})
    assert "entries.0.break_min" in made["unusable"]


@pytest.mark.parametrize("heading", ["query", "name", "Lieferant", "supplier_name", "companyName"])
def test_a_name_under_other_headings_is_screened(heading: str) -> None:
    """What a row with nothing else in it names is the name to be screened."""
    made = compliance_rows.given({heading: "Elektro Schuster e.K.", "type": "company"})
    assert made["query"] == "Elektro Schuster e.K."


def test_the_name_of_who_asks_is_not_screened() -> None:
    """Beside a data subject's request a name is theirs."""
    row = {"name": "Erika Muster", "anfrage": "Bitte um Auskunft.", "eingang": "1.6.2026"}
    made = compliance_rows.given(row)
    assert "query" not in made
    assert (made["mail"], made["received"]) == ("Bitte um Auskunft.", "2026-06-01")


def test_records_under_other_headings() -> None:
    """A record is known by its number, its kind and its day, however these are called."""
    record = {
        "id": "X1",
        "category": "handelsbrief",
        "created": "2023-01-05",
        "email": "e@m.example",
    }
    made = compliance_rows.given({"mail": "Bitte löschen.", "data": [record]})
    assert made["records"] == [
        {"record": "X1", "type": "handelsbrief", "subject": "e@m.example", "date": "2023-01-05"}
    ]


@pytest.mark.parametrize(
    ("said", "kind"),
    [("Krankmeldung", "sick"), ("AU", "sick"), ("PTO", "leave"), ("Kind krank", "")],
)
def test_categories(said: str, kind: str) -> None:
    """Whole words only: a child's illness is not one's own."""
    assert category(said) == kind
