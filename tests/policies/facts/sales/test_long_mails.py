"""Long mails: what is told beside a request for a quote neither counts nor is asked about."""

import pytest

from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.request import Request, request_of
from policies.facts.sales.service import asks_for_quote
from tests.policies.facts.sales.reference import LIMITS
from tools.catalog import Product
from tools.mail.received import ReadMail, take_apart

NAMES = {
    "L-1": "Profilscheinwerfer P-50",
    "L-2": "Flächenscheinwerfer F-80",
    "T-2": "Traverse 2 m",
    "T-3": "Traverse 3 m",
    "N-1": "Nebelmaschine Akku",
    "N-2": "Nebelmaschine Netz",
    "W-6": "Wassertank 600 l",
    "M-1": "Notenpult schwarz",
    "G-1": "Haltegurt Größe L",
    "C-1": "Kabelbinder (Karton)",
    "C-2": "Klebeband (Karton)",
    "B-1": "Bühnenlautsprecher kompakt K-90",
    "R-1": "Reihenbestuhlung, 12 Plätze",
    "H-1": "Aufbau (Stunde)",
}
PRODUCTS = tuple(Product(sku=sku, name=name, price_cents=9_900) for sku, name in NAMES.items())
TAIL = " Bitte bieten Sie uns 4 Traversen 2 m und 2 Notenpulte an."
ASKED = {"T-2": 4, "M-1": 2}


def read(mail: str) -> Request:
    """The request that a mail makes of a house for stages."""
    return request_of(mail, PRODUCTS)


def wished(request: Request) -> dict[str, int]:
    """How many of which article."""
    return {wish.sku: int(wish.qty) for wish in request.wishes}


@pytest.mark.parametrize(
    "told",
    [
        # kinds of goods of which there are several
        "Die Scheinwerfer hängen noch vom Sommer.",
        "Zurzeit haben wir acht Scheinwerfer, zwei davon sind geliehen.",
        "Unsere zwei Scheinwerfer hat der Hausmeister geprüft.",
        "Die Notenpulte hat der Chor seit dem Umbau.",
        # numbers in passing
        "Wir eröffnen im Mai ein Haus mit 240 Sitzen.",
        "Im Foyer standen zuletzt dreißig Autos.",
        "Wir haben uns nach dem Vergleich mit zwei Mitbewerbern entschieden.",
        "Nach der Pause sind es noch die restlichen drei.",
        "An den beiden Emporen in Saal 1 fehlt die Sicht.",
        # days, hours, and what places are called
        "Am 21. tagt der Vorstand, das Fenster ist vom 4. bis 22. Januar.",
        "Anlieferung bitte zwischen 8 und 15 Uhr, nicht zwischen 11:30 und 13 Uhr.",
        "In Halle 1 und 4 wird gestrichen, Anlieferung an Tor 5.",
        # what there is enough of
        "Kabelbinder haben wir noch reichlich.",
        "Um Kabelbinder müssen Sie sich nicht kümmern.",
    ],
)
def test_what_is_only_told_is_not_asked_about(told: str) -> None:
    """A sentence that tells and wishes for nothing neither counts goods nor opens a question."""
    request = read(f"Guten Tag,\n\n{told}{TAIL}")
    assert (wished(request), request.missing, request.contradictions) == (ASKED, (), ())


@pytest.mark.parametrize(
    "told",
    [
        "Die Nebelmaschine brauchen wir auch.",
        "Dazu acht Scheinwerfer.",
        "Wir nehmen noch drei Vorhänge dazu.",
        "Hinter der Bühne soll noch ein Vorhang hängen, den nehmen Sie bitte mit auf.",
        "Das Team wünscht sich einen Vorhang.",
        "Es geht außerdem um 12 Vorhänge.",
        "We need a side curtain for the stage.",
        "Bitte 3 Haltegurte Größe M.",
    ],
)
def test_what_is_wished_beside_is_still_asked_about(told: str) -> None:
    """What may be wanted and is not told apart, or is not in the catalogue, holds the quote."""
    request = read(f"Guten Tag,\n\n{told}{TAIL}")
    assert request.missing or request.contradictions


def test_without_goods_counted_out_what_is_told_is_a_question() -> None:
    """Where nothing is counted out, the goods that are told of may be the matter."""
    request = read("Die Scheinwerfer stehen im Foyer. Bitte um ein Angebot.")
    assert request.missing or request.contradictions


