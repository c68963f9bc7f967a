"""The job of a PDF worker: attachments and page text of one PDF, within limits.

Lives in a process of its own with a cap on memory (see child.py): PDF libraries are native code fed
with hostile bytes. Attachments compressed the usual way are unpacked piece by piece and given up
beyond the limit, so a bomb costs no more than that.
"""

import hashlib
import io
import zlib
from typing import Any

import pikepdf
import pypdfium2

_EMPTY: dict[str, Any] = {"files": [], "pages": 0, "text": ""}


def start(settings: dict[str, Any]) -> None:
    """Nothing to prepare: the libraries are loaded."""


def answer(header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """A PDF's attachments (contents one after the other in the body), number of pages and text.

    Header in: `attachments`, `bytes`, `pages`, `characters`: the limits. Header out: `problem`
    (broken, locked, too-large) or `files` (name, mime, size, sha256), `pages`, `text`.
    """
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
