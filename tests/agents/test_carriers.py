"""How invoices come by mail: whatever carries one is read, or a person is told of it."""

import base64
import io
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agents.routing import route
from leitstand.inbox import row_of
from leitstand.project import load_project
from leitstand.records import Routed
from leitstand.triggers import MailRules, open_triggers, read_message
from tests.triggers.house import opened, rows
from tests.triggers.server import serving
from tools.einvoice.sniff import sniff

HEAD = (
    b"From: Erika <erika@kunde.example>\r\nTo: info@nordwerk.example\r\nSubject: %s\r\n"
    b"Date: Sat, 28 Nov 2026 09:00:00 +0100\r\nMessage-ID: <%s@kunde.example>\r\n"
    b"MIME-Version: 1.0\r\n"
)
XML = b'<?xml version="1.0"?>\n<rsm:CrossIndustryInvoice xmlns:rsm="urn:x"/>'
OTHER = XML + b" "
WIDE = XML.decode().encode("utf-16")
LONG = XML[:22] + b"<!--" + b"x" * 9000 + b"-->" + XML[22:]
PDF = b"%PDF-1.7 nothing in it"
SECOND = PDF + b"2"
INSIDE = b"Content-Type: message/rfc822"
EDIFACT = (
    b"UNA:+.? 'UNB+UNOC:3+4000001000005:14+4+261128:1200+1'UNH+1+INVOIC:D:96A:UN'BGM+380+R1+9'"
)
ENVELOPED = bytes.fromhex("308006092a864886f70d010703") + b"\0" * 20
SIGNED = bytes.fromhex("308006092a864886f70d010702") + b"\0" * 20
Part = tuple[bytes, bytes]


def _zip(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, XML)
    return packed.getvalue()


def _file(content: bytes, name: str = "", kind: str = "application/octet-stream") -> Part:
    """A part in base64; named twice, as many programs do."""
    head = f"Content-Type: {kind}" + (f'; name="{name}"' if name else "")
    head += f'\r\nContent-Disposition: attachment; filename="{name}"' if name else ""
    return f"{head}\r\nContent-Transfer-Encoding: base64".encode(), base64.encodebytes(content)


def _mail(*parts: Part, subject: bytes = b"Hallo", kind: str = "multipart/mixed") -> bytes:
    """A mail of a short text and of parts, byte for byte as it is on its way."""
    mark = f"part-{len(parts)}-{abs(hash(parts))}".encode()
    out = (
        HEAD % (subject, mark) + f'Content-Type: {kind}; boundary="'.encode() + mark + b'"\r\n\r\n'
    )
    text = (b"Content-Type: text/plain", b"Guten Tag, siehe Anlage.")
    for head, body in (text, *parts):
        out += b"--" + mark + b"\r\n" + head + b"\r\n\r\n" + body + b"\r\n"
    return out + b"--" + mark + b"--\r\n"


def _alone(kind: str, content: bytes) -> bytes:
    """A mail that is nothing but a part."""
    head, body = _file(content, kind=kind)
    return HEAD % (b"Hallo", b"alone") + head + b"\r\n\r\n" + body


