"""Plain PDFs through the whole reading: fields with their places, and no e-invoice all the same."""

import pytest

from tests.einvoice.paper import pdf
from tests.einvoice.samples import cii
from tests.einvoice.test_sniff import EICAR
from tools.einvoice.page import page
from tools.einvoice.reader import Reader

TEXT = """Malermeister Krause
Rechnung Nr. 2026/0417
Rechnungsdatum: 03.11.2026
Nettobetrag 1.890,00 €
zzgl. 19 % MwSt. 359,10 €
Gesamtbetrag 2.249,10 €
IBAN: DE02 1203 0000 0000 2020 51
USt-IdNr.: DE136695976"""


async def test_pages_are_read(reader: Reader) -> None:
    """What pages say is read, with offsets in the text that is kept; it stays no e-invoice."""
    read = await reader.read(pdf(text=TEXT))
    assert read.paper is not None
    assert read.text is not None
    assert {f.name: f.copied.value for f in read.paper.fields} == {
        "number": "2026/0417",
        "issue_date": "2026-11-03",
        "net": "1890.00",
        "tax": "359.10",
        "gross": "2249.10",
        "iban": "DE02120300000000202051",
        "vat_id": "DE136695976",
    }
    for field in read.paper.fields:
        assert read.text[field.copied.start : field.copied.end] == field.copied.text
    assert read.validation.verdict == "no-structured-data"
    assert read.invoice is None


@pytest.mark.parametrize(
    "data",
    [
        pdf(("factur-x.xml", cii()), text=TEXT),
        pdf(("virus.txt", EICAR), text=TEXT),
        pdf(),
        pdf(text=TEXT, password="secret"),
        b"%PDF-1.7 nothing",
    ],
    ids=["hybrid", "malware", "no text", "locked", "broken"],
)
async def test_nothing_is_read_of_others(reader: Reader, data: bytes) -> None:
    """Not where XML speaks, where malware is, or where no page shows a word."""
    assert (await reader.read(data)).paper is None


async def test_unreadable_xml_leaves_the_pages(reader: Reader) -> None:
    """Where the XML inside cannot be read the pages are, and the verdict is what it was."""
    read = await reader.read(pdf(("factur-x.xml", b"<a>"), text=TEXT))
    assert [fault.code for fault in read.validation.faults] == ["pdf-xml-unreadable"]
    assert read.paper is not None
    assert read.paper.value("gross") == "2249.10"


async def test_people_see_it(reader: Reader) -> None:
    """The page for people shows each piece, how sure it is, and a second reading beside it."""
    other = "IBAN: DE88 2008 0000 0970 3757 00"
    html = page(await reader.read(pdf(text=f"{TEXT}\n{other}")))
    for shown in (
        "Aus dem Text der Seiten gelesen",
        "2.249,10",
        "98 %",
        "Auch gelesen:",
        "DE88 2008 0000 0970 3757 00",
    ):
        assert shown in html


async def test_text_of_pages_stays_text(reader: Reader) -> None:
    """No markup of a page becomes markup for people."""
    html = page(await reader.read(pdf(text="Rechnung Nr. 1<b>2\nRechnung Nr. 1/2#")), "en")
    assert "<b>2" not in html
