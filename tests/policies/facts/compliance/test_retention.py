"""What becomes of records: periods, articles, deadlines, for any table."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts.compliance.calendar import later, working, year_end
from policies.facts.compliance.limits import ComplianceLimits, compliance_limits
from policies.facts.compliance.retention import answer_to, asked_by, unknown_kinds
from tools.privacy import Measure, Record, Request

DAY = dt.date(2026, 11, 18)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1))
RULE: dict[str, object] = {"type": "x", "years": 0}


def house(*rules: dict[str, object]) -> ComplianceLimits:
    """A company with this retention table."""
    return compliance_limits({"compliance": {"retention": list(rules)}})


def one(
    article: str, kind: dict[str, object], day: dt.date | None, today: dt.date = DAY
) -> Measure:
    """What becomes of one record of a kind."""
    records = (Record(record="R1", type="x", date=day),)
    found = answer_to(
        Request(article=article, received=today, records=records), house({"type": "x", **kind})
    )
    assert found is not None
    [measure] = found.measures
    return measure


@pytest.mark.parametrize(
    ("start", "until"),
    [
        ("end of calendar year", dt.date(2027, 12, 31)),
        ("end of calendar year in which the relation ended", dt.date(2027, 12, 31)),
        ("Ende des Kalenderjahres", dt.date(2027, 12, 31)),
        ("Schluss des Jahres", dt.date(2027, 12, 31)),
        ("creation", dt.date(2027, 5, 5)),
        ("end of procedure", dt.date(2027, 5, 5)),
        ("", dt.date(2027, 5, 5)),
    ],
)
def test_periods_count_from_where_the_table_says(start: str, until: dt.date) -> None:
    """From the end of the year, or from the day of the event."""
    rule: dict[str, object] = {"years": 5, "start": start, "basis": "§ 1"}
    found = one("Art. 17", rule, dt.date(2022, 5, 5))
    assert found == Measure(record="R1", action="restrict_and_keep", keep_until=until, basis="§ 1")


def test_the_last_day_still_counts() -> None:
    """A record is kept through its last day and erased from the next one on."""
    rule: dict[str, object] = {"months": 6, "start": "rejection", "basis": "§ 1"}
    last = dt.date(2026, 3, 15)
    assert one("17", rule, dt.date(2025, 9, 15), last).action == "restrict_and_keep"
    gone = one("17", rule, dt.date(2025, 9, 15), last + dt.timedelta(days=1))
    assert (gone.action, gone.keep_until, gone.basis) == ("erase", last, "§ 1")


@pytest.mark.parametrize(
    ("article", "action"),
    [
        ("Art. 15", "disclose"),
        ("Artikel 15 DSGVO", "disclose"),
        ("Art. 15 Abs. 3", "disclose"),
        ("Art. 20", "disclose"),
        ("Art. 17", "erase"),
        ("Art. 17(1)(b)", "erase"),
        ("Art. 18", "restrict_and_keep"),
    ],
)
def test_articles_give_rights(article: str, action: str) -> None:
    """The article counts, whatever its paragraphs are."""
    assert one(article, {"years": 0}, DAY).action == action


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("Welche Daten haben Sie über mich gespeichert?", {"disclose"}),
        ("Bitte um Auskunft nach DSGVO", {"disclose"}),
        ("Löschen Sie meine Bewerbung.", {"erase"}),
        ("Ich bitte um Löschung", {"erase"}),
        ("Please delete all my data", {"erase"}),
        ("Bitte schränken: Einschränkung der Verarbeitung", {"restrict"}),
        ("Bitte schränken Sie die Verarbeitung meiner Daten ein.", {"restrict"}),
        ("Habt ihr noch Daten von mir?", {"disclose"}),
        ("Ich beantrage Datenübertragbarkeit.", {"disclose"}),
        ("Hiermit ziehe ich meine Anfrage auf Auskunft vom 10. Januar zurück.", set[str]()),
        ("Ich ziehe mein Löschbegehren zurück.", set[str]()),
        ("I withdraw my erasure request.", set[str]()),
        ("Ich ziehe meine Einwilligung zurück und bitte um Löschung meiner Daten.", {"erase"}),
        ("Auskunft und Löschung", {"disclose", "erase"}),
        ("Guten Tag", set[str]()),
        ("Ich möchte, dass alles gelöscht wird.", {"erase"}),
        ("I want my account deleted.", {"erase"}),
        ("Auskunftsersuchen", {"disclose"}),
        ("Bitte übertragen Sie meine Daten direkt an die Firma Kontora.", {"disclose"}),
        ("Danke für Ihre Auskunft, damit hat sich alles erledigt.", set[str]()),
        ("Was habt ihr über mich gespeichert?", {"disclose"}),
        ("Please provide a copy of my personal data.", {"disclose"}),
        ("Wann liefern Sie?\nSind Sie nicht der Empfänger, löschen Sie diese E-Mail.", set[str]()),
        ("Auskunft, bitte.\n> Bitte löschen Sie alles.", {"disclose"}),
        ("Sperren Sie alles. If received in error, please delete it.", {"restrict"}),
    ],
)
def test_words_ask_where_no_article_is_named(mail: str, asked: set[str]) -> None:
    """Several wishes are several: nobody guesses which comes first."""
    assert asked_by(Request(mail=mail, received=DAY), house()) == asked


@pytest.mark.parametrize(
    ("article", "mail", "asked"),
    [
        ("Art. 15, Art. 17", "", {"disclose", "erase"}),
        ("Art. 15 und 20", "", {"disclose"}),
        ("Art. 16, 17", "", set[str]()),
        ("Art. 17 Abs. 1 lit. b i. V. m. Art. 12 Abs. 3 DSGVO", "", {"erase"}),
        ("Art. 15", "Bitte löschen Sie meine Daten.", set[str]()),
        ("Art. 17", "Löschen Sie alle gespeicherten Daten.", {"erase"}),
        ("Art. 17", "Guten Tag", {"erase"}),
    ],
)
def test_article_and_words_have_to_agree(article: str, mail: str, asked: set[str]) -> None:
    """Several rights are several; one that nobody answers here, or other words, are none."""
    assert asked_by(Request(article=article, mail=mail, received=DAY), house()) == asked


@given(DAYS, st.integers(0, 30), DAYS)
def test_nothing_is_erased_while_its_period_runs(day: dt.date, years: int, today: dt.date) -> None:
    """Erased exactly where no period is left; a basis stands exactly where there is a period."""
    rule: dict[str, object] = {"years": years, "start": "end of calendar year", "basis": "§ 1"}
    found = one("Art. 17", rule, day, today)
    until = found.keep_until
    assert (until is None) == (years == 0) == (found.basis is None)
    assert (found.action == "erase") == (until is None or until < today)


@given(DAYS, st.integers(0, 400))
def test_months_are_counted_as_the_civil_code_does(day: dt.date, months: int) -> None:
    """The same day of the month, or that month's last one; never the month after."""
    found = later(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found + dt.timedelta(days=1)).day == 1
    assert year_end(day) >= day


