"""What a file is by its first bytes; names and claimed types are never trusted.

Containers (zip, gzip, …) are recognised so that they can be refused: nothing here unpacks one.
"""

from typing import Literal

Kind = Literal[
    "empty",
    "xml",
    "pdf",
    "archive",
    "image",
    "office",
    "sealed",
    "program",
    "html",
    "mail",
    "text",
    "binary",
]
"""The kinds that the reading tells apart; only `xml` and `pdf` can hold an e-invoice.

`office`: a file of Word, Excel or Outlook (`winmail.dat`, `.msg`). `sealed`: encrypted, or wrapped
into a signature (S/MIME, OpenPGP, `.p7m`).
"""

_PDF_WITHIN = 1024
_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"PK\x07\x08", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"{\\rtf", "office"),
    (b"\x78\x9f\x3e\x22", "office"),
    (b"-----BEGIN PGP MESSAGE-----", "sealed"),
    (b"-----BEGIN PKCS7-----", "sealed"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"#!", "program"),
)
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument.")
"""What the archives of Word, Excel and LibreOffice begin with (ECMA-376-2, ODF 1.3 part 2)."""
_CMS = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""What a signed or encrypted message (CMS, RFC 5652) begins with, after its length."""
_CMS_WITHIN = 24
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"


def sniff(data: bytes) -> Kind:
    """The kind of `data` by its first kilobyte; any bytes get an answer."""
    head = data[:_PDF_WITHIN]
    if not head.strip(b"\x00 \t\r\n"):
        return "empty" if not data.strip(b"\x00 \t\r\n") else "binary"
    if head.startswith(b"PK\x03\x04") and any(mark in head for mark in _OFFICE):
        return "office"
    if head.startswith(b"0") and _CMS in head[:_CMS_WITHIN]:
        return "sealed"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    kind = _text_kind(head)
    return "pdf" if b"%PDF-" in head and kind != "xml" else kind


def has_eicar(data: bytes) -> bool:
    """Whether the EICAR test string, which every virus scanner reports, is anywhere in `data`."""
    return _EICAR in data


def _text_kind(head: bytes) -> Kind:
    text = head
    for bom in _BOMS:
        text = text.removeprefix(bom)
    text = text.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "html"
    if text.startswith(b"<"):
        return "xml"
    if text.startswith(
        (b"received:", b"from:", b"return-path:", b"mime-version:", b"delivered-to:")
    ):
        return "mail"
    return "text" if b"\x00" not in head else "binary"
