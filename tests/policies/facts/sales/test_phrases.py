"""Proves that a noun beside goods of the catalogue is named to people, or names none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts.sales.request import Request, request_of
from tools.catalog import Product

_NAMES = {
    "BT-02": ("Traverse 4-Punkt 290 mm, 2 m", 18900),
    "BT-03": ("Traverse 4-Punkt 290 mm, 3 m", 24500),
    "BT-10": ("LED-Scheinwerfer Lumo 200", 69000),
    "BT-11": ("Moving Head Spot MH-300", 248000),
    "BT-12": ("Transportcase Moving Head MH-300", 31000),
    "BT-20": ("Bühnenmolton schwarz, Meter", 890),
    "BT-21": ("Bühnenmolton weiß, Meter", 990),
    "BT-30": ("Kurbelstativ KS-40", 42000),
    "BT-40": ("XLR-Kabel 5 m", 1450),
    "BT-41": ("XLR-Kabel 10 m", 2150),
    "BT-50": ("Lichtpult DMX-24", 129000),
    "BT-60": ("Nebelfluid, Kanister 5 l", 2990),
    "BT-61": ("Nebelmaschine Fog 1500", 39800),
    "BT-70": ("Haken-Clamp 50 mm", 980),
    "BT-80": ("Aufbauhelfer, Stunde", 4200),
    "PT-01": ("Sandfilteranlage Aqua 650", 119000),
    "PT-02": ("Umwälzpumpe UP-11", 38900),
    "PT-03": ("Filtersand 0,4-0,8 mm, Sack 25 kg", 1290),
    "PT-04": ("Chlorgranulat, Eimer 5 kg", 4490),
    "PT-05": ("pH-Minus Granulat, Eimer 5 kg", 1990),
    "PT-06": ("Solarfolie 5 x 10 m", 32900),
    "PT-07": ("Poolroboter Dolfi 6", 129000),
    "PT-08": ("Bodenbürste 45 cm", 2490),
    "PT-09": ("Wärmepumpe Therma 12 kW", 289000),
    "PT-10": ("Solardusche 35 l", 18900),
    "PT-11": ("Inbetriebnahme vor Ort", 26000),
}
_PRODUCTS = tuple(Product(sku=s, name=n, price_cents=p) for s, (n, p) in _NAMES.items())

_OPEN = [
    ("Bitte 10 XLR-Kabel 5 m und für die Bühne noch 6 Stück in 12 m anbieten.", "6"),
    ("Uns fehlen noch 3 Sonnenliegen. Bitte 2 Solarduschen anbieten.", "Sonnenliegen"),
    ("2 Solarduschen\n3 Sonnenliegen", "Sonnenliegen"),
    ("wir brauchen 4 kurbelstative ks-40 und dazu 2 sicherungsseile. danke, jens", "sicherungssei"),
    ("bitte 4 kurbelstative ks-40 samt transporttaschen", "transporttaschen"),
    ("Lichtpult DMX-24, unser altes ist hin, und eins davon samt Staubschutzhülle.", "Staubschutz"),
    ("20 m Bühnenmolton schwarz und 20 m Gaffatape", "Gaffatape"),
    ("10 Traversen 290 mm 3 m, dazu Verbinder und Bolzen nach Bedarf.", "Bolzen"),
    ("Bitte die Wärmepumpe anbieten, für die wir auch eine Abdeckhaube brauchen.", "Abdeckhaube"),
    ("Eine Solardusche, an die ein Becken gehört, das Sie bitte mit anbieten.", "Becken"),
    ("Ein Poolroboter Dolfi 6, dazu passende Ersatzbürsten.", "Ersatzbürsten"),
    ("Zwei Eimer Chlorgranulat und zwei Dosen Algizid, bitte bis Freitag.", "Algizid"),
    ("Solarfolie 5 x 10 m, einmal, plus Aufroller.", "Aufroller"),
    ("Wir brauchen eine Solardusche und einen Grundfos Druckregler.", "Grundfos"),
    ("Kescher und zwei Bodenbürsten bitte.", "Kescher"),
    ("Zwei Bodenbürsten bitte. Außerdem benötigen wir Kescher.", "Kescher"),
    ("Angebot für Kescher und zwei Bodenbürsten", "Kescher"),
    ("Eine Solardusche 35 l Deluxe", "Deluxe"),
    ("Ein Sack Filtersand von Sibelco", "Sibelco"),
    ("Ein Zodiac Poolroboter Dolfi 6", "Zodiac"),
    ("Zwei rote Bodenbürsten", "rote"),
    ("Please quote two Lumo 200 and a remote control.", "remote"),
    ("Eine Wärmepumpe, wenn Sie die Schläuche gleich mitliefern.", "Schläuche"),
    ("Bodenbürste: 2 Stück\nKescherstange: 4 Stück", "Kescherstange"),
    ("- 2x Bodenbürste\n- Kescherstange\n- 1x Solardusche", "Kescherstange"),
    ("Zwei UP-11 bitte. Dazu bitte Ersatzdichtungen.", "Ersatzdichtungen"),
    ("Zwei Eimer Chlorgranulat, und unser Hausmeister fragt nach Messstreifen.", "Messstreifen"),
    ("Eine Solardusche 35 l, wenn es geht in der Farbe Anthrazit", "Anthrazit"),
    ("Eine Solardusche, aber in Kupfer", "Kupfer"),
    ("Vier Bodenbürsten 45 cm und zwei in XL", "zwei"),
    ("Man hat mir die UP-11 empfohlen. Bitte bieten Sie davon drei an.", "drei"),
    ("Zodiac Poolroboter Dolfi 6, 3 Stück", "Zodiac"),
    ("We need two Lumo 200 for our theatre in Leeds, with safety cables.", "safety"),
]
_READ = [
    ("Für unsere vorhandene Nebelmaschine bitte drei Kanister Nebelfluid.", {"BT-60": 3}),
    ("Angebot bitte: 8 LED-Scheinwerfer Lumo 200, ohne Torblenden, Haken.", {"BT-10": 8}),
    ("je drei XLR-Kabel 5 m und XLR-Kabel 10 m", {"BT-40": 3, "BT-41": 3}),
    ("Zwölf Haken-Clamps, wie sie im März unter AB-20331 geliefert wurden.", {"BT-70": 12}),
    ("20 m weißer Bühnenmolton", {"BT-21": 20}),
    ("6 Säcke Filtersand 0,4-0,8 mm. Das Becken hat eine Tiefe von 2 m.", {"PT-03": 6}),
    ("Wir suchen Ersatz für unsere Umwälzpumpe: bitte 1x UP-11 anbieten.", {"PT-02": 1}),
    ("Fünf Eimer pH-Minus. Die Werte misst der Bademeister mit Messstreifen.", {"PT-05": 5}),
    (
        "Sandfilteranlage Aqua 650, 1 Stück, mit Inbetriebnahme vor Ort. Den Sand haben wir.",
        {"PT-01": 1, "PT-11": 1},
    ),
    ("Hallo Jens, bitte 5 Kanister Nebelfluid.\nGruß Ole", {"BT-60": 5}),
    ("Wir statten zwei Clubs aus und brauchen 10 MH-300 nach Linz, Österreich.", {"BT-11": 10}),
    ("Der Chor der Schule plant ein Musical. Dafür zwei Lumo 200.", {"BT-10": 2}),
    (
        "Hotel Alpenblick sucht einen Poolroboter Dolfi 6. Unser Becken misst 12 x 6 m.",
        {"PT-07": 1},
    ),
    ("2 Solarduschen, Lieferadresse: Camping Seeblick, Uferweg 3, 78464 Konstanz", {"PT-10": 2}),
    ("Die Pumpe vom Nachbarn läuft, weshalb ich auch gern eine UP-11 hätte.", {"PT-02": 1}),
    ("Anfrage Poolzubehör\n\nBitte zwei Bodenbürsten anbieten.", {"PT-08": 2}),
    ("Fünf Lumo 200, weil die alten noch Halogenlampen haben.", {"BT-10": 5}),
    ("Wir suchen Zubehör: 2 Bodenbürsten und eine Solardusche.", {"PT-08": 2, "PT-10": 1}),
    ("We run a small hotel near Munich and need two Dolfi 6.", {"PT-07": 2}),
    ("Eine UP-11. Die Rohre stellt unser Installateur, Hähne sind vorhanden.", {"PT-02": 1}),
    ("Zwei UP-11, Kupplungen bauen wir selbst daran.", {"PT-02": 2}),
    ("30 m Molton, schwarz, Flächengewicht 300 g/m²", {"BT-20": 30}),
    ("Solarfolie 5 x 10 m, zweimal, für das Freibad", {"PT-06": 2}),
    ("Nebelfluid, 5 Kanister, und Filtersand (6 Säcke)", {"BT-60": 5, "PT-03": 6}),
    ("Wir haben bereits zwei Lichtpulte DMX-24 und möchten acht Lumo 200.", {"BT-10": 8}),
    ("Aufbauhelfer für 16 Stunden am Pfingstmontag", {"BT-80": 16}),
    ("Wir sind ein Familienbetrieb mit 12 Aushilfen. Bitte 2 Solarduschen anbieten.", {"PT-10": 2}),
    ("Bei uns arbeiten 35 Kollegen in 4 Schichten. Angebot über 6 Lumo 200, bitte.", {"BT-10": 6}),
    ("60 Kan. Nebelfluid", {"BT-60": 60}),
]


def asked(mail: str) -> Request:
    """The request of a mail, of these goods."""
    return request_of(mail, _PRODUCTS)


@pytest.mark.parametrize(("mail", "noun"), _OPEN)
def test_a_noun_that_may_be_wanted_is_named(mail: str, noun: str) -> None:
    """Whatever joins it to the goods: a list, a clause of its own, a make, a colour."""
    assert any(noun in line for line in asked(mail).missing)


@pytest.mark.parametrize(("mail", "wishes"), _READ)
def test_a_noun_that_names_no_goods_changes_nothing(mail: str, wishes: dict[str, int]) -> None:
    """People, places, what is there, left out or only told of."""
    found = asked(mail)
    assert {w.sku: int(w.qty) for w in found.wishes} == wishes
    assert (found.missing, found.contradictions) == ((), ())


_STEMS = st.text("bdfgklmnprtuvz", min_size=3, max_size=7)


@given(_STEMS, st.sampled_from(["{} und {}", "{}, dazu {}", "{} sowie passende {}", "{}, {}"]))
def test_a_noun_that_nobody_knows_is_never_passed_over(stem: str, form: str) -> None:
    """Joined to goods in a list, whatever the noun is."""
    noun = f"{stem.capitalize()}xyl"
    assert f"nicht im Katalog: {noun}" in asked(form.format("Zwei Bodenbürsten", noun)).missing
