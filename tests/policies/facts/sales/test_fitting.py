"""Proves that a part is told by what it is for, and neither is taken for the other."""

import pytest

from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.request import Request, request_of
from policies.facts.sales.service import service_of
from tests.policies.facts.sales.reference import LIMITS
from tools.catalog import Product
from tools.mail.received import ReadMail, take_apart

_GOODS = {
    "K6": ("Kombidämpfer KD-61", 845000),
    "K10": ("Kombidämpfer KD-101", 1120000),
    "KZ": ("Kühlzelle KZ-20", 430000),
    "D6": ("Türdichtung Kombidämpfer KD-61", 11800),
    "DZ": ("Türdichtung Kühlzelle", 9600),
    "P5": ("Kreiselpumpe KP-50", 124000),
    "DP": ("Dichtungssatz Kreiselpumpe", 5420),
    "DF": ("Dichtungssatz Füllventil", 8640),
    "E3": ("Etikettendrucker ED-300", 115000),
    "T6": ("Thermodrucker TT-600", 189000),
    "H3": ("Druckkopf ED-300", 28900),
    "H6": ("Druckkopf TT-600", 41000),
    "T3": ("Toner ED-300 schwarz", 8900),
    "T4": ("Toner TT-600 schwarz", 9900),
    "S1": ("Milchschlauch", 690),
    "Z1": ("Zitzengummi (Satz 4 Stück)", 3800),
    "M1": ("Messersatz Etikettendrucker", 4200),
    "W1": ("Wandhalterung ED-300", 21000),
    "B1": ("Zement grau 25 kg", 60000),
    "B2": ("Sack Zement rot", 800),
}
_PRODUCTS = tuple(Product(sku=s, name=n, price_cents=p) for s, (n, p) in _GOODS.items())


def asked(mail: str) -> Request:
    """The request of a mail, of these goods."""
    return request_of(mail, _PRODUCTS)


@pytest.mark.parametrize(
    ("mail", "wishes"),
    [
        ("Was kosten vier Türdichtungen für die Kühlzelle?", {"DZ": 4}),
        ("2 Türdichtungen Kombidämpfer", {"D6": 2}),
        ("Für unseren KD-61 bitte zwei Türdichtungen anbieten", {"D6": 2}),
        ("Für den KD-61 bitte zwei Türdichtungen anbieten", {"D6": 2}),
        ("3 Druckköpfe für den TT 600", {"H6": 3}),
        ("Wir haben den ED-300 im Einsatz und brauchen dafür zwei Druckköpfe.", {"H3": 2}),
        ("2 Kreiselpumpen KP-50 und 12 Dichtungssätze für die Kreiselpumpe", {"P5": 2, "DP": 12}),
        ("ein Kombidämpfer KD-61", {"K6": 1}),
        ("Nachdem der KD-61 gut läuft, möchten wir noch zwei Druckköpfe ED-300.", {"H3": 2}),
        ("2 Toner schwarz für den TT-600", {"T4": 2}),
        ("10 Sätze Zitzengummi", {"Z1": 10}),
        ("Angebot für den ED-300 mit Wandhalterung", {"E3": 1, "W1": 1}),
        ("Angebot: KD-61, 1 Stk.; Türdichtung dafür, 2 Stk.", {"K6": 1, "D6": 2}),
    ],
)
def test_a_part_is_told_by_what_it_is_for(mail: str, wishes: dict[str, int]) -> None:
    """Named behind it, before it, or elsewhere in the mail; what it is for is not wanted."""
    found = asked(mail)
    assert {w.sku: int(w.qty) for w in found.wishes} == wishes
    assert (found.missing, found.contradictions) == ((), ())


@pytest.mark.parametrize(
    "mail",
    [
        "Bitte bieten Sie uns einen Kombidämpfer an.",
        "Zwei Türdichtungen bitte",
        "Türdichtung für den KD-101",
        "3 Druckköpfe für ED-300 und TT-600",
        "5 Zement",
    ],
)
def test_what_fits_several_or_none_is_asked(mail: str) -> None:
    """A machine is never its cheapest part, nor a part one for another machine."""
    found = asked(mail)
    assert not found.wishes
    assert found.missing or found.contradictions


@pytest.mark.parametrize(
    ("mail", "sku"),
    [
        ("Hallo, wir brauchen eine neue Türdichtung für die Kühlzelle.", "DZ"),
        ("Im Kombidämpfer KD 61 ist die Dichtung an der Tür porös. Bitte Ersatz senden.", "D6"),
        ("Wir bräuchten für unsere Kreiselpumpe KP50 einen neuen Dichtungssatz.", "DP"),
        ("Der KD-101 verliert Zement.", "K10"),
        ("ED-300: Düse verstopft. Bitte 2 Milchschläuche nachliefern.", "S1"),
        ("Der KD-101 heizt nicht mehr richtig.", "K10"),
        ("Neben dem Etikettendrucker läuft bei uns die Kreiselpumpe, und die wird heiß.", "P5"),
        ("Der Druckkopf der Kreiselpumpe ist kaputt", None),
        ("Ist der ED-300 auch zugelassen?", "E3"),
        ("Der ED-300 läuft wieder, aber jetzt tropft es am Milchschlauch.", "S1"),
        ("Wann kommt der bestellte Kombidämpfer? Die Wandhalterung ist schon da.", None),
    ],
)
def test_a_ticket_names_the_part_where_one_is_the_matter(mail: str, sku: str | None) -> None:
    """And the machine where that is; goods that are only mentioned are not."""
    known = SalesDossier(LIMITS, take_apart(ReadMail(text=mail)), _PRODUCTS)
    assert service_of(known).sku == sku
