"""PDFs: embedded files, page text, and which file is the invoice."""

from pathlib import Path
from typing import Any

import pytest
from facturx import get_xml_from_pdf  # pyright: ignore[reportUnknownVariableType]

from tests.einvoice.paper import bomb, pdf
from tests.einvoice.samples import Sample, cii, ubl
from tests.einvoice.test_sniff import EICAR
from tools.einvoice.fault import Unfit
from tools.einvoice.limits import DEFAULT
from tools.einvoice.pdf import Pdf, invoice_in
from tools.einvoice.reader import Reader

ORDER = b'<a:SCRDMCCBDACIOMessageStructure xmlns:a="urn:x"/>'


async def opened(reader: Reader, *files: tuple[str, bytes]) -> Pdf:
    """A PDF with embedded files, read."""
    return await reader.pdfs.open(pdf(*files))


async def unfit(reader: Reader, data: bytes) -> str:
    """The finding that opening a PDF ends in."""
    with pytest.raises(Unfit) as caught:
        await reader.pdfs.open(data)
    return caught.value.fault.code


async def chosen(reader: Reader, *files: tuple[str, bytes]) -> str:
    """The file that counts as the invoice, or the finding."""
    try:
        return invoice_in(await opened(reader, *files), DEFAULT)[0]
    except Unfit as error:
        return error.fault.code


async def test_files_and_text(reader: Reader) -> None:
    """Embedded files come out as they went in, described by their bytes; the page has its text."""
    data = pdf(("factur-x.xml", cii()), ("eicar.txt", EICAR), text="Rechnung RE-2026-0815 606,90")
    found = await reader.pdfs.open(data)
    assert "RE-2026-0815 606,90" in found.text
    assert found.pages == 1
    by_name = dict(zip([f.name for f in found.files], found.contents, strict=True))
    assert by_name == {"factur-x.xml": cii(), "eicar.txt": EICAR}
    assert {f.name: (f.content, f.eicar) for f in found.files} == {
        "factur-x.xml": ("xml", False),
        "eicar.txt": ("text", True),
    }


@pytest.mark.parametrize(
    ("files", "result"),
    [
        ([("factur-x.xml", cii())], "factur-x.xml"),
        ([("anything.bin", ubl())], "anything.bin"),
        ([("order-x.xml", ORDER), ("zugferd.xml", cii())], "zugferd.xml"),
        ([("a.xml", cii()), ("b.xml", cii())], "a.xml"),
        ([("a.xml", cii()), ("b.xml", cii(Sample(number="2")))], "pdf-several-invoices"),
        ([("a.xml", cii()), ("b.xml", ubl())], "pdf-several-invoices"),
        ([("order-x.xml", ORDER)], "order-x.xml"),
        ([("data.xml", b"<data/>")], "pdf-no-xml"),
        ([("readme.txt", b"Hallo")], "pdf-no-xml"),
        ([], "pdf-no-xml"),
        ([("factur-x.xml", b"<a>")], "pdf-xml-unreadable"),
        ([("factur-x.xml", b"<!DOCTYPE a><a/>")], "xml-doctype"),
        ([("factur-x.xml", b"<a>"), ("b.xml", cii())], "b.xml"),
    ],
)
async def test_which_file_is_the_invoice(
    reader: Reader, files: list[tuple[str, bytes]], result: str
) -> None:
    """The one file that is an invoice counts, whatever its name; two different ones do not."""
    assert await chosen(reader, *files) == result


async def test_broken_and_locked_files(reader: Reader) -> None:
    """What cannot be opened is told apart."""
    assert await unfit(reader, b"%PDF-1.7\nnonsense") == "pdf-broken"
    assert await unfit(reader, pdf()[:200]) == "pdf-broken"
    assert await unfit(reader, pdf(password="geheim")) == "pdf-locked"


async def test_bomb_is_given_up_at_the_limit(reader: Reader) -> None:
    """An attachment that unpacks to a thousand times its size costs its limit and no more."""
    data = bomb(200_000_000)
    assert len(data) < 400_000
    assert await unfit(reader, data) == "pdf-attachment-too-large"


async def test_too_many_files_are_refused(reader: Reader) -> None:
    """The number of attachments is limited."""
    files = [(f"{i}.txt", b"x") for i in range(DEFAULT.pdf_attachments + 1)]
    assert await unfit(reader, pdf(*files)) == "pdf-attachment-too-large"


async def test_second_opinion_on_real_files(
    reader: Reader, domain: Path, manifest: list[dict[str, Any]]
) -> None:
    """Another library finds the same invoice in every real PDF that it can read."""
    seen = 0
    for row in manifest:
        if row["media"] != "application/pdf" or row["verdict"] == "unreadable":
            continue
        data = (domain / row["file"]).read_bytes()
        _, other = get_xml_from_pdf(data, check_xsd=False)
        try:
            ours: bytes | bool = invoice_in(await reader.pdfs.open(data), DEFAULT)[1]
        except Unfit:
            ours = False
        assert ours == (other or False), row["id"]
        seen += 1
    assert seen > 30
