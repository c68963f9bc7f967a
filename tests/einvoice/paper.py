"""PDFs made for the tests: with embedded files, with text, locked, broken or as a bomb."""

import io
import zlib
from collections.abc import Callable

import pikepdf


def pdf(*files: tuple[str, bytes], text: str = "", password: str = "") -> bytes:
    """A PDF of one page with embedded files and text, of several lines where it has breaks."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        if text:
            _write(document, page, text)
        for name, content in files:
            document.attachments[name] = content
        out = io.BytesIO()
        lock = pikepdf.Encryption(owner=password, user=password) if password else None
        document.save(out, encryption=lock)
    return out.getvalue()


def changed(data: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """A PDF after `change`, its streams left as they are."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def filed(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    """The file specifications of a PDF's name tree."""
    names: pikepdf.Object = document.Root.Names.EmbeddedFiles.Names
    return list(names)[1::2]


def bomb(size: int) -> bytes:
    """A PDF whose embedded XML unpacks to `size` bytes of blanks."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"<a>")
    for _ in range(size // 1_000_000):
        packed += packer.compress(b" " * 1_000_000)
    packed += packer.compress(b"</a>") + packer.flush()
    with pikepdf.new() as document:
        document.add_blank_page()
        stream = pikepdf.Stream(document, packed)
        stream.Filter = pikepdf.Name.FlateDecode
        stream.Type = pikepdf.Name.EmbeddedFile
        spec = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F="factur-x.xml",
            UF="factur-x.xml",
            EF=pikepdf.Dictionary(F=document.make_indirect(stream)),
        )
        names = pikepdf.Array([pikepdf.String("factur-x.xml"), document.make_indirect(spec)])
        document.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))
        out = io.BytesIO()
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def _write(document: pikepdf.Pdf, page: pikepdf.Page, text: str) -> None:
    page.obj.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F1=pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
    )
    shown = text.replace("(", "").replace(")", "")
    shows = " 0 -16 Td ".join(f"({line}) Tj" for line in shown.split("\n"))
    content = f"BT /F1 12 Tf 50 780 Td {shows} ET".encode("cp1252")
    page.obj.Contents = pikepdf.Stream(document, content)
