"""The job of a PDF worker: attachments and page text of one PDF, within limits.

Lives in a process of its own with a cap on memory (see child.py): PDF libraries are native code fed
with hostile bytes. Attachments compressed the usual way are unpacked piece by piece and given up
beyond the limit, so a bomb costs no more than that.
"""

import contextlib
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, TypeAlias

import pikepdf
import pypdfium2
from pypdfium2 import raw

_Node: TypeAlias = Any
"""An object of a PDF: pikepdf's are untyped."""

_WORD = re.compile(r"\S+")
_TENTHS = 10
_UNKNOWN = "\ufffd"
_EMPTY: dict[str, Any] = {"files": [], "damaged": [], "pages": 0}
_UNPACKING = (pikepdf.PdfError, zlib.error, MemoryError, ValueError, TypeError, AttributeError)
"""What unpacking a stream of nonsense raises."""


def start(settings: dict[str, Any]) -> None:
    """Nothing to prepare: the libraries are loaded."""


def answer(header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """One `part` of a PDF: its embedded `files`, its `text` or its `sheets`.

    Header in: `part` and the limits `attachments`, `bytes`, `pages`, `characters`. Header out, of
    files: `problem` (broken, locked, too-large) or `files` (name, mime, size, sha256; contents one
    after the other in the body), `damaged` (names of those that do not unpack) and `pages`; `text`
    with form feeds between pages; `sheets`: per page its text and `words` (see `_words`).
    """
    part = header["part"]
    if part == "files":
        return _files(body, header)
    return {part: _sheets(body, header) if part == "sheets" else _text(body, header)}, b""


def _files(body: bytes, header: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        with pikepdf.open(io.BytesIO(body)) as pdf:
            files, contents, damaged = _attachments(pdf, header)
            return {"files": files, "damaged": damaged, "pages": len(pdf.pages)}, b"".join(contents)
    except pikepdf.PasswordError:
        return {**_EMPTY, "problem": "locked"}, b""
    except pikepdf.PdfError:
        return {**_EMPTY, "problem": "broken"}, b""
    except OverflowError:
        return {**_EMPTY, "problem": "too-large"}, b""


def _attachments(
    pdf: pikepdf.Pdf, limits: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[bytes], list[str]]:
    files: list[dict[str, Any]] = []
    contents: list[bytes] = []
    damaged: list[str] = []
    for name, stream in _streams(pdf):
        if len(files) + len(damaged) >= limits["attachments"]:
            raise OverflowError
        content = _content(stream, limits["bytes"] - sum(map(len, contents)))
        if content is None:
            damaged.append(name)
            continue
        digest = hashlib.sha256(content).hexdigest()
        mime = _string(_get(stream, "/Subtype")).removeprefix("/")
        files.append({"name": name, "mime": mime, "size": len(content), "sha256": digest})
        contents.append(content)
    return files, contents, damaged


def _streams(pdf: pikepdf.Pdf) -> Iterator[tuple[str, _Node]]:
    """Each embedded file once, with its name, wherever the PDF names it (ISO 32000-2, 7.11.4).

    Where there are no bytes, None is given instead: it does not unpack.
    """
    seen: set[tuple[int, int]] = set()
    for key, spec in _specifications(pdf):
        if not _is_new(spec, seen):
            continue
        name = _string(_get(spec, "/UF")) or _string(_get(spec, "/F")) or key
        embedded = _get(spec, "/EF")
        streams = list(embedded.values()) if isinstance(embedded, pikepdf.Dictionary) else []
        yield from ((name, stream) for stream in streams or [None] if _is_new(stream, seen))


def _specifications(pdf: pikepdf.Pdf) -> Iterator[tuple[str, _Node]]:
    """File specifications: of the name tree, associated files, annotations of the pages."""
    yield from _leaves(_get(_get(pdf.Root, "/Names"), "/EmbeddedFiles"), set())
    yield from (("", spec) for spec in _items(_get(pdf.Root, "/AF")))
    for page in pdf.pages:
        yield from (("", spec) for spec in _items(_get(page.obj, "/AF")))
        attached = (_get(note, "/FS") for note in _items(_get(page.obj, "/Annots")))
        yield from (("", spec) for spec in attached if isinstance(spec, pikepdf.Dictionary))


def _leaves(node: _Node, seen: set[tuple[int, int]]) -> Iterator[tuple[str, _Node]]:
    """All entries of a name tree, those under the same name too; a node that recurs counts once."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if not _is_new(node, seen):
            continue
        names = _items(_get(node, "/Names"))
        yield from zip(map(_string, names[::2]), names[1::2], strict=False)
        waiting.extend(reversed(_items(_get(node, "/Kids"))))


def _is_new(node: _Node, seen: set[tuple[int, int]]) -> bool:
    """Whether an object was not met before; one without a number, or none at all, always is."""
    if not isinstance(node, pikepdf.Object) or not node.is_indirect:
        return True
    known = node.objgen in seen
    seen.add(node.objgen)
    return not known


def _get(node: _Node, key: str) -> _Node:
    return node.get(key) if isinstance(node, pikepdf.Dictionary | pikepdf.Stream) else None


def _items(node: _Node) -> list[_Node]:
    return list(node) if isinstance(node, pikepdf.Array) else []


def _string(node: _Node) -> str:
    """A PDF string or name as text that can be passed on; of anything else nothing."""
    if not isinstance(node, pikepdf.String | pikepdf.Name):
        return ""
    return str(node).encode("utf-8", "replace").decode("utf-8")


def _content(stream: _Node, limit: int) -> bytes | None:
    """The bytes of an embedded file; None where they do not unpack. OverflowError: too many."""
    try:
        unpacked = _unpacked(stream, limit)
    except _UNPACKING:
        return None
    if len(unpacked) > limit:
        raise OverflowError
    return unpacked


def _unpacked(stream: _Node, limit: int) -> bytes:
    named = _get(stream, "/Filter")
    filters = _items(named) or [named]
    if any(f != pikepdf.Name.FlateDecode for f in filters) or "/DecodeParms" in stream:
        return stream.read_bytes()
    unpacked = stream.read_raw_bytes()
    for _ in filters:
        unpacked = zlib.decompressobj().decompress(unpacked, limit + 1)
    return unpacked


def _text(data: bytes, limits: dict[str, Any]) -> str:
    left: int = limits["characters"]
    texts: list[str] = []
    for page in _pages(data, limits):
        reader = page.get_textpage() if page else None
        text = reader.get_text_bounded()[:left] if reader else ""  # pyright: ignore[reportUnknownMemberType]
        if reader:
            reader.close()
        texts.append(text)
        left -= len(text)
        if left <= 0:
            break
    return "\f".join(texts)


def _sheets(data: bytes, limits: dict[str, Any]) -> list[dict[str, Any]]:
    left: int = limits["characters"]
    sheets: list[dict[str, Any]] = []
    for page in _pages(data, limits):
        sheet: dict[str, Any] = _sheet(page, left) if page else {"text": "", "words": []}
        sheets.append(sheet)
        left -= len(sheet["text"])
        if left <= 0:
            break
    return sheets


def _pages(data: bytes, limits: dict[str, Any]) -> Iterator[pypdfium2.PdfPage | None]:
    """The pages, None for one that is damaged: the others are read all the same."""
    document = pypdfium2.PdfDocument(data)
    with contextlib.closing(document):
        for index in range(min(len(document), limits["pages"])):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                yield None
                continue
            with contextlib.closing(page):
                yield page


def _sheet(page: pypdfium2.PdfPage, limit: int) -> dict[str, Any]:
    reader = page.get_textpage()
    try:
        count = min(reader.count_chars(), limit)
        # One sign for each that has a box: pdfium's own text of a page may leave some out.
        text = "".join(_sign(raw.FPDFText_GetUnicode(reader, i)) for i in range(count))
        return {"text": text, "words": _words(reader, text, page.get_height())}
    finally:
        reader.close()


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
