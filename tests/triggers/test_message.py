"""What is read of a mail: all of them give an answer, nothing hidden is read, nobody believed."""

import base64
from datetime import date
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.records import Received
from leitstand.triggers import MailRules, read_message
from leitstand.triggers.html import shown_text
from leitstand.triggers.message import identity_of
from tests.triggers.server import letter

RULES = MailRules(own=("nordwerk.example",), checkers=("mx.nordwerk.example",))
ANNA, KUNDE = "Anna <anna@nordwerk.example>", "K <k@kunde.example>"
DEEP = range(300)
OWN = "nordwerk.example"
MX = "mx.nordwerk.example;"
PASS = f"{MX} dmarc=pass header.from="


def _read(mail: EmailMessage | bytes, rules: MailRules = RULES) -> Received:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    return read_message(raw, rules, key="k", trigger="mail.x", received=date(2026, 11, 28))


def test_text_files_and_addresses_are_read() -> None:
    """Umlauts, attachments with names of their own, several recipients."""
    mail = letter(
        "Größe prüfen",
        "Schöne Grüße",
        to="A <a@x.example>, b@x.example",
        files=[("Maß.pdf", b"%PDF")],
    )
    found = _read(mail)
    assert (found.subject, found.text) == ("Größe prüfen", "Schöne Grüße")
    assert found.recipients == ("a@x.example", "b@x.example")
    assert [(f.name, f.content) for f in found.attachments] == [("Maß.pdf", b"%PDF")]
    assert found.marks == frozenset()


def test_the_page_counts_where_there_is_no_plain_text() -> None:
    """HTML as text; nothing of scripts, styles and comments."""
    page = (
        "<style>p{}</style><script>alert(1)</script><!-- x --><p>Guten&nbsp;Tag<br>Zeile zwei</p>"
    )
    found = _read(letter("s", html=page))
    assert found.text.split("\n")[-1] == "Zeile zwei"
    assert "alert" not in found.text
    assert "hidden" not in found.marks


@pytest.mark.parametrize(
    "hiding",
    [
        '<div style="display:none">GEHEIM</div>',
        '<span style="DISPLAY : none !important">GEHEIM</span>',
        '<p style="font-size:0px">GEHEIM</p>',
        '<p style="color:#ffffff">GEHEIM</p>',
        '<font color="white">GEHEIM</font>',
        '<p style="color:#123456;background-color:#123456">GEHEIM</p>',
        '<div style="visibility:hidden"><p>GEHEIM</p></div>',
        '<div style="position:absolute;left:-9999px">GEHEIM</div>',
        '<div style="max-height:0;overflow:hidden">GEHEIM</div>',
        '<div style="opacity:0">GEHEIM</div>',
        "<div hidden>GEHEIM</div>",
        '<style>.x, .y { display: none }</style><div class="a y">GEHEIM</div>',
        '<style>#weg{font-size:0}</style><div id="weg">GEHEIM</div>',
        '<div style="text-indent:-5000px">GEHEIM</div>',
    ],
)
def test_text_that_nobody_sees_is_left_out_and_told(hiding: str) -> None:
    """An instruction in white on white reaches no model, and the mail is marked."""
    found = _read(letter("s", html=f"<p>Sichtbar</p>{hiding}<p>Ende</p>"))
    assert "GEHEIM" not in found.text
    assert "Sichtbar" in found.text
    assert "Ende" in found.text
    assert "hidden" in found.marks


@pytest.mark.parametrize(
    "shown",
    [
        '<table bgcolor="#003366"><tr><td style="color:#fff">Sichtbar</td></tr></table>',
        '<div style="background:#000"><p style="color:white">Sichtbar</p></div>',
        '<p style="opacity:0.9;font-size:10px">Sichtbar</p>',
        '<p style="max-width:600px;height:100%">Sichtbar</p>',
        '<p style="line-height:0.9;min-width:0">Sichtbar</p>',
    ],
)
def test_text_that_is_seen_stays(shown: str) -> None:
    """White on a dark ground and small print are no tricks."""
    assert shown_text(shown) == ("Sichtbar", False)