@pytest.mark.parametrize(
    ("mail", "wishes"),
    [
        ("Wir tauschen sechs Traversen aus. Bitte ein Angebot über 6 Traversen 2 m.", {"T-2": 6}),
        ("Bitte Angebot über einen 600-Liter-Wassertank.", {"W-6": 1}),
        ("Bitte Angebot über eine Akku-Nebelmaschine.", {"N-1": 1}),
        ("Bitte Angebot über zwei Kompaktlautsprecher K-90.", {"B-1": 2}),
        ("Saal 1 und 4 haben das Notenpult schon. Bitte 3 Notenpulte anbieten.", {"M-1": 3}),
        ("Bitte anbieten:\nC-2 5 Kartons\nC-1 4 Kartons", {"C-2": 5, "C-1": 4}),
        ("Der Platz vor dem Haus ist frei. Bitte 3 Traversen 3 m anbieten.", {"T-3": 3}),
        ("Betreff: Notenpulte\n\nBitte ein Angebot über zwölf Notenpulte.", {"M-1": 12}),
    ],
)
def test_goods_are_read_as_the_whole_mail_says(mail: str, wishes: dict[str, int]) -> None:
    """Kinds, hyphens and headings say again what is counted out, and count nothing themselves."""
    request = read(mail)
    assert (wished(request), request.missing, request.contradictions) == (wishes, (), ())


@pytest.mark.parametrize(
    "counted",
    [
        "Und noch 10 Stück von den langen.",
        "Das Klebeband reißt auch, davon bräuchten wir etwa zehn Meter.",
        "And ten pieces of the long ones, please.",
    ],
)
def test_a_count_of_what_is_not_named_is_asked_about(counted: str) -> None:
    """So many of the others, or thereof: nobody knows of what, so it is not passed over."""
    assert read(f"Guten Tag,\n\nbitte 4 Traversen 2 m anbieten. {counted}").missing


@pytest.mark.parametrize(
    ("mail", "wishes"),
    [
        ("Das Notenpult schwarz steht, alle freuen sich. Danke für das Angebot!", {}),
        ("Was kostet das Notenpult schwarz?", {"M-1": 1}),
        ("Wir bitten um ein Angebot für das Notenpult schwarz.", {"M-1": 1}),
    ],
)
def test_goods_that_one_knows_of_are_wanted_where_somebody_wishes(
    mail: str, wishes: dict[str, int]
) -> None:
    """`Das Pult steht` is no wish for one; `Was kostet das Pult?` asks for one."""
    assert wished(read(mail)) == wishes


@pytest.mark.parametrize(
    "mail",
    [
        "Hiermit bestellen wir gemäß Ihrem Angebot die 4 Traversen 2 m.",
        "Wir nehmen Ihr Angebot vom Montag an und bestellen 4 Traversen 2 m.",
        "We accept your kind offer and order 4 Traversen 2 m.",
    ],
)
def test_an_offer_that_was_accepted_is_not_quoted_again(mail: str) -> None:
    """Goods ordered on an offer are no request for a quote: people see what it is."""
    request = read(mail)
    assert "nimmt Bezug auf ein Angebot, das schon vorliegt" in request.contradictions


@pytest.mark.parametrize(
    "mail",
    [
        "Bitte bieten Sie uns an:\n- 3 Traversen 2 m\nDie Rechnung bitte an die Kasse.",
        "Das Paket kam ohne Ankündigung. Bitte mal Preis machen für 3 Notenpulte.",
    ],
)
def test_an_offer_asked_for_in_so_many_words_is_one(mail: str) -> None:
    """Words about invoices and parcels make no ticket of goods counted out for an offer."""
    assert asks_for_quote(known(mail))


def test_an_offer_named_in_a_complaint_asks_for_none() -> None:
    """`Laut Angebot` and a question after the goods is about their delivery."""
    mail = "Laut Angebot sollten die zwei Traversen 2 m da sein. Wo bleibt die Ware?"
    assert not asks_for_quote(known(mail))


def known(mail: str) -> SalesDossier:
    """What is known of a mail to the house for stages."""
    return SalesDossier(LIMITS, take_apart(ReadMail(text=mail)), PRODUCTS, None, ())