@pytest.mark.parametrize(
    ("given_day", "deadline"),
    [
        (None, dt.date(2026, 3, 2)),
        (dt.date(2026, 2, 28), dt.date(2026, 2, 28)),
        (dt.date(2026, 3, 2), dt.date(2026, 3, 2)),
        (dt.date(2026, 2, 10), dt.date(2026, 2, 10)),
        (dt.date(2026, 6, 1), dt.date(2026, 3, 2)),
        (dt.date(2025, 1, 1), dt.date(2026, 3, 2)),
    ],
)
def test_a_deadline_is_a_month(given_day: dt.date | None, deadline: dt.date) -> None:
    """What was given counts where it is earlier or the next working day; never a later one."""
    request = Request(
        article="Art. 15",
        received=dt.date(2026, 1, 31),
        deadline=given_day,
        records=(Record(record="R1", type="x"),),
    )
    found = answer_to(request, house({"type": "x", "years": 0}))
    assert found is not None
    assert found.deadline == deadline


@pytest.mark.parametrize(
    ("received", "land", "deadline"),
    [
        (dt.date(2026, 11, 18), "", dt.date(2026, 12, 18)),
        (dt.date(2026, 11, 19), "", dt.date(2026, 12, 21)),
        (dt.date(2026, 11, 26), "", dt.date(2026, 12, 28)),
        (dt.date(2027, 2, 26), "", dt.date(2027, 3, 30)),
        (dt.date(2026, 12, 6), "", dt.date(2027, 1, 6)),
        (dt.date(2026, 12, 6), "BW", dt.date(2027, 1, 7)),
        (dt.date(2028, 1, 31), "", dt.date(2028, 2, 29)),
        (dt.date(2027, 12, 31), "", dt.date(2028, 1, 31)),
    ],
)
def test_a_month_ends_on_a_working_day(received: dt.date, land: str, deadline: dt.date) -> None:
    """Weekends, Christmas, Good Friday to Easter Monday, a Land's own holiday; a leap day."""
    limits = compliance_limits({"compliance": {"state": land, "retention": [RULE]}})
    request = Request(
        article="Art. 15", received=received, records=(Record(record="R1", type="x"),)
    )
    found = answer_to(request, limits)
    assert found is not None
    assert found.deadline == deadline


