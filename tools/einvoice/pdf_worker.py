"""The job of a PDF worker: attachments and page text of one PDF, within limits.

Lives in a process of its own with a cap on memory (see child.py): PDF libraries are native code fed
with hostile bytes. Attachments compressed the usual way are unpacked piece by piece and given up
beyond the limit, so a bomb costs no more than that.
"""

import hashlib
import io
import re
import zlib
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

_WORD = re.compile(r"\S+")
_TENTHS = 10
_UNKNOWN = "\ufffd"
_EMPTY: dict[str, Any] = {"files": [], "pages": 0, "text": ""}


def start(settings: dict[str, Any]) -> None:
    """Nothing to prepare: the libraries are loaded."""


def answer(header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """A PDF's attachments (contents one after the other in the body), number of pages and text.

    Header in: `attachments`, `bytes`, `pages`, `characters`: the limits. Header out: `problem`
    (broken, locked, too-large) or `files` (name, mime, size, sha256), `pages`, `text`.
    With `words` in the header it is the `sheets` instead: per page its text and `words` (see
    `_words`).
    """
    if header.get("words"):
        return {"sheets": _sheets(body, header)}, b""
    try:
        files, contents = _attachments(body, header)
    except pikepdf.PasswordError:
        return {**_EMPTY, "problem": "locked"}, b""
    except pikepdf.PdfError:
        return {**_EMPTY, "problem": "broken"}, b""
    except OverflowError:
        return {**_EMPTY, "problem": "too-large"}, b""
    pages, text = _text(body, header)
    return {"files": files, "pages": pages, "text": text}, b"".join(contents)


def _attachments(data: bytes, limits: dict[str, Any]) -> tuple[list[dict[str, Any]], list[bytes]]:
    files: list[dict[str, Any]] = []
    contents: list[bytes] = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for name, spec in pdf.attachments.items():
            if len(files) >= limits["attachments"]:
                raise OverflowError
            attached = spec.get_file()
            content = _content(attached.obj, limits["bytes"] - sum(map(len, contents)))
            files.append(
                {
                    "name": spec.filename or name,
                    "mime": attached.mime_type or "",
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
            contents.append(content)
    return files, contents


def _content(stream: Any, limit: int) -> bytes:  # noqa: ANN401 - pikepdf's object is untyped
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array) and len(filters) == 1:
        filters = filters[0]
    if filters == pikepdf.Name.FlateDecode and "/DecodeParms" not in stream:
        unpacked = zlib.decompressobj().decompress(stream.read_raw_bytes(), limit + 1)
    else:
        unpacked = stream.read_bytes()
    if len(unpacked) > limit:
        raise OverflowError
    return unpacked


def _text(data: bytes, limits: dict[str, Any]) -> tuple[int, str]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return 0, ""
    try:
        return len(document), _pages(document, limits)
    finally:
        document.close()


def _pages(document: pypdfium2.PdfDocument, limits: dict[str, Any]) -> str:
    left: int = limits["characters"]
    texts: list[str] = []
    for index in range(min(len(document), limits["pages"])):
        page = document[index]
        reader = page.get_textpage()
        text = reader.get_text_bounded()[:left]  # pyright: ignore[reportUnknownMemberType]
        reader.close()
        page.close()
        texts.append(text)
        left -= len(text)
        if left <= 0:
            break
    return "\f".join(texts)


def _sheets(data: bytes, limits: dict[str, Any]) -> list[dict[str, Any]]:
    document = pypdfium2.PdfDocument(data)
    left: int = limits["characters"]
    sheets: list[dict[str, Any]] = []
    try:
        for index in range(min(len(document), limits["pages"])):
            sheet = _sheet(document[index], left)
            sheets.append(sheet)
            left -= len(sheet["text"])
            if left <= 0:
                break
    finally:
        document.close()
    return sheets


def _sheet(page: pypdfium2.PdfPage, limit: int) -> dict[str, Any]:
    reader = page.get_textpage()
    try:
        count = min(reader.count_chars(), limit)
        # One sign for each that has a box: pdfium's own text of a page may leave some out.
        text = "".join(_sign(raw.FPDFText_GetUnicode(reader, i)) for i in range(count))
        return {"text": text, "words": _words(reader, text, page.get_height())}
    finally:
        reader.close()
        page.close()


def _words(reader: pypdfium2.PdfTextPage, text: str, height: float) -> list[list[int]]:
    """Start, end, left, top, right, bottom of each word: tenths of a point from the top left."""
    words: list[list[int]] = []
    for match in _WORD.finditer(text):
        first, last = _box(reader, match.start()), _box(reader, match.end() - 1)
        top, bottom = height - max(first[3], last[3]), height - min(first[1], last[1])
        box = (min(first[0], last[0]), top, max(first[2], last[2]), bottom)
        words.append([*match.span(), *(round(edge * _TENTHS) for edge in box)])
    return words


def _box(reader: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of a character, as high as its line: in points from the foot."""
    return reader.get_charbox(index, loose=True)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _sign(code: int) -> str:
    """A character; those that stand for nothing, or for half of one, as the sign for that."""
    if code in (0, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - Unicode's own
        return _UNKNOWN
    return chr(code)
