"""Mails for service: what they are about, how urgent, of which product and machine."""

import tomllib
from pathlib import Path

import pytest

from policies.facts.sales.limits import sales_limits
from policies.facts.sales.meaning import told_by, understood
from policies.facts.sales.service import asks_for_quote, service_of, ticket_of
from tests.policies.facts.sales.reference import EVALS, LIMITS, dossier, rows

Expected = tuple[str, str, str | None, str | None]
MAILS: dict[str, Expected] = {
    "Auf der Rechnung sind 60 Antriebsrollen statt 50 berechnet.": (
        "reklamation_rechnung",
        "P3",
        "NW-200",
        None,
    ),
    "Der FB-2000 startet nicht mehr. Die Linie steht nicht still, wir puffern.": (
        "stoerung",
        "P2",
        "NW-100",
        None,
    ),
    "FB-2000 ausgefallen. Der zweite (FB-3000) hat übernommen, es steht also nichts.": (
        "stoerung",
        "P2",
        "NW-100",
        None,
    ),
    "Der FB-2000 startet nicht mehr. Ohne ihn läuft die Produktion nicht weiter.": (
        "stoerung",
        "P1",
        "NW-100",
        None,
    ),
    "Die S7-Kompakt flackert. Wann kann jemand kommen?": ("stoerung", "P2", "NW-300", None),
    "Der Antrieb am FB-2000 leckt, wir stellen einen Eimer drunter.": (
        "stoerung",
        "P2",
        "NW-100",
        None,
    ),
    "Der Azubi hat sich am FB-2000 zwei Finger abgeschnitten.": (
        "sicherheit",
        "P1",
        "NW-100",
        None,
    ),
    "Am FB-2000 ist die Schutztür verbogen, man kommt an die rotierenden Teile.": (
        "sicherheit",
        "P1",
        "NW-100",
        None,
    ),
    "Bitte nehmen Sie den FB-2000 in die nächste Wartungstour auf.": (
        "wartung",
        "P3",
        "NW-100",
        None,
    ),
    "Die Tragrolle ist abgebrochen. Können Sie eine neue schicken?": (
        "ersatzteil",
        "P3",
        "NW-210",
        None,
    ),
    "Wo bleibt der Seilzug? Vor drei Wochen bestellt.": ("lieferstatus", "P3", "NW-310", None),
    "Der FB-2000 hat einen Riss und steht noch unter Druck!": (
        "sicherheit",
        "P1",
        "NW-100",
        None,
    ),
    "Hier haben wir den FB-3000 stehen, und der wirft Pakete ab. Störung 7.": (
        "stoerung",
        "P2",
        "NW-110",
        None,
    ),
    "Das Handbuch ist da. Der FB-2000 war laut, ist aber wieder ruhig. Bitte das Prüfprotokoll.": (
        "doku",
        "P4",
        "NW-100",
        None,
    ),
    "Die S7-Kompakt zeigt eine Temperaturabweichung, der Druck schwankt.": (
        "stoerung",
        "P2",
        "NW-300",
        None,
    ),
    "Der FB-2000 ist stehen geblieben, es geht aber weiter, der FB-3000 hat übernommen.": (
        "stoerung",
        "P2",
        "NW-100",
        None,
    ),
    "Der FB-2000 zieht kaum noch.": ("stoerung", "P2", "NW-100", None),
    "Falsche Rechnungsadresse auf RE-2026-7, bitte neu ausstellen.": (
        "reklamation_rechnung",
        "P3",
        None,
        None,
    ),
    "Wir haben RE-9 zweimal bekommen.": ("reklamation_rechnung", "P3", None, None),
    "You charged us twice.": ("reklamation_rechnung", "P3", None, None),
    "Paket ist laut Tracking seit 5 Tagen unterwegs.": ("lieferstatus", "P3", None, None),
    "Wurde der FB-2000 schon versendet?": ("lieferstatus", "P3", "NW-100", None),
    "Die Steuerung sollte letzte Woche kommen.": ("lieferstatus", "P3", "NW-300", None),
    "Has our order 5567 been shipped yet?": ("lieferstatus", "P3", None, None),
    "Anlage tot. Display schwarz.": ("stoerung", "P1", None, None),
    "Nichts läuft mehr, alle Bänder sind aus.": ("stoerung", "P1", None, None),
    "URGENT: line 3 down since 5 am": ("stoerung", "P1", None, None),
    "Am Förderband 18-0033 leuchtet eine Warnlampe.": ("stoerung", "P2", "NW-110", "18-0033"),
    "Welches Fett ist für die Antriebsrolle laut Datenblatt zulässig?": (
        "doku",
        "P4",
        "NW-200",
        None,
    ),
    "Wir bräuchten 4 Ersatz-Tragrollen.": ("ersatzteil", "P3", "NW-210", None),
    "Können wir die Inspektion auf KW 12 legen?": ("wartung", "P3", "NW-400", None),
    "Die DGUV-Prüfung ist fällig.": ("wartung", "P3", "NW-400", None),
    "Aus dem Schaltschrank schlagen Flammen.": ("sicherheit", "P1", None, None),
    "Ein Monteur liegt tot in der Halle.": ("sicherheit", "P1", None, None),
    "Können Sie uns eine Förderlösung für Pakete anbieten?": ("lead", "P3", None, None),
    "Wann kommt unsere Bestellung B-2026-118?": ("lieferstatus", "P3", None, None),
    "Wann kommt der Techniker zur Wartung?": ("wartung", "P3", "NW-400", None),
    "In der Rechnung 2026-118 wurden 19 % berechnet, obwohl § 13b gilt.": (
        "reklamation_rechnung",
        "P3",
        None,
        None,
    ),
    "Wo bleibt die Lieferung der 60 Antriebsrollen?": ("lieferstatus", "P3", "NW-200", None),
    "Unsere bestellten Tragrollen sind noch nicht angekommen.": (
        "lieferstatus",
        "P3",
        "NW-210",
        None,
    ),
    "Können Sie mir den Lieferstatus zum Auftrag AB-4711 nennen?": (
        "lieferstatus",
        "P3",
        None,
        None,
    ),
    "Lieferung unvollständig, es fehlen 2 Tragrollen.": ("lieferstatus", "P3", "NW-210", None),
    "Hello, when will our order arrive?": ("lieferstatus", "P3", None, None),
    "Wir planen eine neue Förderlinie und suchen einen Partner, bitte Rückruf.": (
        "lead",
        "P3",
        None,
        None,
    ),
    "Wir interessieren uns für Ihre Förderbänder und hätten gern ein Angebot.": (
        "lead",
        "P3",
        None,
        None,
    ),
    "Bitte um ein Angebot für zwei FB-3000.": ("lead", "P3", "NW-110", None),
    "Wir möchten ein Förderband kaufen, wer ist mein Ansprechpartner?": ("lead", "P3", None, None),
    "Das Förderband FB-3000 (SN 18-0033) läuft unruhig, Produktion läuft aber weiter.": (
        "stoerung",
        "P2",
        "NW-110",
        "18-0033",
    ),
    "Die Steuerung 22-9010 zeigt immer wieder Fehler E12.": ("stoerung", "P2", "NW-300", "22-9010"),
    "Die Steuerung S7-Kompakt meldet einen Fehler, das Band läuft noch.": (
        "stoerung",
        "P2",
        "NW-300",
        None,
    ),
    "FB-2000 macht seltsame Geräusche.": ("stoerung", "P2", "NW-100", None),
    "Band 20-4711 quietscht.": ("stoerung", "P2", "NW-100", "20-4711"),
    "Die Maschine 20/4711 verliert Öl.": ("stoerung", "P2", "NW-100", "20-4711"),
    "Seit der Wartung läuft das FB-2000 langsamer.": ("stoerung", "P2", "NW-100", None),
    "Förderband ruckelt, SN: 18-0033": ("stoerung", "P2", "NW-110", "18-0033"),
    "Motor am FB-3000 wird heiß, wir fahren mit halber Geschwindigkeit.": (
        "stoerung",
        "P2",
        "NW-110",
        None,
    ),
    "Anlage steht! FB-3000 SN 18-0033 startet nicht mehr.": ("stoerung", "P1", "NW-110", "18-0033"),
    "Kompletter Stillstand seit 6 Uhr, Seriennummer 22-9010.": (
        "stoerung",
        "P1",
        "NW-300",
        "22-9010",
    ),
    "Totalausfall der Steuerung, wir können nicht produzieren.": ("stoerung", "P1", "NW-300", None),
    "Das Band läuft nicht mehr an.": ("stoerung", "P1", None, None),
    "Bei uns geht nichts mehr, bitte dringend einen Techniker!": ("stoerung", "P1", None, None),
    "The conveyor FB-2000 is down, whole line stopped, S/N 20-4711": (
        "stoerung",
        "P1",
        "NW-100",
        "20-4711",
    ),
    "SN 99-1234 steht still.": ("stoerung", "P1", None, "99-1234"),
    "Bitte Ersatzteil Tragrolle 50 mm nachliefern, Teil ist verschlissen.": (
        "ersatzteil",
        "P3",
        "NW-210",
        None,
    ),
    "Können wir 2 Not-Halt-Seilzüge nachbestellen?": ("ersatzteil", "P3", "NW-310", None),
    "Wir brauchen eine neue Antriebsrolle, die alte ist kaputt.": (
        "ersatzteil",
        "P3",
        "NW-200",
        None,
    ),
    "Am FB-2000 ist eine Antriebsrolle gebrochen, wir brauchen Ersatz.": (
        "ersatzteil",
        "P3",
        "NW-200",
        None,
    ),
    "Bitte Datenblatt zur Tragrolle 50 mm senden.": ("doku", "P4", "NW-210", None),
    "Wo finde ich den Schaltplan des FB-3000?": ("doku", "P4", "NW-110", None),
    "Wir brauchen die CE-Erklärung für das Förderband mit SN 20-4711.": (
        "doku",
        "P4",
        "NW-100",
        "20-4711",
    ),
    "Haben Sie ein Handbuch auf Englisch?": ("doku", "P4", None, None),
    "Bitte senden Sie uns die Konformitätserklärung zum FB-2000.": ("doku", "P4", "NW-100", None),
    "Please send the manual for FB-3000.": ("doku", "P4", "NW-110", None),
    "Die nächste Wartung ist fällig, bitte Termin vorschlagen.": ("wartung", "P3", "NW-400", None),
    "Wir möchten einen Wartungsvertrag abschließen.": ("wartung", "P3", "NW-400", None),
    "Inspektionstermin für SN 18-0033 im März?": ("wartung", "P3", "NW-110", "18-0033"),
    "Die Wartung steht an.": ("wartung", "P3", "NW-400", None),
    "Unfallverhütungsvorschrift: Wir brauchen die jährliche UVV-Prüfung.": (
        "wartung",
        "P3",
        "NW-400",
        None,
    ),
    "Stromschlag an der Steuerung, Kollege im Krankenhaus!": ("sicherheit", "P1", "NW-300", None),
    "Beinahe-Unfall: Ärmel wurde eingezogen.": ("sicherheit", "P1", None, None),
    "Ein Kollege hat sich die Hand an der Tragrolle eingeklemmt.": (
        "sicherheit",
        "P1",
        "NW-210",
        None,
    ),
    "Der Not-Halt-Seilzug löst nicht aus!": ("sicherheit", "P1", "NW-310", None),
    "Es raucht aus dem Schaltschrank der Steuerung.": ("sicherheit", "P1", "NW-300", None),
    "Die Schutzabdeckung am FB-2000 ist defekt, Gefahr für Mitarbeiter.": (
        "sicherheit",
        "P1",
        "NW-100",
        None,
    ),
    "Zum Glück wurde niemand verletzt, aber das Band lief plötzlich von selbst an.": (
        "sicherheit",
        "P1",
        None,
        None,
    ),
    "Band 18-0033 stoppt alle paar Minuten, wir müssen ständig neu starten.": (
        "stoerung",
        "P2",
        "NW-110",
        "18-0033",
    ),
    "Förderband FB-2000 bleibt immer wieder stehen.": ("stoerung", "P2", "NW-100", None),
    "Ein Karton ist am FB-2000 eingeklemmt, Band ruckelt.": ("stoerung", "P2", "NW-100", None),
    "Beim Reinigen fast in die Maschine gezogen worden!": ("sicherheit", "P1", None, None),
    "Hand eingeklemmt, Kollege beim Arzt.": ("sicherheit", "P1", None, None),
    "Am FB-3000 hat sich eine Kollegin den Finger gequetscht.": (
        "sicherheit",
        "P1",
        "NW-110",
        None,
    ),
    "Not-Halt am FB-2000 reagiert nicht!": ("sicherheit", "P1", "NW-310", None),
    "An operator was injured at the conveyor.": ("sicherheit", "P1", None, None),
    "Rechnung 2026-118: der Betrag stimmt nicht.": ("reklamation_rechnung", "P3", None, None),
    "Sie haben uns die Montage doppelt berechnet.": ("reklamation_rechnung", "P3", "NW-900", None),
    "Auf der Rechnung wurde der falsche Preis für FB-2000 angesetzt.": (
        "reklamation_rechnung",
        "P3",
        "NW-100",
        None,
    ),
    "Wir haben eine Mahnung bekommen, obwohl bezahlt wurde.": (
        "reklamation_rechnung",
        "P3",
        None,
        None,
    ),
    "Bitte Gutschrift für zu viel berechnete Fracht.": ("reklamation_rechnung", "P3", None, None),
}

