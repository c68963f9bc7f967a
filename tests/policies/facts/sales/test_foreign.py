"""Proves that mails are read by a company's own goods, whatever it sells."""

from dataclasses import replace
from decimal import Decimal

import pytest

from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.limits import sales_limits
from policies.facts.sales.offer import open_questions
from policies.facts.sales.service import service_of, ticket_of
from tools.catalog import Product
from tools.crm import Customer
from tools.mail import ReadMail
from tools.mail.received import take_apart
from tools.tickets import Machine

_GOODS = (
    ("M-1", "Kreiselegge KE 3000", 1_480_000),
    ("M-2", "Palettenwickler PW-8", 985_000),
    ("T-1", "Lichtgitter LG-8", 41_200),
    ("T-2", "Küvette 10 mm, Box", 695),
    ("T-3", "Mundspülbecher, 100 Stück", 420),
    ("T-4", "Festwinkelrotor 8x50 ml", 142_000),
    ("T-5", "Zentrifuge Spin 400", 329_000),
    ("W-1", "Jahreswartung Wickler", 72_000),
    ("W-2", "Monteurstunde", 8_600),
    ("U-1", "Ultraschallgerät Sono 5", 1_150_000),
)
_PRODUCTS = tuple(Product(sku=s, name=n, price_cents=c) for s, n, c in _GOODS)
_PRIORITIES = ["P1", "P2", "P3", "P4"]
_LIMITS = sales_limits(
    {
        "sales": {
            "categories": {
                "stoerung": "hotline",
                "ersatzteil": "parts",
                "sicherheit": "safety",
                "wartung": "planning",
                "doku": "support",
                "lead": "sales",
                "lieferstatus": "orders",
                "reklamation_rechnung": "accounting",
            },
            "priorities": _PRIORITIES,
        }
    }
)


def _dossier(mail: str, customer: str | None = None) -> SalesDossier:
    known = Customer(id=customer, name="Gut Rosenhain") if customer else None
    machines = (Machine(serial="KE3-044", sku="M-1"),)
    return SalesDossier(_LIMITS, take_apart(ReadMail(text=mail)), _PRODUCTS, known, machines)


@pytest.mark.parametrize(
    ("mail", "category", "priority", "sku"),
    [
        ("Mitten in der Ernte steht die Kreiselegge!", "stoerung", "P1", "M-1"),
        ("Seit heute quietscht die KE3-044, sie läuft aber noch.", "stoerung", "P2", "M-1"),
        ("Bitte schicken Sie uns ein neues Lichtgitter.", "ersatzteil", "P3", "T-1"),
        ("Unser Wickler reißt öfter die Folie ab.", "stoerung", "P2", "M-2"),
        ("Das Klinikum bestellt hiermit ein neues Lichtgitter.", "ersatzteil", "P3", "T-1"),
        ("Zwei Bewohner stecken fest, bitte sofort kommen!", "sicherheit", "P1", None),
        ("Beinahe hätte es jemanden erwischt.", "sicherheit", "P1", None),
    ],
)
def test_goods_of_the_company_are_what_patterns_speak_of(
    mail: str, category: str, priority: str, sku: str | None
) -> None:
    """A machine stands, a part is sent, whatever they are called."""
    found = service_of(_dossier(mail))
    assert (found.category, found.priority, found.sku) == (category, priority, sku)


@pytest.mark.parametrize(
    "mail",
    [
        "Welche Daten haben Sie nach Art. 15 DSGVO über mich gespeichert?",
        "Hiermit bewerbe ich mich als Mechaniker, mein Lebenslauf liegt bei.",
        "Klicken Sie hier und gewinnen Sie!",
        "Das Problem mit der Kreiselegge hat sich erledigt, danke.",
        "Wenn sich bis Freitag niemand meldet, kündige ich.",
    ],
)
def test_what_service_is_not_there_for_is_held(mail: str) -> None:
    """No queue gets it: people sort it."""
    found = service_of(_dossier(mail))
    assert found.category is None
    assert found.missing


@pytest.mark.parametrize(
    ("mail", "wishes"),
    [
        ("Angebot bitte: T-1, Menge: ein Dutzend", {"T-1": 12}),
        ("Bitte fünfzehn Packungen Mundspülbecher anbieten.", {"T-3": 15}),
        ("Bitte um ein Angebot über 40 Boxen Küvetten 10 mm.", {"T-2": 40}),
        ("Angebot bitte:\nT-1 – 2 Stk\nW-2 – 16 Std", {"T-1": 2, "W-2": 16}),
        ("Preisanfrage\nPos. 1  T-1  50 Stk.\nPos. 2  T-4  3 Stk.", {"T-1": 50, "T-4": 3}),
    ],
)
def test_counts_are_read(mail: str, wishes: dict[str, int]) -> None:
    """Numbers in words, boxes that goods come in, positions that count nothing."""
    dossier = _dossier(mail, "K-1")
    assert {w.sku: w.qty for w in dossier.request.wishes} == {
        sku: Decimal(qty) for sku, qty in wishes.items()
    }
    assert open_questions(dossier) == ((), ())


