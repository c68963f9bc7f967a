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
