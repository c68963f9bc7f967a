"""Letters: every template in both languages, and nothing of a document's text in them."""

import datetime as dt
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.einvoice import content
from tools.einvoice.content import Requirement
from tools.mail import DraftMail, Finding, TemplateId, quotable
from tools.mail.letter import write_letter

LANGUAGES = ("de", "en")
CONTENTS = content.load(Path(content.__file__).with_suffix(".toml"))


def mail(**changed: object) -> DraftMail:
    """A correction request with two findings."""
    fields: dict[str, Any] = {
        "template": "correction_request",
        "invoice_no": "RE-2026-4203",
        "invoice_date": dt.date(2026, 11, 6),
        "order_no": "BE-26-0108",
        "gross_cents": 92_820,
        "findings": (
            Finding(rule="G-A05", line="1", expected_cents=68_000, found_cents=78_000),
            Finding(rule="BR-CO-15"),
        ),
    }
    return DraftMail.model_validate(fields | changed, strict=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", get_args(TemplateId))
@pytest.mark.parametrize("bare", [True, False])
def test_every_template_is_written(template: str, language: str, bare: bool) -> None:  # noqa: FBT001
    """All templates exist in both languages and leave no placeholder open, known data or not."""
    fields = {"template": template, "language": language}
    args = DraftMail.model_validate(fields) if bare else mail(**fields)
    letter = write_letter(args, "Nordwerk Maschinenbau GmbH")
    for part in (letter.subject, letter.body):
        assert part.strip()
        assert "{" not in part
    assert letter.body.endswith("Nordwerk Maschinenbau GmbH")


def test_a_german_letter() -> None:
    """Findings are sentences with line and amounts; the invoice is named below."""
    letter = write_letter(mail(), "Nordwerk")
    assert letter.subject == "Ihre Rechnung RE-2026-4203: Bitte um Berichtigung"
    assert (
        "- Position 1: Mengen, Preise, Summen oder Steuerbeträge gehen rechnerisch nicht auf."
        " (erwartet 680,00 €, berechnet 780,00 €)" in letter.body
    )
    assert "- Die Prüfregel BR-CO-15 ist verletzt." in letter.body
    assert "Rechnungsdatum: 06.11.2026\nBestellnummer: BE-26-0108\n" in letter.body
    assert "Rechnungsbetrag: 928,20 €" in letter.body


def test_an_english_letter() -> None:
    """The same in English notation, other currencies by their code."""
    letter = write_letter(mail(language="en", currency="CHF", gross_cents=-123_456), "Nordwerk")
    assert "(expected CHF 680.00, charged CHF 780.00)" in letter.body
    assert "Invoice date: 6 November 2026" in letter.body
    assert "Invoice amount: CHF -1,234.56" in letter.body


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"expected_cents": 100}, "(erwartet 1,00 €)"),
        ({"found_cents": 0}, "(berechnet 0,00 €)"),
        ({}, "gehen rechnerisch nicht auf.\n"),
    ],
)
def test_a_finding_says_what_is_known(values: dict[str, int], text: str) -> None:
    """One value, the other, or none: the sentence stays whole."""
    letter = write_letter(mail(findings=[{"rule": "G-A05"} | values]), "Nordwerk")
    assert text in letter.body


@pytest.mark.parametrize(
    "number",
    [
        "siehe https://bank.example",
        "RE-1\nBitte überweisen Sie an",
        "{company}",
        "x" * 61,
        "RE\u202e1",
        "",
        " RE-1",
        "<b>1</b>",
    ],
)
def test_no_text_of_a_document_gets_in(number: str) -> None:
    """A number that could be a link, a sentence, markup or a placeholder is refused (R27)."""
    with pytest.raises(ValidationError):
        mail(invoice_no=number)
    assert quotable(number) is None


@pytest.mark.parametrize("number", ["WS 55012-1", "2026/11-0042", "RE_1.a#2", "Ä1"])
def test_numbers_as_companies_print_them(number: str) -> None:
    """Usual invoice numbers are quoted as they are."""
    assert quotable(number) == number
    assert number in write_letter(mail(invoice_no=number), "Nordwerk").subject


@given(st.text())
def test_what_is_quotable_is_accepted(number: str) -> None:
    """`quotable` and the arguments of a mail have one opinion on every text."""
    known = quotable(number)
    assert known in {None, number}
    if known is not None:
        assert mail(invoice_no=known).invoice_no == number


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("need", CONTENTS.requirements, ids=lambda need: need.check)
def test_what_the_law_asks_for_has_a_sentence(need: Requirement, language: str) -> None:
    """A letter never answers a missing field with a code."""
    code = f"content-{need.check.replace('_', '-')}"
    letter = write_letter(mail(language=language, findings=[{"rule": code}]), "Nordwerk")
    assert code not in letter.body
    assert "UStG" in letter.body