FILE = _file(XML, "r.xml")
HEADED, CODED = FILE
FORWARDED = _mail(FILE, subject=b"Rechnung")
SMIME = (b'Content-Type: application/pkcs7-signature; name="smime.p7s"', b"MIIB")
RFC2231 = (
    b"Content-Type: application/xml\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*0*=UTF-8''Rechnung%20M%C3%BC; filename*1=ller.xml"
)
READ: Mapping[str, tuple[bytes, Sequence[bytes]]] = {
    "octets": (_mail(FILE), [XML]),
    "without a name": (_mail(_file(XML, kind="text/xml")), [XML]),
    "a text": (_mail(_file(XML, kind="text/plain")), [XML]),
    "a wrong name": (_mail(_file(XML, "scan.jpg", "image/jpeg")), [XML]),
    "a name by RFC 2231": (_mail((RFC2231, CODED)), [XML]),
    "inline": (_mail((HEADED.replace(b"attachment", b"inline"), CODED)), [XML]),
    "an alternative": (_mail(FILE, kind="multipart/alternative"), [XML]),
    "the mail itself": (_alone("application/xml", XML), [XML]),
    "the mail's text": (_alone("text/plain; charset=utf-8", XML), [XML]),
    "16 bits": (_mail(_file(WIDE, "r.xml")), [WIDE]),
    "a long comment": (_mail(_file(LONG, "r.xml")), [LONG]),
    "stray signs": (_mail((HEADED, CODED[:8] + b"\r\n!*\r\n" + CODED[8:])), [XML]),
    "no end": (_mail(FILE).removesuffix(b"--\r\n")[:-20], [XML]),
    "two": (_mail(FILE, _file(OTHER, "s.xml")), [XML, OTHER]),
    "its picture": (_mail(FILE, _file(PDF, "Rechnung.pdf")), [XML]),
    "its delivery note": (_mail(FILE, _file(PDF, "Lieferschein.pdf")), [XML]),
    "another on paper": (
        _mail(FILE, _file(PDF, "r.pdf"), _file(SECOND, "RG1.pdf"), _file(PDF, "RG2.pdf")),
        [XML, SECOND, PDF],
    ),
    "forwarded": (_mail((INSIDE, FORWARDED)), [XML]),
    "forwarded twice": (_mail((INSIDE, _mail((INSIDE, FORWARDED)))), [XML]),
    "forwarded in base64": (_mail(_file(FORWARDED, kind="message/rfc822")), [XML]),
    "forwarded as a file": (_mail(_file(FORWARDED, "mail.eml")), [XML]),
    "signed": (_mail(FILE, SMIME, kind="multipart/signed"), [XML]),
    "EDIFACT": (_mail(_file(EDIFACT, "inv.edi")), [EDIFACT]),
    "FatturaPA": (_mail(_file(b"<FatturaElettronica/>", "it.xml")), [b"<FatturaElettronica/>"]),
}  # fmt: skip
"""Mails in which invoices are read, and their bytes."""

UNREAD: Mapping[str, tuple[bytes, str]] = {
    "archive": (_mail(_file(_zip("r.xml"), "r.zip", "application/zip")), "Archiv"),
    "winmail.dat": (_mail(_file(b"\x78\x9f\x3e\x22" + b"\0" * 40, "winmail.dat")), "Outlook"),
    "Outlook": (_mail(_file(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "r.msg")), "Outlook"),
    "Word": (_mail(_file(_zip("[Content_Types].xml"), "r.docx")), "Word"),
    "encrypted": (_alone("application/pkcs7-mime", ENVELOPED), "verschlüsselt"),
    "packed into a signature": (_mail(_file(SIGNED, "r.xml.p7m")), "Signatur"),
    "OpenPGP": (_mail(_file(b"-----BEGIN PGP MESSAGE-----\n", "r.asc")), "OpenPGP"),
    "empty": (_mail(_file(b"", "r.xml")), "beschädigt oder leer"),
    "no base64": (_mail((HEADED, b"%%%%")), "beschädigt"),
    "cut base64": (_mail((HEADED, CODED.rstrip(b"=\n")[:-1])), "beschädigt"),
    "an unknown coding": (_mail((HEADED.replace(b"base64", b"base-64"), CODED)), "beschädigt"),
    "no boundary": (_mail(FILE).replace(b"boundary", b"b"), "beschädigt"),
    "more than is read": (_mail(*[_file(b"x", "a.txt")] * 51, FILE), "mehr Teile"),
    "nothing": (b"", ""),
    "no file": (_mail(subject=b"Rechnung 4711"), ""),
}  # fmt: skip
"""Mails in which nothing is read, and a word of what the person is told who gets them."""


async def _routed(state: Path, raw: bytes) -> list[Routed]:
    received = read_message(
        raw, MailRules(), key="a1" * 16, trigger="mail.x", received=date(2026, 11, 28)
    )
    return list(await route(state, {}, received))


