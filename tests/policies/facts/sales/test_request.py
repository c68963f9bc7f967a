"""Mails as requests for a quote: what is asked for, and above all what is never guessed."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts.sales.offer import open_questions
from policies.facts.sales.request import Request, request_of
from tests.policies.facts.sales.reference import PRODUCTS, dossier

CLEAR: dict[str, dict[str, str]] = {
    "Bitte um ein Angebot für 50 Antriebsrollen.": {"NW-200": "50"},
    "200 Tragrollen 50mm bitte": {"NW-210": "200"},
    "199 Stück Tragrollen": {"NW-210": "199"},
    "NW-210 x 49, NW-200 x 50": {"NW-210": "49", "NW-200": "50"},
    "- 60 x NW-200\n- 20 x NW-210\n- NW-400": {"NW-200": "60", "NW-210": "20", "NW-400": "1"},
    "1. 60 Antriebsrollen 60 mm\n2. 20 Tragrollen 50 mm": {"NW-200": "60", "NW-210": "20"},
    "Pos. 1: 4 Stk. FB 2000\nPos. 2: 2 Stk. Steuerung S7": {"NW-100": "4", "NW-300": "2"},
    "NW-100 1\nNW-300 2\nNW-900 16": {"NW-100": "1", "NW-300": "2", "NW-900": "16"},
    "je 10 Antriebs- und Tragrollen": {"NW-200": "10", "NW-210": "10"},
    "Bitte je 5 NW-200 und NW-210": {"NW-200": "5", "NW-210": "5"},
    "2 FB-3000 mit je einer Steuerung": {"NW-110": "2", "NW-300": "2"},
    "drei FB-3000 inkl. je einer Steuerung und je zwei Not-Halt-Seilzügen": {
        "NW-110": "3", "NW-300": "3", "NW-310": "6",
    },
    "2 FB-3000 ohne Steuerung": {"NW-110": "2"},
    "Wir brauchen 12 Tragrollen für unser FB-2000.": {"NW-210": "12"},
    "12 Tragrollen für das FB-2000, Preis?": {"NW-210": "12"},
    "Letztes Jahr haben wir 3 FB-2000 gekauft. Jetzt benötigen wir 50 Tragrollen.": {
        "NW-210": "50",
    },
    "statt 60 nun 80 Antriebsrollen": {"NW-200": "80"},
    "zwei FB-2000 und drei Steuerungen": {"NW-100": "2", "NW-300": "3"},
    "FB-2000 und 1 Tag Montage": {"NW-100": "1", "NW-900": "8"},
    "8 Stunden Montage bitte": {"NW-900": "8"},
    "12,5 h Montage": {"NW-900": "12.5"},
    "Ein Wartungspaket und 24 Montagestunden": {"NW-400": "1", "NW-900": "24"},
    "Wartungspaket Basis für 2 Jahre": {"NW-400": "2"},
    "Drei Wartungspakete für je ein Jahr": {"NW-400": "3"},
    "FB-2000 mit jährlicher Wartung": {"NW-100": "1", "NW-400": "1"},
    "1.000 Tragrollen": {"NW-210": "1000"},
    "100 Tragrollen 50 mm à 30,00 €, Liefertermin 15.03.2027, KW 11": {"NW-210": "100"},
    "ein Dutzend Tragrollen": {"NW-210": "12"},
    "2x Foerderband FB 3000": {"NW-110": "2"},
    "5 neue Steuerungen": {"NW-300": "5"},
    "10 Rollen 60 mm": {"NW-200": "10"},
    "12 Antribsrollen": {"NW-200": "12"},
    "Quote for 10 NW-200 please": {"NW-200": "10"},
    "FB-2000 (2 Stück)": {"NW-100": "2"},
    "Antriebsrolle 60 mm: 60 Stück; Tragrolle 50 mm: 20 Stück": {"NW-200": "60", "NW-210": "20"},
    "Menge: 60, Artikel: NW-200": {"NW-200": "60"},
    "Bestellung: 250 Tragrollen": {"NW-210": "250"},
    "Zur Bestellung B-2026-118: noch 5 Tragrollen bitte": {"NW-210": "5"},
    "Kundennr. 10023, bitte 5 Steuerungen": {"NW-300": "5"},
    "Wir haben 3 Linien und benötigen 90 Tragrollen.": {"NW-210": "90"},
    "Für Halle 4 ein FB-3000 inkl. Steuerung": {"NW-110": "1", "NW-300": "1"},
    "60 Antriebsrollen (60mm) + 20 Tragrollen (50mm)": {"NW-200": "60", "NW-210": "20"},
    "1 Steuerung, 49x Std. Montage und 1 Antriebsrolle": {
        "NW-300": "1", "NW-900": "49", "NW-200": "1",
    },
    "1 FB-2000, 12 Stk. Tragrollen": {"NW-100": "1", "NW-210": "12"},
    "20 Stk 50mm Tragrollen": {"NW-210": "20"},
    "3 Stück 10 m Not-Halt-Seilzug": {"NW-310": "3"},
    "4x Std. Montage": {"NW-900": "4"},
    "ein halbes Dutzend Tragrollen": {"NW-210": "6"},
    "dreihundert Tragrollen": {"NW-210": "300"},
    "fünfundzwanzig Tragrollen": {"NW-210": "25"},
    "zweitausenddreihundert Tragrollen": {"NW-210": "2300"},
    "1.5 Stunden Montage": {"NW-900": "1.5"},
    "10xNW-210": {"NW-210": "10"},
    "NW-210;10\nNW-200;4": {"NW-210": "10", "NW-200": "4"},
    "10 Stück von den Tragrollen 50 mm": {"NW-210": "10"},
    "ein Angebot über Tragrollen 50 mm (50 Stück)": {"NW-210": "50"},
    "5 Steuerungen. Unsere Kundennummer lautet 30412.": {"NW-300": "5"},
    "Ihr Angebot vom 3. Februar war gut. Nun 5 Steuerungen bitte.": {"NW-300": "5"},
    "5 Steuerungen. Das Wartungspaket Basis kündigen wir.": {"NW-300": "5"},
}  # fmt: skip
"""Mails that say all that is needed."""

OPEN: dict[str, str] = {
    "Ein Förderband bitte": "mehrdeutig: Förderband",
    "2 Bänder": "mehrdeutig",
    "10 Rollen": "mehrdeutig",
    "FB-2000 oder FB-3000?": "zur Wahl gestellt",
    "FB-4000 bitte anbieten": "nicht im Katalog: FB-4000",
    "60 Antriebsrollen 80 mm": "nicht im Katalog: Antriebsrollen 80 mm",
    "Tragrolle 60 mm, 5 Stück": "nicht im Katalog",
    "10 Kettenspanner und 5 Tragrollen": "nicht im Katalog: 10 Kettenspanner",
    "2 FB-3000 mit Seitenführung": "nicht im Katalog: Seitenführung",
    "5 Bandsteuerungen": "nicht im Katalog",
    "Tragrollen 50 mm, Preis?": "Menge fehlt",
    "FB-2000 mit Montage": "Menge fehlt: Montage",
    "50 bis 60 Antriebsrollen": "Menge unklar",
    "1 000 Tragrollen": "Menge unklar",
    "einige Tragrollen": "Menge unklar",
    "10 Antriebs- und Tragrollen": "gilt zwei Artikeln",
    "10 Seilzüge und 5 Not-Halt-Seilzüge": "zwei Mengen",
    "Was kostet eine Antriebsrolle und was kosten 100?": "Zahl unklar: 100",
    "30 m Not-Halt-Seilzug": "Menge unklar",
    "20 Stk. 40 mm Tragrollen": "Menge unklar",
    "3 Montage": "Menge fehlt: Montage",
    "ein paar hundert Tragrollen": "Menge unklar",
    "fünf mal zwei Tragrollen": "Menge unklar",
    "50 + 50 Tragrollen": "Menge unklar",
    "1/2 Tag Montage": "Menge unklar",
    "8-10 h Montage": "Menge unklar",
    "5 FB-2000 mit 5-7 % Rabatt": "verschiedene Rabatte",
    "5 FB-2000, Rabatt 10 + 5 %": "verschiedene Rabatte",
    "0 Tragrollen": "Menge 0",
    "5 FB-2000, 100 € Rabatt": "Rabatt als Betrag",
    "5 FB-2000. Bitte 2 % Jahresbonus berücksichtigen.": "Rabatt unklar",
    "5 FB-2000, 10 % Nachlass, wenn möglich 12 %": "verschiedene Rabatte",
    "5 FB-2000 und 2 Steuerungen, 8 % Rabatt auf die Steuerungen": "auf einen Teil",
    "5 FB-2000 mit 120 % Rabatt": "über 100 %",
    "Guten Tag, bitte melden Sie sich.": "kein Artikel",
    "99999999 Tragrollen": "Menge unklar",
    "10 Tsd. Tragrollen": "Menge unklar",
    "10 tausend Tragrollen": "Menge unklar",
    "2 VPE Tragrollen": "Menge unklar",
    "zweimal 10 Tragrollen": "Menge unklar",
    "10 m NW-210": "Menge unklar",
    "10 Tragrollen (Art.-Nr. NW-200)": "zwei Artikel in einem",
    "10 NW-210 Steuerungen": "zwei Artikel in einem",
    "10 Tragrollen und eine Schulung": "nicht im Katalog: Schulung",
    "10 Tragrollen sowie Schmierfett": "nicht im Katalog: Schmierfett",
    "10 Tragrollen zu 20 EUR das Stück": "Preis vom Kunden",
    "10 Tragrollen, Zielpreis 20 €": "Preis vom Kunden",
    "10 Tragrollen zum halben Preis": "Preis vom Kunden",
    "10 Tragrollen in Sonderausführung": "besondere Ausführung",
    "10 Tragrollen monatlich": "besondere Ausführung",
}
"""Mails that leave something open, and how it is told."""

DISCOUNTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "FB-2000, bitte 8 % Sonderrabatt": ("8", ()),
    "FB-2000, Rabatt von 7,5 %?": ("7.5", ()),
    "FB-2000 mit 5 Prozent Nachlass auf alles": ("5", ()),
    "FB-2000, bester Preis?": ("0", ()),
    "FB-2000, zwölf Prozent Rabatt": ("12", ()),
    "FB-2000 - 5 % Rabatt": ("5", ()),
    "FB-2000 ./. 3 %": ("3", ()),
    "FB-2000, 2 % extra wären schön": ("2", ()),
    "FB-2000 abzgl. 2 % Skonto": ("0", ()),
    "FB-2000 mit 2 % Skonto": ("0", ()),
    "FB-2000, 5% Rabatt und 2 % Skonto": ("5", ()),
    "FB-2000 ohne Rabatt": ("0", ()),
    "FB-2000 mit unserem üblichen 3 % Rabatt": ("0", ("3",)),
}


def asked(text: str) -> Request:
    """The request of a mail."""
    return request_of(text, PRODUCTS, Decimal(8))


TABLE = tomllib.loads(Path(__file__).with_name("mails.toml").read_text("utf-8"))["quotes"]
CLEAR.update({mail: {sku: str(qty) for sku, qty in wishes.items()} for mail, wishes in TABLE})


@pytest.mark.parametrize("mail", CLEAR)
def test_a_clear_mail_is_read_whole(mail: str) -> None:
    """Products and quantities, nothing open."""
    found = asked(mail)
    assert {w.sku: str(w.qty) for w in found.wishes} == CLEAR[mail]
    assert (found.missing, found.contradictions) == ((), ())


@pytest.mark.parametrize("mail", OPEN)
def test_what_is_open_is_named_and_not_guessed(mail: str) -> None:
    """A person is told what to find out."""
    found = asked(mail)
    assert any(OPEN[mail] in point for point in (*found.missing, *found.contradictions)), found


@pytest.mark.parametrize("mail", DISCOUNTS)
def test_discounts_that_are_asked_for_and_those_taken_for_granted(mail: str) -> None:
    """Cash discounts and the wish for a good price are none."""
    found = asked(mail)
    pct, claimed = DISCOUNTS[mail]
    assert found.asked_pct == Decimal(pct)
    assert found.claimed_pct == tuple(map(Decimal, claimed))
    assert not found.contradictions


FORMS = st.sampled_from(
    ["{n} {p}", "{n}x {p}", "{n} Stück {p}", "{p}: {n} Stück", "{p} x {n}", "- {n} x {p}",
     "Wir benötigen {n} {p}.", "Bitte {n} Stk. {p} anbieten", "{p} ({n} Stück)"]
)  # fmt: skip
NAMES = st.sampled_from(
    [("Antriebsrollen 60 mm", "NW-200"), ("Tragrollen 50 mm", "NW-210"), ("FB-2000", "NW-100"),
     ("Förderbänder FB-3000", "NW-110"), ("Not-Halt-Seilzüge (10 m)", "NW-310"),
     ("nw-200", "NW-200"), ("Steuerungen S7-Kompakt", "NW-300")]
)  # fmt: skip


@given(FORMS, NAMES, st.integers(2, 999))
def test_a_quantity_is_found_wherever_it_stands(
    form: str, name: tuple[str, str], count: int
) -> None:
    """Every way to write a quantity gives the same wish."""
    found = asked(form.format(n=count, p=name[0]))
    assert {w.sku: w.qty for w in found.wishes} == {name[1]: Decimal(count)}
    assert (found.missing, found.contradictions) == ((), ())


ONES = ("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
TENS = (
    "",
    "",
    "zwanzig",
    "dreißig",
    "vierzig",
    "fünfzig",
    "sechzig",
    "siebzig",
    "achtzig",
    "neunzig",
)


def in_words(number: int) -> str:
    """A number from 20 on, without those of eleven to nineteen in it, as German writes it."""
    thousands, rest = divmod(number, 1000)
    hundreds, rest = divmod(rest, 100)
    tens, ones = divmod(rest, 10)
    below = f"{ONES[ones]}und{TENS[tens]}" if ones and tens else TENS[tens] or ONES[ones]
    many = f"{ONES[thousands]}tausend" if thousands else ""
    return many + (f"{ONES[hundreds]}hundert" if hundreds else "") + below


@given(st.integers(20, 9999).filter(lambda n: not 0 < n % 100 < 20))
def test_a_number_in_words_is_that_number(number: int) -> None:
    """Put together as German does it; never one piece for want of a reading."""
    found = asked(f"Bitte {in_words(number)} Tragrollen 50 mm anbieten.")
    assert [(w.sku, w.qty) for w in found.wishes] == [("NW-210", number)]


@pytest.mark.parametrize(
    ("words", "code"), [("in CHF", "CHF"), ("bitte in USD", "USD"), ("£", "GBP")]
)
def test_prices_in_another_currency_are_no_prices_of_ours(words: str, code: str) -> None:
    """Named and held, whatever the catalogue says."""
    _, wrong = open_questions(dossier(f"10 Tragrollen 50 mm anbieten, {words}"))
    assert wrong == (f"Preise in {code} gewünscht, hinterlegt sind sie in EUR",)
    assert open_questions(dossier("10 Tragrollen 50 mm anbieten, in EUR")) == ((), ())


@pytest.mark.parametrize(
    "more",
    [
        "Unser Budget ist knapp.",
        "Bitte kostenlos und unverbindlich anbieten.",
        "Die Teile werden dringend gebraucht.",
        "Wir bitten um 30 Tage Zahlungsziel.",
        "Wir haben 3 Standorte in Franken.",
        "Danke und Gruß, Meier",
        "Bitte mit Datenblatt und Lieferzeit.",
        "Sitz der Gesellschaft: Ulm, Registergericht Ulm HRB 55",
    ],
)
def test_a_sentence_that_asks_for_nothing_changes_nothing(more: str) -> None:
    """Behind the request, and before it."""
    bare = "Bitte ein Angebot über 10 Tragrollen 50 mm und 3 Steuerungen."
    for text in (f"{bare} {more}", f"{bare}\n\n{more}", f"{more}\n{bare}"):
        assert asked(text) == asked(bare), text


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    """Wishes have a quantity above zero and a product of the catalogue, whatever comes."""
    known = {p.sku for p in PRODUCTS}
    assert all(w.sku in known and w.qty > 0 for w in asked(text).wishes)


def test_signature_and_quoted_mail_ask_for_nothing() -> None:
    """What hangs on a mail is no part of the request; a postscript is."""
    mail = (
        "Bitte 5 Steuerungen anbieten.\n\nMit freundlichen Grüßen\nP. Harms\n20 FB-2000 im Einsatz"
        "\n\nPS: und 3 Tragrollen\n\nAm 3.11. schrieb Nordwerk:\n> 100 Antriebsrollen"
    )
    found = dossier(mail).request
    assert {w.sku: int(w.qty) for w in found.wishes} == {"NW-300": 5, "NW-210": 3}


def test_an_answer_below_a_quoted_mail_is_read() -> None:
    """Below lines marked as quoted the sender speaks again; below unmarked ones nobody does."""
    answered = "Am 3.11. schrieb Nordwerk:\n> Wie viele Rollen?\n\n60 Antriebsrollen bitte"
    assert [w.sku for w in dossier(answered).request.wishes] == ["NW-200"]
    mail = (
        "5 Steuerungen anbieten\n\nVon: Nordwerk\nGesendet: Montag\n\n60 Antriebsrollen geliefert"
    )
    assert [w.sku for w in dossier(mail).request.wishes] == ["NW-300"]
    headed = "Von: Harms\nAn: Nordwerk\nBetreff: Anfrage\n\n60 Antriebsrollen bitte"
    assert [w.sku for w in dossier(headed).request.wishes] == ["NW-200"]