def test_a_land_that_is_none_is_refused() -> None:
    """A slip of the pen in the company's data is told, not counted with."""
    with pytest.raises(ValueError, match="no Bundesland `XX`"):
        compliance_limits({"compliance": {"state": "XX"}})


@given(DAYS, st.sampled_from(["", "BW", "BY", "HB"]))
def test_a_working_day_is_the_next_one(day: dt.date, land: str) -> None:
    """Never earlier, within the days of Christmas or Easter, and not put off again."""
    found = working(day, land)
    assert day <= found <= day + dt.timedelta(days=5)
    assert found.weekday() < 5
    assert working(found, land) == found


def test_a_row_without_a_period_says_nothing() -> None:
    """Nothing is erased because somebody forgot the years: a person looks at the record."""
    request = Request(
        article="Art. 17", received=DAY, records=(Record(record="R1", type="x", date=DAY),)
    )
    limits = house({"type": "x", "basis": "§ 1"})
    assert answer_to(request, limits) is None
    assert unknown_kinds(request, limits) == ("R1",)


ASKING: dict[str, str] = {
    "Which categories of data about me do you process, and who received them?": "disclose",
    "Which data protection officer is in charge?": "",
    "Geben Sie meine Daten bis zur Klärung nicht heraus und verarbeiten Sie sie nicht.": "restrict",
    "Ich möchte wissen, was Sie alles über mich wissen und woher Sie das haben.": "disclose",
    "Meine Adresse ist falsch, ich wohne jetzt Am Deich 4. Bitte korrigieren.": "",
    "Please delete my account and all personal data you hold about me.": "erase",
    "Ich widerspreche der Nutzung meiner Daten für Werbung.": "",
    "Wann haben Sie geöffnet?": "",
    "ich will raus aus eurer kartei. alles weg bitte": "erase",
    "Mein Account soll weg, inklusive Bestellhistorie.": "erase",
    "Ich war nie Ihr Kunde. Schmeißen Sie meine Daten raus.": "erase",
    "Ich möchte nicht, dass Sie meine Daten weiter aufbewahren.": "erase",
    "Nutzen Sie meine Daten vorerst nicht, löschen Sie sie aber auch nicht.": "restrict",
    "Was macht ihr mit meinen Daten und wer bekommt sie?": "disclose",
    "Welche Informationen liegen bei Ihnen über meine Bewerbung vor?": "disclose",
    "Kindly confirm whether you process personal data concerning me and, if so, which.": "disclose",
    "Ich bitte um Löschung. Ausgenommen sind die Rechnungen.": "erase",
    "Mein Nachname hat sich durch Heirat geändert.": "",
    "Ich ziehe meine Bewerbung zurück, bitte vernichten Sie alles.": "erase",
    "Under the GDPR I request erasure of my records.": "erase",
    "Woher haben Sie meine E-Mail-Adresse? Und was ist noch gespeichert?": "disclose",
    "Please restrict the processing of my data until the dispute is settled.": "restrict",
    "Streichen Sie mich bitte aus Ihrer Datenbank.": "erase",
    "Ich habe eine Frage zu Ihrer Datenschutzerklärung.": "",
    "Was haben Sie da eigentlich alles über mich in Ihren Akten?": "disclose",
    "Ich möchte, dass Sie mich vergessen.": "erase",
    "Get rid of every bit of data you have on me.": "erase",
    "I want to know which of my personal data you store and who you share it with.": "disclose",
    "Bitte sperren Sie meine Daten für jede weitere Verwendung.": "restrict",
    "Können Sie mir die Kontaktdaten Ihres Datenschutzbeauftragten nennen?": "",
    "Nehmen Sie mich bitte aus allen Systemen raus, ich will keinen Kontakt mehr.": "erase",
    "Please provide me with everything you have on file about me.": "disclose",
    "Wie lange bewahren Sie meine Daten auf und an wen geben Sie sie weiter?": "disclose",
    "Kundenkonto bitte komplett löschen, Kundennummer 88123. Danke.": "erase",
    "Ihr Newsletter gefällt mir sehr.": "",
    "Ich widerrufe alles und will, dass nichts mehr von mir bei Ihnen gespeichert ist.": "erase",
    "Send me a copy of my personal data, please.": "disclose",
    "Ich war mal Kunde bei Ihnen. Bitte löschen Sie meinen kompletten Datensatz.": "erase",
    "I don't want you to have my data any longer. Erase it all.": "erase",
    "Haben Sie eigentlich einen Betriebsrat?": "",
    "Ich möchte Einblick in meine bei Ihnen geführte Akte nehmen.": "disclose",
    "Welche Daten über meine Person haben Sie an die Schufa übermittelt?": "disclose",
    "please remove me from your records completely": "erase",
    "Tell me what information you keep on me.": "disclose",
    "Bitte schicken Sie mir keine Werbung mehr.": "",
    "Ich möchte gern eine Datenauskunft nach Art. 15 haben.": "disclose",
    "Bitte informieren Sie mich über alle zu mir vorliegenden Daten.": "disclose",
    "Take me off your list and delete whatever you've got.": "erase",
    "Was passiert mit meinen Daten und wo liegen sie?": "disclose",
    "Please do not process my data until my complaint has been resolved.": "restrict",
    "Ihr Cookie-Banner funktioniert nicht.": "",
    "Sagen Sie mir bitte, was Sie an Daten über mich haben und warum.": "disclose",
    "Ich verlange die Herausgabe einer Kopie meiner personenbezogenen Daten.": "disclose",
    "Löschen Sie umgehend mein Profil samt Bestellhistorie.": "erase",
    "I am exercising my right to be forgotten.": "erase",
    "Bitte sperren Sie meinen Datensatz, bis geklärt ist, ob die Angaben stimmen.": "restrict",
    "Wer ist bei Ihnen für Datenschutz zuständig?": "",
    "Hiermit bitte ich um Mitteilung, ob und welche Daten Sie von mir verarbeiten.": "disclose",
    "Könnten Sie mir sagen, wer alles meine Daten bekommen hat?": "disclose",
    "Please erase the data from my job application.": "erase",
    "Bitte benutzen Sie meine Daten vorläufig nicht.": "restrict",
    "Ich möchte meine Einwilligung erteilen.": "",
}


