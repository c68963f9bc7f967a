"""Requests by text: what they speak of, what they ask for, who asks."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts.hr.amounts import day_in, pay_change_in
from policies.facts.hr.request import Request
from tests.policies.facts.hr.people import day, limits

TODAY = date(2026, 11, 21)
TABLE: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("requests.toml").read_text("utf-8")
)["texts"]
TEXTS = [(topic, text) for topic, texts in TABLE.items() for text in texts]


def asked(text: str, sender: str = "", **own: object) -> Request:
    """A request of today."""
    return Request(text, sender, limits(requests=own), TODAY)


@pytest.mark.parametrize(("topic", "text"), TEXTS)
def test_what_it_speaks_of(topic: str, text: str) -> None:
    """Exactly its topic, however it is said; nothing where nothing is known."""
    assert asked(text).topics == ({topic} - {"nothing"})


@pytest.mark.parametrize(("topic", "text"), TEXTS)
def test_how_it_is_typed_does_not_matter(topic: str, text: str) -> None:
    """Capitals, umlauts written out, blanks and breaks between lines."""
    turned = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    expected = {topic} - {"nothing"}
    assert asked(turned.upper()).topics == expected
    assert asked(f"Hallo zusammen,\n\n{text}\n\nViele Grüße").topics == expected


def test_a_change_by_nothing_is_not_clear() -> None:
    """The same pay before and after is no change that anybody could sign."""
    assert not asked("Gehalt von Tom Vogel von 4.200 auf 4.200 EUR setzen.").pay.known
    assert not asked("Gehalt von Tom Vogel um 0 % erhöhen.").pay.known
    assert asked("Gehalt von Tom Vogel von 4.200 auf 4.100 EUR senken.").pay.known


def test_the_most_severe_of_several() -> None:
    """A friendly request in front hides nothing behind it."""
    both = (
        "Bitte Lena ab 1.1. auf 4.350 EUR hochstufen (bisher 4.100). Schick mir die Gehaltsliste."
    )
    assert {"pay", "pay_data"} <= asked(both).topics
    bank = "Bitte Onboarding ab 1.2. vorbereiten. Meine neue IBAN: DE89370400440532013000."
    assert asked(bank).topics == {"bank_account"}


@pytest.mark.parametrize(
    ("text", "old", "new", "delta"),
    [
        ("auf 4.350 EUR brutto hochstufen (bisher 4.100)", 410000, 435000, 25000),
        ("von 4.100,00 € auf 4.350,50 € erhöhen", 410000, 435050, 25050),
        ("from EUR 4,100.00 to EUR 4,350.00", 410000, 435000, 25000),
        ("raise to €4,350 (currently €4,100)", 410000, 435000, 25000),
        ("3.100 € -> 3.350 €", 310000, 335000, 25000),
        ("von 3.400 € auf 3.600 € monatlich angehoben", 340000, 360000, 20000),
        ("ein Gehalt von 3.950 EUR (aktuell 3.800 EUR)", 380000, 395000, 15000),
        ("Das Gehalt von 3.400 Euro wird auf 3.600 Euro angehoben", 340000, 360000, 20000),
        ("Tom erhält ein Gehalt von 3.950 EUR", None, 395000, None),
        ("4.100 auf 4.350 Euro", 410000, 435000, 25000),
        ("Gehalt neu 3800,- EUR statt 3550,- EUR", 355000, 380000, 25000),
        ("Sie soll ab 1.1.2027 4.500 EUR statt bisher 4.200 EUR verdienen.", 420000, 450000, 30000),
        ("von 4.350 EUR auf 4.100 EUR herabstufen", 435000, 410000, -25000),
        ("um 250 EUR erhöhen", None, None, 25000),
        ("um 150 EUR kürzen", None, None, -15000),
        ("um 250 € auf 4.350 € anheben", None, 435000, 25000),
        ("ab 1.1.2027 200 Euro mehr Gehalt", None, None, 20000),
        ("Stundenlohn von 16,50 € auf 17,20 € anheben", 1650, 1720, 70),
        ("4 100 EUR bisher, künftig 4 350 EUR", 410000, 435000, 25000),
        ("Gehalt 4.350 EUR", None, 435000, None),
        ("bekommt einmalig 500 EUR Prämie", None, None, 50000),
        ("500 Euro einmalig als Bonus", None, None, 50000),
        ("4.500 EUR plus Bonus", None, 450000, None),
        ("keine Zahl", None, None, None),
        ("von 4.000 EUR auf 4.300 EUR, also um 200 EUR", None, None, None),
        ("von 4.000 EUR auf 4.300 EUR, also um 300 EUR", 400000, 430000, 30000),
        ("von 50.400 EUR auf 53.400 EUR im Jahr", None, None, None),
        ("von 4.200 auf 4.450 CHF", None, None, None),
        ("von 4,2 auf 4,45 TEUR", None, None, None),
        ("im Jahr 2027 von 4.200 EUR auf 4.450 EUR", 420000, 445000, 25000),
    ],
)
def test_amounts(text: str, old: int | None, new: int | None, delta: int | None) -> None:
    """German and English numbers, in any order; dates and hours are none."""
    found = pay_change_in(text)
    assert (found.old_cents, found.new_cents, found.delta_cents) == (old, new, delta)


def test_percent_of_a_known_salary() -> None:
    """A percentage becomes an amount only against the master record, rounded to the cent."""
    found = pay_change_in("um 3,5 % erhöhen")
    assert (found.known, found.delta_cents) == (True, None)
    assert found.against(333300).delta_cents == 11666
    assert pay_change_in("auf 4.350 EUR erhöhen").against(410000).delta_cents == 25000


@given(st.integers(100_000, 999_999), st.integers(100_000, 999_999))
def test_the_difference_is_exact(old: int, new: int) -> None:
    """To the cent, whatever the amounts."""

    def german(cents: int) -> str:
        return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"

    text = f"Gehalt von {german(old)} EUR auf {german(new)} EUR"
    assert pay_change_in(text).delta_cents == new - old


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ab 1.1.2027 hochstufen", "2027-01-01"),
        ("zum 01.02.27", "2027-02-01"),
        ("ab 1.12.", "2026-12-01"),
        ("ab 1.3.", "2027-03-01"),
        ("ab Januar 2027", "2027-01-01"),
        ("ab März", "2027-03-01"),
        ("as of 2027-04-01", "2027-04-01"),
        ("starting 1 May 2027", "2027-05-01"),
        ("effective 2027-04-01", "2027-04-01"),
        ("mit Wirkung vom 1.4.2027", "2027-04-01"),
        ("ab 31.2.2027", None),
        ("am Montag", None),
    ],
)
def test_the_day_from_which_it_holds(text: str, found: str | None) -> None:
    """Days as people write them; a day that does not exist is none."""
    assert day_in(text, TODAY) == (day(found) if found else None)


def test_a_day_that_not_every_year_has() -> None:
    """It is the next of its name within a year; where there is none, nobody guesses one."""
    text = "ab 29.2. bitte"
    assert day_in(text, day("2027-05-03")) == day("2028-02-29")
    assert day_in(text, day("2028-02-29")) == day("2028-02-29")
    assert day_in(text, day("2028-03-01")) is None


@pytest.mark.parametrize(
    ("sender", "own", "origin"),
    [
        ("einkauf@firma.example", ["firma.example"], "own"),
        ("Leitung <chef@HR.Firma.Example>", ["firma.example"], "own"),
        ("chef@firma.example.evil.example", ["firma.example"], "outside"),
        ("chef@notfirma.example", ["firma.example"], "outside"),
        ("a.b@gmail.com", [], "outside"),
        ("a.b@mail.gmx.de", [], "outside"),
        ("a.b@firma.example", [], "unknown"),
        ("", ["firma.example"], "unknown"),
        ("kein absender", [], "unknown"),
    ],
)
def test_where_it_comes_from(sender: str, own: list[str], origin: str) -> None:
    """The domain after the last at sign, its own sub-domains included, look-alikes not."""
    assert asked("x", sender, own_domains=own).origin == origin