QUOTES = (
    "250 Tragrollen 50 mm, bester Preis?",
    "Wir benötigen 12 Tragrollen für unser FB-2000.",
    "Was kosten 3 Steuerungen?",
    "Bitte um ein Angebot für die jährliche Wartung.",
    "Bitte um Angebot für 12 Tragrollen 50 mm. Bezahlen wie immer per Lastschrift.",
    "Mögen Sie mir 60 Stück der Tragrolle 50 mm anbieten? Die Rechnung bitte künftig per Mail.",
    "Jahresstillstand ist am 21.12. Dafür bräuchten wir ein Angebot über 6 Tragrollen 50 mm.",
    "Ich hätte gern Preise für 12 Tragrollen 50 mm. Die letzte Gutschrift ist angekommen.",
    "Könnten Sie uns 3 Steuerungen anbieten? Bis 12 Uhr kann auch geliefert werden.",
)
SERVICE = (
    "Die letzte Rechnung ist falsch, da fehlt der Rabatt.",
    "Unser FB-2000 steht still, bitte sofort Angebot für die Reparatur!",
    "Wann kommt unsere Bestellung?",
    "Die Rechnung weicht von Ihrem Angebot über 60 Tragrollen 50 mm ab.",
    "Unser FB-2000 steht still, bitte sofort ein Angebot über 6 Tragrollen 50 mm!",
    "Wir möchten die jährliche Wartung für 2027 vereinbaren.",
    "Ein Mitarbeiter hat sich verletzt, was kostet eine Schutzhaube?",
)