@pytest.mark.parametrize("mail", ASKING)
def test_what_a_mail_asks_for(mail: str) -> None:
    """The right that it speaks of, however it is said; nothing where it speaks of none."""
    found = asked_by(Request(mail=mail, received=DAY), house())
    assert found == {ASKING[mail]} - {""}


def _kept_until(row: dict[str, object], day: dt.date) -> dt.date | None:
    request = Request(
        article="Art. 17", received=DAY, records=(Record(record="R1", type="x", date=day),)
    )
    found = answer_to(request, house({"type": "x", "basis": "§ 1", **row}))
    assert found is not None
    return found.measures[0].keep_until


@pytest.mark.parametrize(
    "start",
    ["Ende des Geschäftsjahres", "end of fiscal year", "Jahresschluss", "year-end", "31.12."],
)
def test_a_period_from_the_end_of_the_year_is_never_shorter(start: str) -> None:
    """Whatever a company calls it: from the day of the record it would end months too early."""
    assert _kept_until({"years": 8, "start": start}, dt.date(2020, 2, 3)) == dt.date(2028, 12, 31)


def test_a_period_may_be_of_days() -> None:
    """As of recordings of a camera."""
    assert _kept_until({"days": 3, "start": "event"}, dt.date(2020, 2, 27)) == dt.date(2020, 3, 1)


@pytest.mark.parametrize(
    ("mail", "article"),
    [
        ("Bitte um Auskunft.", "Art. 15"),
        ("Bitte übermitteln Sie mir meine Daten maschinenlesbar.", "Art. 20"),
        ("Bitte schränken Sie die Verarbeitung meiner Daten ein.", "Art. 18"),
    ],
)
def test_the_answer_names_the_article_that_is_asked_for(mail: str, article: str) -> None:
    """Data to take along are asked for under Art. 20, whatever is disclosed with them."""
    record = Record(record="R1", type="voucher", date=DAY, subject="x")
    limits = house({"type": "voucher", "years": 8, "start": "year end", "basis": "x"})
    answer = answer_to(Request(mail=mail, received=DAY, records=(record,)), limits)
    assert answer is not None
    assert answer.article == article