@pytest.mark.parametrize("name", READ)
async def test_an_invoice_is_read_whatever_carries_it(tmp_path: Path, name: str) -> None:
    """Its very bytes; by kind alone, as names and types are only claimed."""
    raw, contents = READ[name]
    cases = [one for one in await _routed(tmp_path, raw) if one.role == "accounting"]
    kept = [(tmp_path / "spool" / str(one.given["sha256"])).read_bytes() for one in cases]
    assert kept == contents


@pytest.mark.parametrize("name", UNREAD)
async def test_what_cannot_be_read_goes_to_a_person_in_words(tmp_path: Path, name: str) -> None:
    """What hangs there and what to do; an invoice beside it is a case all the same."""
    raw, word = UNREAD[name]
    [found] = await _routed(tmp_path, raw)
    assert (found.role, word in found.given["reason"]) == ("reception", True)


async def test_an_archive_beside_an_invoice_is_not_lost(tmp_path: Path) -> None:
    """Two cases: the invoice, and what hangs beside it for a person."""
    raw = _mail(FILE, _file(_zip("s.xml"), "weitere.zip"))
    invoice, beside = await _routed(tmp_path, raw)
    assert (invoice.role, beside.role, beside.given["why"]) == ("accounting", "reception", "unread")
    assert "Archiv" in beside.given["reason"]


def test_kinds_that_are_no_mail_program_s_own() -> None:
    """Signed and encrypted messages by their first bytes; archives that are documents."""
    assert [sniff(b) for b in (ENVELOPED, SIGNED, _zip("a"), _zip("[Content_Types].xml"))] == [
        "sealed", "sealed", "archive", "office",
    ]  # fmt: skip
    assert sniff(b"0 is no message") == "text"


async def test_by_mail_and_by_folder_to_the_end(root: Path, tmp_path: Path) -> None:
    """Once booked, by mail twice and in the folder again: one voucher, one duplicate, no loss."""
    invoices = root / "evals" / "accounting" / "world" / "invoices"
    clean, second = ((invoices / f"AP-D{n}.xml").read_bytes() for n in (17, 33))
    scanned = tmp_path / "in"
    scanned.mkdir()
    project = load_project(root)
    with serving() as mailbox:
        folder = {"path": str(scanned), "quiet": 0, "role": "accounting"}
        table = {"mailboxes": {"inbox": mailbox.settings()}, "folders": {"scan": folder}}
        project = replace(project, table=project.table.model_copy(update={"triggers": table}))
        once = _mail(_file(clean, "r.xml"), subject=b"Eins")
        mailbox.put(once, b"Received: again\r\n" + once)
        told = await _listened(project, tmp_path / "var")
        assert [(r["decision"], r["guardrails"]) for r in told] == [("auto_draft", [])]
        (scanned / "anders.xml").write_bytes(clean)
        forwarded = _mail((INSIDE, _mail(_file(second, "s.xml"))))
        mailbox.put(forwarded, UNREAD["winmail.dat"][0])
        told = await _listened(project, tmp_path / "var")
        assert mailbox.lying() == []
    found = {r["file"]: (r["decision"], r["guardrails"], r["exit"]["cause"]) for r in told}
    assert found["anders.xml"][:2] == ("reject", ["G-A10"])
    assert found["s.xml"][:2] == ("approve", ["G-A18"])
    assert found["Eingang ohne klare Zuordnung"] == ("hold", [], "data missing")
    assert [r["outcome"] for r in rows(tmp_path / "var")] == ["cases"] * 4


async def _listened(project: Any, state: Path) -> list[dict[str, Any]]:  # noqa: ANN401
    """Take in what is there and run it; the row of each case, by its title."""
    async with opened(project, state) as leitstand:
        await open_triggers(leitstand).once()
        await leitstand.runtime.run_until_idle()
        with closing(sqlite3.connect(state / "journal.db")) as database:
            cases = database.execute("select ulid, title from cases").fetchall()
        return [(await row_of(leitstand, ulid, title)).flat() for ulid, title in cases]