@pytest.mark.parametrize(
    "mail",
    [
        "We need three safety valves and one light curtain LG-8. Please quote.",
        "Please quote one Spin 400 including 5 days of operator training.",
        "Angebot für 10 Zentrifugen-Rotoren bitte.",
        "Jahreswartung für zwei Palettenwickler PW-8 bitte anbieten.",
        "Nochmal dasselbe wie im März, dazu 2 Lichtgitter.",
        "20 Lichtgitter bitte, letzter Preis war 380 Euro.",
        "Bitte 12 Lichtgitter anbieten. Unsere Kundennummer ist K-9.",
        "Palettenwicklern PW-8: wieviel kosten zwei?",
    ],
)
def test_what_a_price_would_pass_over_is_asked_about(mail: str) -> None:
    """Nothing is dropped in silence, and no other goods are put in its place."""
    missing, wrong = open_questions(_dossier(mail, "K-1"))
    assert missing or wrong


def test_a_word_for_anything_names_no_goods() -> None:
    """`Geräte` are any, not the one product whose name ends so."""
    assert service_of(_dossier("Die Wartung unserer Geräte ist fällig.")).sku != "U-1"


def test_a_mail_broken_at_its_width_says_the_same() -> None:
    """What a mail program broke into lines is read as it was written; a list stays a list."""
    said = "Sehr gern hätten wir von Ihnen ein Angebot über 40 Boxen Küvetten und zwei Lichtgitter."
    broken = said.replace("Boxen ", "Boxen\n")
    assert take_apart(ReadMail(text=broken)).body == said
    listed = (
        "Guten Tag, wir bitten um Ihr Angebot für die folgenden Artikel\n3 Lichtgitter\n4 Küvetten"
    )
    assert take_apart(ReadMail(text=listed)).body == listed


@pytest.mark.parametrize(
    ("word", "mail"),
    [
        ("rechnungsfrage", "Ihre Rechnung 4711 ist falsch."),
        ("produktsicherheit", "Jemand hat sich verletzt."),
        ("kaufinteresse", "Wir interessieren uns für Ihre Wickler."),
        ("Störungsmeldung", "Der Palettenwickler PW-8 quietscht."),
        ("retouren", "Ich widerrufe den Kauf und schicke das Lichtgitter zurück."),
        ("garantie", "Garantiefall: Unser Palettenwickler PW-8 quietscht."),
        ("datenschutz", "Bitte löschen Sie alle meine Daten gemäß DSGVO."),
    ],
)
def test_a_category_is_known_by_what_it_is_made_of(word: str, mail: str) -> None:
    """Companies name their categories as they like; the ticket says theirs."""
    dossier = _dossier(mail)
    limits = sales_limits({"sales": {"categories": {word: "Süd"}, "priorities": _PRIORITIES}})
    proposed = ticket_of(replace(dossier, limits=limits))
    assert proposed is not None
    assert (proposed.category, proposed.queue) == (word, "Süd")


@pytest.mark.parametrize(
    "mail",
    [
        "Ich widerrufe den Kauf und schicke das Lichtgitter zurück.",
        "Unsere Bankverbindung hat sich geändert.",
        "Please tell me which personal data you hold about me.",
        "Ihr Monteur hat unser Tor beschädigt. Wer kommt für den Schaden auf?",
        "Mein Passwort für das Kundenportal geht nicht mehr.",
    ],
)
def test_what_no_category_is_for_is_held(mail: str) -> None:
    """Goods sent back, accounts and addresses: a person decides where it goes."""
    assert ticket_of(_dossier(mail)) is None


def test_a_word_of_two_meanings_names_no_category() -> None:
    """`sicherheitsunterlagen` may be either: no mail is put there."""
    limits = sales_limits({"sales": {"categories": {"sicherheitsunterlagen": "q"}}})
    assert limits.unknown_words == ("sicherheitsunterlagen",)


@pytest.mark.parametrize(
    ("mail", "category"),
    [
        ("Wann können Sie zur Prüfung kommen? Sie ist im Januar fällig.", "wartung"),
        ("Das Lichtgitter muss bis Februar kalibriert werden.", "wartung"),
        ("Kann man das Lichtgitter nachkaufen?", "ersatzteil"),
        ("Könnten Sie mir das Handbuch für das Lichtgitter zukommen lassen?", "doku"),
        ("Das Lichtgitter flackert öfter. Ersatzgitter haben wir keins.", "stoerung"),
        ("Wie wintere ich den Wickler richtig ein?", "doku"),
        ("Ist das Lichtgitter für Feuchträume geeignet?", "doku"),
        ("Kommen die Küvetten jetzt diese Woche oder nicht?", "lieferstatus"),
        ("Zehn Lichtgitter bestellt, neun bekommen.", "lieferstatus"),
        ("The light curtain was supposed to be here on Monday.", "lieferstatus"),
        ("Warum stehen zwei Anfahrten auf der Rechnung?", "reklamation_rechnung"),
        ("Das Lichtgitter lässt sich schwer verschieben.", "stoerung"),
        ("Bitte die Fensterwartung für 24 Fenster einplanen, wann passt es?", "wartung"),
        ("Kann man die Küvetten auskochen?", "doku"),
        ("We need the SDS for your product in English, please.", "doku"),
        ("Für die Zentrifuge steht die jährliche Validierung an, bitte um Termine.", "wartung"),
        ("Please confirm the ship date for our order.", "lieferstatus"),
        ("Wir sanieren ein Haus. Kommen Sie zum Aufmaß?", "lead"),
    ],
)
def test_wishes_are_told_by_what_is_asked(mail: str, category: str) -> None:
    """When somebody comes, what is due, what may be used how."""
    assert service_of(_dossier(mail)).category == category
