"""What a file is by its bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.einvoice.sniff import has_eicar, sniff

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\t\x00", "empty"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b"\xef\xbb\xbf\n <a/>", "xml"),
        ("\ufeff<a/>".encode("utf-16-le"), "xml"),
        (b"<a>%PDF-1.7</a>", "xml"),
        (b"%PDF-1.7\n", "pdf"),
        (b"junk before\n%PDF-1.4\n", "pdf"),
        (b"PK\x03\x04 and %PDF-1.7", "archive"),
        (b"\x1f\x8b\x08", "archive"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"\x28\xb5\x2f\xfd", "archive"),
        (b"\x89PNG\r\n", "image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "office"),
        (b"MZ\x90\x00", "program"),
        (b"<!DOCTYPE html><html>", "html"),
        (b"Received: from mail.example", "mail"),
        (b"Rechnung Nr. 5", "text"),
        (b"\x01\x00\x02", "binary"),
    ],
)
def test_kinds(data: bytes, kind: str) -> None:
    """Each kind is told by its first bytes; an archive or XML stays one whatever else is in it."""
    assert sniff(data) == kind


@given(st.binary(max_size=2000))
def test_any_bytes_have_a_kind(data: bytes) -> None:
    """No input makes the sniffing fail."""
    assert sniff(data)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_eicar_is_found_anywhere(before: bytes, after: bytes) -> None:
    """The test string is found wherever it stands, and not where it does not."""
    assert has_eicar(before + EICAR + after)
    assert not has_eicar(before + EICAR[:-1])
