"""Wording: orders to a machine, announcements to people, and the many texts that are neither."""

import pytest

from policies.facts.wording import WordingFacts, names_small_business, wording_facts
from tests.policies.facts.wordings import ANNOUNCEMENTS, HARMLESS, ORDERS
from tools.einvoice.invoice import FreeText

KNOWN = "DE43290400900602051017"


def facts(text: str) -> WordingFacts:
    """What one free text says."""
    return wording_facts([FreeText(field="notes[0].text", term="BT-22", text=text)], [KNOWN])


@pytest.mark.parametrize("text", ORDERS)
def test_orders_are_found_and_announce_nothing(text: str) -> None:
    """G-A26 fires, and what stands in the same text is not taken for the supplier's word."""
    found = facts(text)
    assert found.instructions
    assert not found.bank_announcements


@pytest.mark.parametrize("text", ANNOUNCEMENTS)
def test_announcements_are_found_and_are_no_orders(text: str) -> None:
    """G-A08 fires on what suppliers, and fraudsters, write to people."""
    found = facts(text)
    assert found.bank_announcements
    assert not found.instructions


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_texts_are_left_alone(text: str) -> None:
    """Terms, articles and thanks fire nothing."""
    found = facts(text)
    assert not found.instructions
    assert not found.bank_announcements


@pytest.mark.parametrize(
    "text",
    [
        (
            "Unsere Bankverbindung, die Sie seit vielen Jahren für die Begleichung unserer "
            "Rechnungen verwenden, hat sich zum Monatsanfang geändert."
        ),
        (
            "Ab sofort überweisen Sie sämtliche Rechnungsbeträge einschließlich noch offener "
            "Posten aus den Vormonaten bitte ausschließlich auf das Konto der Volksbank."
        ),
        (
            "Wir bitten Sie höflich, vor der Anweisung dieser und aller folgenden Rechnungen in "
            "Ihrem Haus unsere Bankverbindung zu aktualisieren."
        ),
        (
            "Unser Konto bei der Kreissparkasse, auf das Sie bislang alle fälligen Beträge "
            "ordnungsgemäß überwiesen haben, ist nicht mehr erreichbar."
        ),
        (
            "Im Zuge der Verschmelzung unserer Gesellschaften ändert sich für alle Kunden im "
            "Inland wie im Ausland auch die Bankverbindung."
        ),
        (
            "Our bank details, which you have been using for the settlement of all invoices since "
            "the beginning of our cooperation, have changed."
        ),
    ],
)
def test_an_announcement_may_stretch_over_its_sentence(text: str) -> None:
    """What changes and that it does may stand far apart: the sentence binds them."""
    assert facts(text).bank_announcements


@pytest.mark.parametrize(
    "text",
    [
        (
            "Unsere Bankverbindung finden Sie wie immer in der Fußzeile auf jeder Seite dieser "
            "Rechnung, unsere Anschrift hat sich durch den Umzug geändert."
        ),
        (
            "Unsere Bankverbindung, die Sie auf jeder unserer Rechnungen im Fußbereich finden, hat "
            "sich auch durch die Umfirmierung nicht geändert."
        ),
        (
            "Ab sofort berechnen wir für Expresslieferungen einen Zuschlag, den Sie bitte zusammen "
            "mit dem Rechnungsbetrag auf unser bekanntes Konto überweisen."
        ),
        (
            "Please state the invoice number when paying to our account so that your remittance "
            "can be allocated, since our postal address has changed."
        ),
        (
            "Unsere Bankverbindung finden Sie in der Fußzeile jeder Rechnung, die wir ausstellen. "
            "Die Sätze für Transporte haben sich geändert."
        ),
    ],
)
def test_what_else_changes_in_a_sentence_is_no_account(text: str) -> None:
    """Between account and change another thing is named, or the change is denied."""
    assert not facts(text).bank_announcements


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Kleinunternehmer gemäß § 19 UStG", True),
        ("Gemäß §19 Abs. 1 UStG wird keine Umsatzsteuer berechnet", True),
        ("§ 19 (1) UStG", True),
        ("Umsatzsteuer wird nicht erhoben (§ 19 Abs. 1 S. 1 UStG)", True),
        ("nach Paragraph 19 UStG umsatzsteuerbefreit", True),
        ("VAT exempt small business scheme § 19", True),
        ("kein Kleinunternehmer", False),
        ("Wir verzichten auf die Anwendung der Kleinunternehmerregelung", False),
        ("§ 19 UStDV", False),
        ("§ 4 Nr. 19 UStG", False),
        ("Paragraph 4 Nr. 21 UStG", False),
        (None, False),
    ],
)
def test_small_businesses_name_their_paragraph(text: str | None, named: bool) -> None:  # noqa: FBT001
    """§ 19 UStG in the usual writings."""
    assert names_small_business([text]) is named