@pytest.mark.parametrize(
    ("sender", "checked", "trust"),
    [
        (ANNA, f"{PASS}nordwerk.example", "known"),
        (ANNA, "", "forged"),
        (ANNA, "mx.evil.example; dmarc=pass header.from=nordwerk.example", "forged"),
        (ANNA, f"{MX} dmarc=fail header.from=nordwerk.example", "forged"),
        (ANNA, f"{MX} dkim=pass header.d=evil.example; dkim=fail header.d={OWN}", "forged"),
        (KUNDE, "", "unknown"),
        (KUNDE, f"{MX} spf=pass smtp.mailfrom=bounce@kunde.example", "known"),
        (KUNDE, f"{MX} spf=fail smtp.mailfrom=kunde.example", "forged"),
        (KUNDE, f"{MX} spf=fail smtp.mailfrom=l.de; dkim=pass header.d=kunde.example", "known"),
        (KUNDE, f"{MX} spf=none (dmarc=pass) smtp.mailfrom=kunde.example", "unknown"),
        ('"chef@nordwerk.example" <x@evil.example>', "", "forged"),
        ("Chef <chef@nordvverk.example>", f"{PASS}nordvverk.example", "forged"),
        ("Chef <chef@n0rdwerk.example>", "", "forged"),
        ("Chef <chef@nordwerk.exampl>", "", "forged"),
        ("Chef <chef@xn--nordwerk-q9a.example>", "", "forged"),
        ("a@a.example, b@b.example", "", "forged"),
        ("niemand", "", "forged"),
    ],
)  # fmt: skip
def test_whom_a_mail_is_believed(sender: str, checked: str, trust: str) -> None:
    """Only our own server's word counts, for the very domain that readers see."""
    headers = {"Authentication-Results": checked} if checked else {}
    assert _read(letter("s", "t", sender=sender, headers=headers)).trust == trust


def test_only_the_topmost_check_counts() -> None:
    """What lies below the last server's own line may have come with the mail."""
    raw = letter("s", "t", sender="a@nordwerk.example").as_bytes()
    lines = (
        b"Authentication-Results: mx.nordwerk.example; dmarc=fail header.from=nordwerk.example\n"
    )
    forged = (
        b"Authentication-Results: mx.nordwerk.example; dmarc=pass header.from=nordwerk.example\n"
    )
    assert _read(lines + forged + raw).trust == "forged"


@pytest.mark.parametrize(
    ("headers", "files", "mark"),
    [
        ({"Auto-Submitted": "auto-replied"}, [], "loop"),
        ({"Auto-Submitted": "auto-replied; owner-token=x"}, [("a.xml", b"<a/>")], "loop"),
        ({"Precedence": "bulk"}, [], "loop"),
        ({"X-Loop": "nordwerk"}, [], "loop"),
        ({"Auto-Submitted": "auto-generated"}, [("a.xml", b"<a/>")], None),
        ({"Precedence": "list"}, [("a.xml", b"<a/>")], None),
        ({"Auto-Submitted": "no"}, [], None),
    ],
)
def test_answers_of_machines_are_loops_and_their_invoices_are_not(
    headers: dict[str, str], files: list[tuple[str, bytes]], mark: str | None
) -> None:
    """RFC 3834: an out-of-office note is stopped, an invoice that a program sends is read."""
    marks = _read(letter("s", "t", files=files, headers=headers)).marks
    assert marks == (frozenset((mark,)) if mark else frozenset())


def test_what_comes_from_our_own_address_is_a_loop() -> None:
    """A letter of our own that came back."""
    rules = RULES.model_copy(update={"addresses": ("agent@nordwerk.example",)})
    assert "loop" in _read(letter("s", "t", sender="A <Agent@Nordwerk.example>"), rules).marks