TABLE = tomllib.loads(Path(__file__).with_name("mails.toml").read_text("utf-8"))["mails"]
MAILS.update({mail: (what, prio, sku or None, no or None) for mail, what, prio, sku, no in TABLE})


@pytest.mark.parametrize("mail", MAILS)
def test_a_mail_is_understood(mail: str) -> None:
    """Category, priority, product and machine, in the words of the company."""
    found = service_of(dossier(mail))
    assert (found.category, found.priority, found.sku, found.serial) == MAILS[mail]
    assert found.queue == LIMITS.queues[MAILS[mail][0]]
    assert found.danger == (MAILS[mail][0] == "sicherheit")


@pytest.mark.parametrize("row", rows(EVALS / "ticket_cases.jsonl"), ids=lambda row: row["case"])
def test_the_reference_mails_make_their_tickets(row: dict[str, object]) -> None:
    """The truth of each is its ticket."""
    ticket = ticket_of(dossier(str(row["mail"])))
    assert ticket is not None
    truth = row["truth"]
    assert isinstance(truth, dict)
    for name in ("category", "priority", "queue", "sku", "serial"):
        assert getattr(ticket, name) == truth[name], name


@pytest.mark.parametrize("mail", QUOTES)
def test_a_customers_wish_for_a_quote_is_one(mail: str) -> None:
    """By what it says."""
    assert asks_for_quote(dossier(mail))


