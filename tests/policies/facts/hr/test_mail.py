"""Mails that are nothing but their sender's own request for leave, and whose address is whose."""

from datetime import date

import pytest

from policies.facts.hr.mail import asks_leave_alone, writes_as

DAY, NAME = date(2026, 11, 28), "Anja Brandt"
ASKS = "Ich möchte vom 14.12. bis 18.12. Urlaub nehmen."


@pytest.mark.parametrize(
    "text",
    [
        ASKS,
        f"Urlaubsantrag\nHallo Jutta,\n{ASKS} Vertretung: Cem Yilmaz.\n\nViele Grüße\nAnja",
        f"Urlaub\nLiebes HR-Team,\n{ASKS} Ich bitte um Bestätigung.\nMfG A. Brandt\nTel. 0421 12-3",
        "Guten Morgen,\nbitte tragt mir am 4. Dezember Urlaub ein.\nDanke und Gruß\nAnja Brandt",
        "Sehr geehrte Frau Kern, ich beantrage Urlaub in KW 51. Freundliche Grüße, Anja, Fertigung",
        "Hi,\nI'd like annual leave on 14 December. Please let me know.\nRegards\nAnja\nNordwerk",
    ],
)
def test_a_request_and_what_belongs_to_a_letter(text: str) -> None:
    """Greeting, deputy, thanks, closing, address: nothing of it asks for anything else."""
    assert asks_leave_alone(text, DAY, NAME)


@pytest.mark.parametrize(
    "text",
    [
        f"{ASKS} Außerdem brauche ich ein Arbeitszeugnis.",
        f"{ASKS} Die Heizung in Halle 3 ist kaputt.",
        f"{ASKS}\nGruß Anja\nPS: Halle 3",
        f"{ASKS}\nGruß Anja\n\nBitte schickt mir noch den Zettel.",
        f"{ASKS[:-1]}, sonst im Januar.",
        f"{ASKS[:-1]}, Ole ebenso.",
        "Cem möchte vom 14.12. bis 18.12. Urlaub nehmen.",
        "Ich beantrage für Cem Yilmaz Urlaub vom 14.12. bis 18.12.",
        "Urlaub Ole vom 14.12. bis 18.12. bitte eintragen.",
        "Wir möchten vom 14.12. bis 18.12. Urlaub nehmen.",
        f"{ASKS}\nGruß Cem",
        f"{ASKS} Cem Yilmaz",
        f"{ASKS} Viele Grüße Cem",
        f"WG: Urlaub\n{ASKS}",
        f"{ASKS}\n> Wann denn?",
        f"{ASKS}\nVon: Cem Yilmaz <cem@x.example>",
        "Mein Urlaub vom 14.12. bis 18.12. ist genehmigt. Danke!",
        "Ich möchte am 14.12. oder 18.12. Urlaub.",
        "Ich möchte irgendwann im Dezember Urlaub.",
        "Ich möchte unbezahlten Urlaub vom 14.12. bis 18.12.",
    ],
)
def test_whatever_else_it_says_is_for_people(text: str) -> None:
    """Another wish, another person, another mail inside it: its text would be lost."""
    assert not asks_leave_alone(text, DAY, NAME)


@pytest.mark.parametrize(
    ("name", "address", "own"),
    [
        (NAME, "anja.brandt@nordwerk.example", True),
        ("Brandt, Anja", "a.brandt@nordwerk.example", True),
        ("Dr. Ágnes Kovács-Müller", "kovacs-mueller@nordwerk.example", True),
        (NAME, "anja.schmidt@nordwerk.example", False),
        (NAME, "fertigung@nordwerk.example", False),
        (NAME, "anja.brandt2@nordwerk.example", False),
        (NAME, "a.b@nordwerk.example", False),
        ("", "anja.brandt@nordwerk.example", False),
    ],
)
def test_a_name_is_the_one_of_the_address(name: str, address: str, *, own: bool) -> None:
    """Servers vouch for addresses; a name that somebody chose beside it is not believed."""
    assert writes_as(name, address) is own
