"""Messages that ask for leave, and those that only speak of it."""

import pytest

from policies.facts.hr.asking import asks_leave, signed_by


@pytest.mark.parametrize(
    "text",
    [
        "Ich möchte vom 7. bis 11. Dezember Urlaub nehmen.",
        "Urlaubsantrag: 23.12.26 - 30.12.26",
        "I'd like to book holiday from 15th to 19th of February please.",
        "Könnte ich morgen frei haben?",
    ],
)
def test_asks_for_leave(text: str) -> None:
    """In German and English, as a wish or as a form."""
    assert asks_leave(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bitte storniert meinen Urlaub vom 6. bis 9.7.",
        "Ich möchte den Urlaub vom 6.7. auf den 13.7. verschieben.",
        "Bitte unbezahlten Urlaub vom 1.9. bis 30.9.",
        "Für die Hochzeit brauche ich am 12.6. Urlaub.",
        "Mein Kollege möchte vom 1. bis 5.6. Urlaub nehmen.",
        "Ich bin krank und kann den Urlaub am 1.6. nicht antreten.",
        "Ich war vom 1.6. bis 5.6. im Urlaub.",
        "Bitte den halben Tag am 4.12. als Urlaub.",
        "Die Lieferung kommt am 4.12.",
        "Der Urlaub vom 12. bis 16. Oktober fällt leider aus, bitte austragen.",
        "Ich möchte meinen Urlaub vom Mai in den Juni legen: 7.6. bis 11.6.",
        "Wann muss ich den Urlaub bis zum 31.12. genommen haben?",
    ],
)
def test_what_only_speaks_of_leave(text: str) -> None:
    """Withdrawn, moved, of another kind, for others, or gone by: people read it."""
    assert not asks_leave(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Urlaub am 4.12. bitte. Viele Grüße Ágnes Kovács-Müller", "Ágnes Kovács-Müller"),
        ("Urlaub KW 32 bitte! Elena Petrova", "Elena Petrova"),
        ("Urlaub am 4.12.\n\nGruß\nDr. Michael von Trotha", "Dr. Michael von Trotha"),
        ("Urlaub am 4.12. bitte, danke", ""),
        ("Urlaub am 4.12. mit meiner Familie in Wien", ""),
    ],
)
def test_who_signs(text: str, name: str) -> None:
    """A full name at the end; nobody is guessed."""
    assert signed_by(text) == name