@pytest.mark.parametrize("mail", SERVICE)
def test_a_customers_trouble_is_no_wish_for_a_quote(mail: str) -> None:
    """Danger, standstill, complaints and questions go to service, whoever writes."""
    assert not asks_for_quote(dossier(mail))


def test_a_machine_that_is_another_product_contradicts() -> None:
    """20-4711 is a FB-2000: the product stays open, people find out."""
    found = service_of(dossier("Unser FB-3000 (SN 20-4711) quietscht."))
    assert found.sku is None
    assert "20-4711 ist NW-100" in found.contradictions[0]


def test_a_part_of_a_machine_does_not_contradict_it() -> None:
    """The control of a conveyor: the machine is the one that the number names."""
    found = service_of(dossier("Die Steuerung am Förderband SN 20-4711 zeigt Fehler."))
    assert (found.sku, found.contradictions) == ("NW-100", ())


def test_two_machines_are_for_people() -> None:
    """One ticket is about one machine."""
    assert service_of(dossier("20-4711 und 18-0033 quietschen.")).contradictions


def test_hints_count_where_all_hint_at_the_same() -> None:
    """Two that differ are a question, unless examples are sure; danger is one for people."""
    assert understood("Die S7-Kompakt ist hinüber.") is not None
    assert understood("Das Band heult, wir beschweren uns.") is None
    both = understood("Ist die S7-Kompakt als Tauschgerät erhältlich? Unsere ist abgeraucht.")
    assert both is not None
    assert both.criteria == ("examples",)
    assert understood("Der Lehrling hat sich erschrocken.") is None
    assert told_by("Die S7-Kompakt ist hinüber.") is None


def test_a_mail_that_says_nothing_has_no_ticket() -> None:
    """No category is made up."""
    assert ticket_of(dossier("Hallo zusammen")) is None
    assert service_of(dossier("Hallo zusammen")).missing


def test_words_of_another_company_are_found_by_what_they_mean() -> None:
    """Categories by their names, priorities by their order; what nobody knows is named."""
    data = {
        "categories": {"panne": "werkstatt", "unterlagen": "doku", "sonstwas": "x"},
        "priorities": ["kritisch", "hoch", "normal", "gering"],
    }
    limits = sales_limits({"sales": data})
    assert limits.category_words == {"malfunction": "panne", "documentation": "unterlagen"}
    assert limits.priority_words["danger"] == "kritisch"
    assert limits.unknown_words == ("sonstwas",)
