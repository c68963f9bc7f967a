"""The page that shows an invoice: readable, escaped, with nothing to load."""

import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from types import FrameType

import pytest

from tests.einvoice.samples import Sample, SampleLine, ubl
from tools.einvoice import reading, xml
from tools.einvoice.limits import DEFAULT
from tools.einvoice.page import day, number, page, visible
from tools.einvoice.reader import Reader, ReadInvoice
from tools.einvoice.verdict import Validation

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{ 7*7 }}"


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


async def test_page_shows_the_invoice(reader: Reader) -> None:
    """A person reads who asks for how much, until when, to which account, in German notation."""
    html = page(await reader.read(ubl()))
    for shown in (
        "gültige E-Rechnung",
        "Muster Dichtungstechnik GmbH",
        "06.12.2026",
        "606,90 EUR",
        "DE43290400900602051017",
        "Wellendichtring",
        "2,00 % / 14 Tage",
        "BT-115 · /Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
        "cen-ubl 2026-08-31",
    ):
        assert shown in html


async def test_page_speaks_english_too(reader: Reader) -> None:
    """The same page in English on demand."""
    html = page(await reader.read(ubl()), "en")
    assert 'lang="en"' in html
    assert "Amount due" in html
    assert "Zahlbetrag" not in html


async def test_text_of_the_sender_stays_text(reader: Reader) -> None:
    """No markup of the sender becomes markup of the page, in no field."""
    sample = Sample(
        number=EVIL, seller=EVIL, note=EVIL, terms=EVIL, order=EVIL, lines=(SampleLine(name=EVIL),)
    )
    html = page(await reader.read(ubl(sample)))
    tags = Tags()
    tags.feed(html)
    assert not tags.tags & {"script", "img", "a", "link", "iframe", "form", "object", "svg"}
    assert not {name for name in tags.attributes if name.startswith("on")} | (
        tags.attributes & {"src", "href", "style"}
    )
    assert "{{ 7*7 }}" in html
    assert "default-src 'none'" in html


async def test_hidden_characters_are_shown(reader: Reader) -> None:
    """A text that is turned around or hides characters shows them by number."""
    html = page(await reader.read(ubl(Sample(seller="Muster\u202eHbmG\u200b"))))
    assert "Muster⟦U+202E⟧HbmG⟦U+200B⟧" in html
    assert "\u202e" not in html


async def test_page_of_a_file_without_invoice(reader: Reader) -> None:
    """A file that could not be read has a page that says why."""
    html = page(await reader.read(b"PK\x03\x04"))
    assert "Archiv" in html
    assert "ließ sich keine Rechnung lesen" in html


@pytest.mark.slow
def test_page_of_many_lines_costs_by_the_line() -> None:
    """The places of all values are looked up once a page, not once a value."""
    sample = Sample(lines=(SampleLine(),) * 2000)
    invoice = reading.read(xml.parse(ubl(sample), DEFAULT), "ubl-invoice")
    sound = Validation(
        verdict="valid", stage="rules", bmf_class="none", standing="e-invoice", kind="xml"
    )
    read = ReadInvoice(sha256="0" * 64, invoice=invoice, validation=sound)
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            calls[frame.f_code.co_name] += 1

    sys.setprofile(count)
    try:
        html = page(read)
    finally:
        sys.setprofile(None)
    assert html.count("Wellendichtring") == len(invoice.lines)
    assert calls["_places"] == 1


async def test_page_names_broken_rules(reader: Reader) -> None:
    """The rules that fired stand on the page with their texts."""
    html = page(
        await reader.read(ubl().replace(b"<cbc:BuyerReference>KST-MAT</cbc:BuyerReference>", b""))
    )
    assert "BR-DE-15 (fatal)" in html
    assert "ungültig" in html


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("1234567.5", 2, "1.234.567,50"),
        ("-0.5", 2, "-0,50"),
        ("12", 0, "12"),
        ("12.500", 0, "12,5"),
        ("0.123456", 2, "0,123456"),
        ("1E+3", 2, "1.000,00"),
    ],
)
def test_numbers_in_german_notation(value: str, places: int, shown: str) -> None:
    """Every digit is shown, grouped, with a comma."""
    assert number(Decimal(value), places) == shown


def test_nothing_is_shown_for_nothing() -> None:
    """Absent values leave no mark."""
    assert (number(None), day(None), visible(None)) == ("", "", "")
    assert day(date(2018, 11, 4)) == "04.11.2018"
