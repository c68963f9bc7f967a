"""Proves that counts are read by how goods are named and packed, or asked about."""

import pytest

from policies.facts.sales.request import request_of
from tools.catalog import Product

_NAMES = {
    "W8": "Wechselrichter Solix 8 kW",
    "W10": "Wechselrichter Solix 10 kW",
    "HS": "Nitrilhandschuhe Größe S, Box 100 Stück",
    "HM": "Nitrilhandschuhe Größe M, Box 100 Stück",
    "S25": "Sägeblatt 250 mm Z48",
    "S30": "Sägeblatt 300 mm Z72",
    "BS": "Bürostuhl Ergo",
    "BP": "Bürostuhl Ergo Plus",
    "ZF": "Zentrifuge Spin 300",
    "DU": "Rasendünger, Sack 25 kg",
    "BR": "Bremsbelag-Set Scheibe",
    "SI": "Schaukelsitz Gummi",
    "SK": "Schaukelkette 2 m",
    "MS": "Mundschutz Typ II",
    "KH": "Knethaken Edelstahl",
    "A18": "Autoklav Steri 18 l",
    "A23": "Autoklav Steri 23 l",
    "A36": "Akku 36 V 4 Ah",
    "A18V": "Akku 18 V 4 Ah",
    "PS": "Pipettenspitzen 1000 µl (1000 Stück)",
    "SL": "Späneschlauch 120 mm, Meter",
    "AH": "Arbeitshandschuhe Gr. 10 (Paar)",
    "HE": "Aufbauhelfer, Stunde",
}
_PRODUCTS = tuple(Product(sku=s, name=n, price_cents=1000) for s, n in _NAMES.items())

_READ = [
    ("je zwei Wechselrichter Solix 8 kW und 10 kW", {"W8": 2, "W10": 2}),
    ("Nitrilhandschuhe: 10 Boxen S, 20 Boxen M", {"HS": 10, "HM": 20}),
    ("Sägeblätter: 3x 250 mm, 2x 300 mm", {"S25": 3, "S30": 2}),
    ("10 Ergo und 5 Ergo Plus", {"BS": 10, "BP": 5}),
    ("12 Spin 300", {"ZF": 12}),
    ("zwei Dutzend Schaukelsitze", {"SI": 24}),
    ("Schaukelsitz Gummi: vier Dutzend", {"SI": 48}),
    ("Vier Schaukelsitze, und pro Sitz zwei Schaukelketten 2 m", {"SI": 4, "SK": 8}),
    ("20 Sätze Bremsbeläge", {"BR": 20}),
    ("Pos. 1: 30 Pck. Nitrilhandschuhe Größe M", {"HM": 30}),
    ("20 Mundschutz Typ II", {"MS": 20}),
    ("3 Knethaken Edelstahl", {"KH": 3}),
    ("zwei Steri 18", {"A18": 2}),
    ("4 Schaukelsitze und ein Dutzend Knethaken Edelstahl", {"SI": 4, "KH": 12}),
    ("24 Packungen Rasendünger", {"DU": 24}),
    ("5 Stück 36 V Akkus", {"A36": 5}),
    ("ein halbes Dutzend Sägeblätter 300er", {"S30": 6}),
    ("20 m Späneschlauch 120 mm", {"SL": 20}),
    ("Schaukelsitz Gummi, 3 Stück, dazu je 2 Schaukelketten 2 m", {"SI": 3, "SK": 6}),
    ("5 Packungen Pipettenspitzen 1000 µl", {"PS": 5}),
    ("15 Meter Schlauch 120 mm", {"SL": 15}),
    ("60 Paar Arbeitshandschuhe Gr. 10 und 4 Knethaken Edelstahl", {"AH": 60, "KH": 4}),
    ("Was kostet eine Schaukelkette 2 m? Brauche zwei Stück.", {"SK": 2}),
]
_OPEN = [
    "Zwei Aufbauhelfer für je 6 Stunden",
    "zwei Wechselrichter Solix 8 kW und 10 kW",
    "300 Nitrilhandschuhe Größe M",
    "eine Palette Rasendünger",
    "2000 Pipettenspitzen 1000 µl",
    "eine Rotordüse und einen Schaukelsitz",
    "Was nehmen Sie für einen Schaukelsitz, wenn wir 2 kaufen?",
    "Knethaken Edelstahl, mein alter Haken in Zahlung",
    "3 Knethaken Edelstahl. Können wir 10 % bekommen?",
    "3 Knethaken Edelstahl. Den alten Autoklaven nehmen Sie bitte in Zahlung?",
    "3 Zentrifugen Spin 300 inkl. Schaukelsitz je Gerät",
    "Was kosten Schaukelsitz und Schaukelkette 2 m? Brauche zwei Stück.",
    "Eine Tonne Rasendünger",
    "Wir möchten pro Filiale 10 Schaukelsitze, bei 12 Filialen also insgesamt 120 Stück.",
    "Sägeblatt in 350 mm",
    "3 Schaukelsitze gebraucht",
    "2 Spin 300 zum Stückpreis von 350 Euro, einverstanden?",
    "3 Bürostühle Ergo. Geht da noch was am Preis, sagen wir 5 %?",
    "3 Bürostühle Ergo in Anthrazit",
    "3 Bürostühle Ergo. 6 Prozent sollten drin sein, oder? Rabatt meine ich.",
    "3 Bürostühle Ergo, bitte nicht teurer als 160 € pro Stück.",
    "one centrifuge Spin 300 including one day of training on site",
]


@pytest.mark.parametrize(("mail", "wishes"), _READ)
def test_so_many_are_wanted(mail: str, wishes: dict[str, int]) -> None:
    """Each of the goods in its own count, and nothing left open."""
    found = request_of(mail, _PRODUCTS)
    assert {w.sku: int(w.qty) for w in found.wishes} == wishes
    assert (found.missing, found.contradictions) == ((), ())


@pytest.mark.parametrize("mail", _OPEN)
def test_what_could_be_counted_otherwise_is_asked(mail: str) -> None:
    """Pieces or boxes, how many on a pallet, how many shops: nobody guesses."""
    found = request_of(mail, _PRODUCTS)
    assert found.missing or found.contradictions
