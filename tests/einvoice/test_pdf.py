"""PDFs: embedded files, page text, and which file is the invoice."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from facturx import get_xml_from_pdf  # pyright: ignore[reportUnknownVariableType]

from tests.einvoice.paper import bomb, changed, filed, pdf
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
    assert found.text is not None
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


def only_associated(document: pikepdf.Pdf) -> None:
    """The file is named as PDF/A-3 asks for, and in no name tree."""
    document.Root.AF = pikepdf.Array(filed(document))
    del document.Root.Names


def only_annotated(document: pikepdf.Pdf) -> None:
    """The file is clipped to the page."""
    note = pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, FS=filed(document)[0])
    document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(note)])
    del document.Root.Names


def in_a_tree_that_recurs(document: pikepdf.Pdf) -> None:
    """The name tree has a node that is its own child."""
    leaf = document.make_indirect(document.Root.Names.EmbeddedFiles)
    node = document.make_indirect(pikepdf.Dictionary(Kids=pikepdf.Array([leaf])))
    node.Kids.append(node)
    document.Root.Names.EmbeddedFiles = node


@pytest.mark.parametrize("change", [only_associated, only_annotated, in_a_tree_that_recurs])
async def test_file_is_found_wherever_it_is_named(
    reader: Reader, change: Callable[[pikepdf.Pdf], None]
) -> None:
    """An embedded file is found once, in whichever place the PDF names it."""
    found = await reader.pdfs.open(changed(pdf(("factur-x.xml", cii())), change))
    assert [(file.name, file.content) for file in found.files] == [("factur-x.xml", "xml")]
    assert invoice_in(found, DEFAULT) == ("factur-x.xml", cii())


async def test_second_invoice_does_not_hide_behind_the_name_of_the_first(reader: Reader) -> None:
    """Two entries of one name, or one file with two contents, are two invoices."""

    def renamed(document: pikepdf.Pdf) -> None:
        names = document.Root.Names.EmbeddedFiles.Names
        names[2] = names[0]

    def doubled(document: pikepdf.Pdf) -> None:
        first, second = filed(document)
        first.EF.UF = second.EF.F
        document.Root.Names.EmbeddedFiles.Names = pikepdf.Array(["a.xml", first])

    for change in (renamed, doubled):
        data = changed(pdf(("a.xml", cii()), ("b.xml", cii(Sample(number="2")))), change)
        with pytest.raises(Unfit) as caught:
            invoice_in(await reader.pdfs.open(data), DEFAULT)
        assert caught.value.fault.code == "pdf-several-invoices"


def unpacks_to_nothing(document: pikepdf.Pdf) -> None:
    """The last file's bytes are none that were ever packed."""
    stream = pikepdf.Stream(document, b"\x78\x9c" + b"\xff" * 200)
    stream.Filter = pikepdf.Name.FlateDecode
    filed(document)[-1].EF = pikepdf.Dictionary(F=document.make_indirect(stream))


def has_no_bytes(document: pikepdf.Pdf) -> None:
    """The last file is named and not there."""
    del filed(document)[-1]["/EF"]


def has_null_for_bytes(document: pikepdf.Pdf) -> None:
    """What should be the last file's bytes is nothing, and so is another entry."""
    filed(document)[-1].EF = pikepdf.Dictionary(F=1)
    document.Root.Names.EmbeddedFiles.Kids = pikepdf.Array([7])


def is_packed_as_nobody_can(document: pikepdf.Pdf) -> None:
    """The last file's filter is unknown."""
    filed(document)[-1].EF.F.Filter = pikepdf.Name("/FooDecode")


@pytest.mark.parametrize(
    "change", [unpacks_to_nothing, has_no_bytes, has_null_for_bytes, is_packed_as_nobody_can]
)
async def test_damaged_file_costs_no_other(
    reader: Reader, change: Callable[[pikepdf.Pdf], None]
) -> None:
    """A file that does not unpack is named, and the invoice beside it is read."""
    before = reader.pdfs.processes
    beside = await reader.read(changed(pdf(("a.xml", cii()), ("z.png", b"\x89PNG")), change))
    assert beside.validation.verdict == "valid"
    assert [fault.code for fault in beside.validation.faults] == ["attachment-unreadable"]
    assert "z.png" in beside.validation.text()
    alone = await reader.read(changed(pdf(("factur-x.xml", cii()), text="RE-1"), change))
    assert alone.validation.verdict == "no-structured-data"
    found = [fault.code for fault in alone.validation.faults]
    assert found == ["attachment-unreadable", "pdf-xml-unreadable"]
    assert alone.paper is not None
    assert set(before) <= set(reader.pdfs.processes)


async def test_damaged_page_costs_only_its_text(reader: Reader) -> None:
    """A page that cannot be loaded says nothing; the next one does, and the invoice is read."""

    def damage(document: pikepdf.Pdf) -> None:
        document.pages.append(document.pages[0])
        document.pages[0].obj.Type = pikepdf.Name.Foo

    found = await reader.read(changed(pdf(("factur-x.xml", cii()), text="RE-2026-0815"), damage))
    assert found.validation.verdict == "valid"
    assert found.text == "\fRE-2026-0815"


@pytest.mark.slow
async def test_pages_that_are_a_bomb_cost_no_invoice() -> None:
    """Where the pages cost more than they may, the XML is judged and the pages are unread."""

    def swell(document: pikepdf.Pdf) -> None:
        packed = zlib.compress(b"q " * 60_000_000, 9)
        stream = pikepdf.Stream(document, packed)
        stream.Filter = pikepdf.Name.FlateDecode
        document.pages[0].obj.Contents = document.make_indirect(stream)

    limits = DEFAULT.model_copy(update={"pdf_memory": 300_000_000})
    async with Reader(limits=limits) as reader:
        found = await reader.read(changed(pdf(("factur-x.xml", cii())), swell))
        paper = await reader.read(changed(pdf(), swell))
    assert (found.validation.verdict, found.text) == ("valid", None)
    assert [fault.code for fault in found.validation.faults] == ["pdf-pages-unread"]
    codes = [fault.code for fault in paper.validation.faults]
    assert (codes, paper.paper) == (["pdf-pages-unread", "pdf-no-xml"], None)


async def test_name_that_is_no_text_can_be_passed_on(reader: Reader) -> None:
    """A lone surrogate in the name of a file does not end the reading."""

    def rename(document: pikepdf.Pdf) -> None:
        filed(document)[0].UF = pikepdf.String(b"\xfe\xff\xd8\x00\x00a")

    found = await reader.pdfs.open(changed(pdf(("factur-x.xml", cii())), rename))
    assert found.files[0].name.encode()
    assert found.files[0].model_dump_json()


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