def test_a_delivery_report_is_a_bounce() -> None:
    """RFC 3464."""
    raw = (
        b"From: MAILER-DAEMON@x.example\nReturn-Path: <>\nSubject: Undelivered\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nnot delivered\n--b--\n"
    )
    assert "bounce" in _read(raw).marks


def test_a_thousand_recipients_are_told_and_cut() -> None:
    """Nobody is kept who has nothing to do with us."""
    found = _read(letter("s", "t", to=", ".join(f"p{n}@x.example" for n in range(1000))))
    assert "many" in found.marks
    assert len(found.recipients) == RULES.most_recipients


def test_an_archive_is_never_unpacked() -> None:
    """A zip bomb is bytes like any other."""
    bomb = b"PK\x03\x04" + b"\0" * 1000
    [file] = _read(letter("s", "t", files=[("x.zip", bomb)])).attachments
    assert file.content == bomb


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"no header at all",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b'Content-Type: multipart/x; boundary="b"\n\n--b\nContent-Type: text/html;charset=\n\n\xff',
        b"Content-Transfer-Encoding: base64\nContent-Type: text/plain\n\n!!!!%%%",
        b"Subject: =?utf-8?b?////?=\n\nx",
        b"Subject: =?nonsense?q?x?=\n\nx",
        b"From: \xff\xfe <\xff@\xff>\nTo: ,,,;;<<>>\n\nx",
        b"Content-Type: text/html; charset=utf-16\n\n<p>\xd8\x00",
        b"Content-Type: message/rfc822\n\n" * 300,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in DEEP),
        b"Content-Disposition: attachment; filename*=nonsense''%FF%FE\n\nx",
        b"MIME-Version: 1.0\nContent-Type: ;;;===\nContent-Disposition: ;;\n\nx",
    ],
    ids=range(14),
)  # fmt: skip
def test_broken_mails_are_read_as_far_as_they_can_be(raw: bytes) -> None:
    """No mail stops the entrance."""
    assert isinstance(_read(raw).text, str)
    assert len(identity_of(raw)) == 32


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"From: a@b.example\n", b"Content-Type: text/html\n"]),
)
def test_any_bytes_give_an_answer(tail: bytes, head: bytes) -> None:
    """Bytes by chance, behind headers that lead into each branch."""
    found = _read(head + tail)
    assert found.text.isprintable() or "\n" in found.text or "\t" in found.text
    identity_of(head + tail)


@given(st.text(max_size=300))
def test_any_page_gives_an_answer(page: str) -> None:
    """Text by chance as HTML."""
    assert isinstance(shown_text(page).text, str)


def test_the_same_mail_has_the_same_name_wherever_it_lies() -> None:
    """Lines that servers add on the way change nothing; one word of the text does."""
    mail = letter("s", "text").as_bytes()
    assert identity_of(mail) == identity_of(b"Received: from x\nDelivered-To: b@x.example\n" + mail)
    assert identity_of(mail) == identity_of(mail.replace(b"\n", b"\r\n"))
    assert identity_of(mail) != identity_of(
        letter("s", "texte").as_bytes().replace(b"texte", b"textX")
    )
    other = mail.replace(b"text\n", b"test\n")
    assert identity_of(mail) != identity_of(other)


def test_a_mail_without_a_name_is_named_by_all_its_bytes() -> None:
    """Devices that send no Message-ID: two deliveries are two mails."""
    raw = b"From: scan@nordwerk.example\nDate: x\n\nscan"
    assert identity_of(raw) != identity_of(b"Received: later\n" + raw)


def test_encoded_text_and_quoted_names() -> None:
    """Base64 bodies in an old charset, as Outlook writes them."""
    body = base64.encodebytes("Überweisung für März – 5 €".encode("cp1252"))
    raw = b'Content-Type: text/plain; charset="windows-1252"\nContent-Transfer-Encoding: base64\n\n'
    assert _read(raw + body).text == "Überweisung für März – 5 €"
