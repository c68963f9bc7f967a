"""Reports of a wrong that come in as rows: nothing of them gets into a case."""

import pytest

from agents import compliance_rows, hr_rows

TOLD = "Im Prüfstand werden schlechte Werte gestrichen, bis der Mittelwert stimmt."
NAMED = "Mein Vorgesetzter fälscht Stundenzettel, ich habe Angst vor Repressalien."


@pytest.mark.parametrize("text", [TOLD, NAMED])
@pytest.mark.parametrize("subject", ["Hinweis", ""])
def test_of_a_report_to_hr_nothing_is_kept(text: str, subject: str) -> None:
    """The case knows that there was one, and no more."""
    row = {"from": "a.brandt@firma.example", "subject": subject, "text": text}
    assert hr_rows.given(row) == {"kind": "request", "sealed": True}


def test_a_report_that_speaks_of_illness_is_no_sick_note() -> None:
    """A topic that a report touches does not make it work of HR."""
    text = "Wer krank ist, dem zieht der Chef die Stunden ab, das ist Betrug. Ich habe Angst."
    assert hr_rows.given({"text": text}) == {"kind": "request", "sealed": True}


@pytest.mark.parametrize(
    "text",
    [
        "Tom Vogel bekommt zum neuen Jahr 3.800 EUR (vorher 3.650 EUR).",
        "Bitte liste mir alle Leute in der Fertigung nach Fehltagen auf.",
        "Ich hätte gern ein Zwischenzeugnis, weil mein Vorgesetzter wechselt.",
    ],
)
def test_what_asks_for_work_of_hr_stays_with_it(text: str) -> None:
    """What others get or do is HR's daily work where something is asked for."""
    assert "sealed" not in hr_rows.given({"text": text})


@pytest.mark.parametrize("text", [TOLD, NAMED])
def test_of_a_report_to_compliance_nothing_is_kept(text: str) -> None:
    """As for HR: whoever brought the row has it."""
    assert compliance_rows.given({"mail": text, "received": "2026-11-18"}) == {"sealed": True}


@pytest.mark.parametrize("column", ["mail", "text", "message", "body"])
def test_a_message_to_compliance_may_stand_in_any_of_its_columns(column: str) -> None:
    """What is asked for and what is reported is read wherever a mail system puts it."""
    mail = "Bitte geben Sie mir Auskunft über meine Daten."
    assert compliance_rows.given({column: NAMED}) == {"sealed": True}
    assert compliance_rows.given({column: mail})["mail"] == mail


@pytest.mark.parametrize(
    "mail",
    [
        "Meine Daten sollen weg, und zwar sofort. Ich will nicht mehr angeschrieben werden.",
        "Bitte geben Sie mir Auskunft und löschen Sie danach alles.",
    ],
)
def test_a_right_that_is_asked_for_is_no_report(mail: str) -> None:
    """A data subject may be angry without reporting anything."""
    assert compliance_rows.given({"mail": mail, "received": "2026-11-18"})["mail"] == mail
