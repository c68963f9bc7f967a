"""A mail's bytes as what is read of it: any bytes give an answer, what could not be read is marked.

Nothing of a mail is run, fetched or unpacked. Only headers that our own servers have written are
believed, and of those only what `MailRules` names.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from email.errors import MessageDefect, MessageError
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Any, cast

from leitstand.records import Attachment, Mark, Received
from leitstand.triggers.headers import Headers, headers_of
from leitstand.triggers.html import shown_text
from leitstand.triggers.sender import trust_of
from leitstand.triggers.settings import MailRules

_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_FALLBACK = ("utf-8", "cp1252")
_CODINGS = ("7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode")
_BEGINS_XML = re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml\s")


def identity_of(raw: bytes) -> bytes:
    """What names a mail wherever it lies and however often it is delivered: all that it says.

    Of the headers only those that its sender wrote: every server on the way adds others.
    """
    head, *body = re.split(rb"\r\n\r\n|\n\n", raw, maxsplit=1)
    headers = headers_of(message_from_bytes(head, policy=policy.compat32))
    wrote = [headers.all(name) for name in ("message-id", "date", "from", "to", "subject")]
    if not any(wrote[0]):
        return hashlib.sha256(b"mail\0" + raw).digest()
    digest = hashlib.sha256(b"mail\0")
    digest.update(repr(wrote).encode("utf-8", "replace"))
    digest.update(b"".join(body).replace(b"\r\n", b"\n").rstrip())
    return digest.digest()


def read_message(
    raw: bytes, rules: MailRules, *, key: str, trigger: str, received: date
) -> Received:
    """What a mail says. `key`, `trigger` and `received` are passed on."""
    message = _parsed(raw)
    headers = headers_of(message)
    reading = _Reading(rules)
    reading.read(message)
    text = reading.text
    display, sender = parseaddr(headers.first("from"))
    recipients = headers.addresses(*_TO)
    trust = trust_of(headers, rules)
    marks: set[Mark] = set(reading.marks)
    if trust == "forged":
        marks.add("forged")
    if len(recipients) > rules.most_recipients:
        marks.add("many")
    if _is_bounce(headers, message):
        marks.add("bounce")
    elif _loops(headers, rules, attached=bool(reading.attachments)):
        marks.add("loop")
    return Received(
        key=key,
        trigger=trigger,
        received=received,
        raw=raw,
        sender=sender.casefold()[:320],
        display=_clean(display)[:200],
        recipients=recipients[: rules.most_recipients],
        subject=_clean(headers.first("subject"))[:500],
        text=text,
        attachments=tuple(reading.attachments),
        marks=frozenset(marks),
        trust=trust,
    )


class _Reading:
    """What the parts of a message hold; goes on with the next where one cannot be read."""

    def __init__(self, rules: MailRules) -> None:
        self._rules = rules
        self._plain: list[str] = []
        self._pages: list[str] = []
        self.attachments: list[Attachment] = []
        self.marks: set[Mark] = set()

    def read(self, message: Message) -> None:
        for number, (part, nested) in enumerate(_parts(message), start=1):
            if number > self._rules.most_parts:
                self.marks.add("cut")
                return
            if not part.is_multipart():
                self._part(part, nested=nested)
            if part.defects:
                self.marks.add("broken")

    @property
    def text(self) -> str:
        """The text that a reader sees: the plain one, or that of a page where there is no other."""
        plain = "\n".join(self._plain).strip()
        pages = [shown_text(page) for page in self._pages]
        if any(page.hidden for page in pages):
            self.marks.add("hidden")
        text = plain or "\n".join(page.text for page in pages).strip()
        if len(text) > self._rules.most_text:
            self.marks.add("cut")
        return _clean(text[: self._rules.most_text], breaks=True)

    def _part(self, part: Message, *, nested: bool) -> None:
        kind = part.get_content_type()
        name = _name_of(part)
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        if str(part.get("content-transfer-encoding", "7bit")).strip().casefold() not in _CODINGS:
            self.marks.add("broken")
        inline = not nested and not name and part.get_content_disposition() != "attachment"
        if kind.endswith("-signature"):  # It vouches for what is read anyhow (RFC 1847).
            return
        # Some programs send an invoice as the letter itself, or as a text without a name.
        letter = kind == "text/html" or (kind == "text/plain" and not _BEGINS_XML.match(data))
        if inline and letter:
            text = _decoded(data, part)
            (self._plain if kind == "text/plain" else self._pages).append(text)
        elif len(self.attachments) >= self._rules.most_attachments:
            self.marks.add("cut")
        elif data:
            self.attachments.append(Attachment(name, kind, data))
        elif name:
            self.marks.add("broken")


def _parts(message: Message) -> Iterator[tuple[Message, bool]]:
    """All parts with those of mails that hang on it, and whether a part is of such a mail."""
    stack: list[tuple[Message, bool]] = [(message, False)]
    while stack:
        part, nested = stack.pop()
        if mail := _mail_in(part):
            stack.append((mail, True))
            continue
        yield part, nested
        below: Any = part.get_payload()
        if isinstance(below, list):
            inside = nested or part.get_content_type() == "message/rfc822"
            each = reversed(cast("list[Any]", below))
            stack += [(one, inside) for one in each if isinstance(one, Message)]


def _mail_in(part: Message) -> Message | None:
    """The mail that hangs on a mail as a file, or in base64, which RFC 2046 (5.2.1) forbids."""
    content: Any = part
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        packed = str(part["content-transfer-encoding"]).casefold() == "base64"
        [content] = cast("list[Message]", part.get_payload())
        if packed:
            del content["content-transfer-encoding"]
            content["content-transfer-encoding"] = "base64"
    else:
        packed = _name_of(part).casefold().endswith(".eml") and not part.is_multipart()
    raw = content.get_payload(decode=True) if packed else None
    return _parsed(raw) if raw else None


def _parsed(raw: bytes) -> Message:
    try:
        return message_from_bytes(raw, policy=policy.default)
    except (MessageError, RecursionError, ValueError, IndexError, LookupError):
        broken = EmailMessage()
        broken.defects.append(MessageDefect("not to be parsed"))
        return broken


def _name_of(part: Message) -> str:
    try:
        name = part.get_filename("")
    except (LookupError, ValueError, TypeError, IndexError, AttributeError):
        return "?"
    return _clean(str(name).replace("\\", "/").rpartition("/")[2])[:200]


def _decoded(data: bytes, part: Message) -> str:
    for charset in (_charset(part), *_FALLBACK):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


def _clean(text: str, *, breaks: bool = False) -> str:
    """Without what does not print, in one writing of line ends; a lone surrogate becomes `?`."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    keep = "\n\t" if breaks else ""
    return "".join(c if c.isprintable() or c in keep else " " for c in whole)


def _is_bounce(headers: Headers, message: Message) -> bool:
    """A delivery report (RFC 3464), or what mail servers write under an empty sender."""
    told: Any = message.get_param("report-type", "")
    if str(told).casefold() in ("delivery-status", "disposition-notification"):
        return True
    local = parseaddr(headers.first("from"))[1].partition("@")[0].casefold()
    empty = any(value.strip() == "<>" for value in headers.all("return-path"))
    return local in ("mailer-daemon", "postmaster") and empty


def _loops(headers: Headers, rules: MailRules, *, attached: bool) -> bool:
    """A machine answers (RFC 3834), or we write to ourselves."""
    if any(headers.all(name) for name in rules.marks):
        return True
    if headers.addresses("from") and headers.addresses("from")[0] in rules.addresses:
        return True
    said = {
        value.partition(";")[0].strip().casefold()
        for name in ("auto-submitted", "precedence", "x-precedence")
        for value in headers.all(name)
    }
    stops = rules.answers if attached else (*rules.answers, *rules.machines)
    return not said.isdisjoint(stops)
