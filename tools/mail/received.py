"""Received mails, taken apart: what the sender says now, and what only hangs on it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Reading

_LONGEST = 40_000
_QUOTED = re.compile(
    r"^\s*>|^-{2,}\s*(urspr|original|weitergeleitet|forwarded)|^_{10,}\s*$"
    r"|^\s*(am|on)\b.{4,120}\b(schrieb|wrote)\b.{0,80}:\s*$",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^--\s*$|^\s*(mit )?((freundlich|best|herzlich|viel)\w*\s+)*(gr(ü|ue)(ß|ss)en?|gru(ß|ss))\b"
    r"|^\s*(mfg|vg|lg|(best|kind) regards|regards|sincerely|yours)\b",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*\*?(von|from):", re.IGNORECASE)
_SENT = re.compile(r"^\s*\*?(gesendet|sent|datum|date|an|to):", re.IGNORECASE)
_AGAIN = re.compile(r"^\s*(p\.? ?s\.?|nachtrag)\b", re.IGNORECASE)
_LISTED = re.compile(r"^\s*([-*•–]|\d+|pos\b|art\b)", re.IGNORECASE)
_COUNTED = re.compile(r"(\d|\b(stk|stück|st|pcs|pieces))\.?\s*$", re.IGNORECASE)
"""Where a line ends with a count, a list may go on below it."""
_NARROWEST = 50
"""Characters of the longest line of a mail that was broken by a program."""
_BLANK = re.compile(r"[^\S\n]+")


class ReadMail(Frozen):
    """Read a received mail; `received` is the day it came in, where that is known."""

    text: Annotated[str, Field(max_length=_LONGEST)]
    received: date | None = None


class ReceivedMail(Frozen):
    """A mail: `body` is what is said in it, without quoted mails and signature.

    Lines that a mail program broke at its width are one line in it again (RFC 3676, 4.2). Signs
    that nobody sees are left out of `body` and stand in `text`, which is the mail as it came.
    """

    text: str
    body: str
    signature: str = ""
    quoted: str = ""
    received: date | None = None


class FoundMail(Reading[ReceivedMail]):
    """Reading of a received mail."""


def take_apart(args: ReadMail) -> ReceivedMail:
    """The parts of a mail. What is said after a signature (a postscript) belongs to the body.

    So does what is said below a quoted mail whose lines are marked with `>`.
    """
    parts: dict[str, list[str]] = {"body": [], "signature": [], "quoted": []}
    at = before = "body"
    marked = begun = False
    lines = _visible(args.text).split("\n")
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if _QUOTED.search(line) or (begun and _FROM.search(line) and _SENT.search(after)):
            parts["quoted"].append(line)
            marked = line.lstrip().startswith(">")
            before, at = (at if at != "quoted" else before), (at if marked else "quoted")
            continue
        if at == "quoted" and marked and line.strip():
            at = before
        if at == "signature" and _AGAIN.search(line):
            at = "body"
        elif at == "body" and _SIGNED.search(line) and begun:
            at = "signature"
        parts[at].append(line)
        begun = begun or (at == "body" and bool(line.strip()))
    return ReceivedMail(text=args.text, received=args.received, **_joined(parts.items()))


def _joined(parts: Iterable[tuple[str, list[str]]]) -> dict[str, str]:
    return {n: "\n".join(_unbroken(v) if n == "body" else v).strip() for n, v in parts}


def _unbroken(lines: list[str]) -> Iterator[str]:
    """Lines as they were written: one is broken where the next word had no room in it.

    The longest line says how wide the mail is. What lists something stays a line of its own.
    """
    width = max(map(len, lines), default=0)
    listed = sum(_LISTED.match(line) is not None for line in lines) > 1
    whole = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        whole = f"{whole} {line.strip()}" if whole else line
        word = after.split(maxsplit=1)[0] if after.strip() else ""
        narrowest = _NARROWEST + 10 * bool(_COUNTED.search(line))
        full = width >= narrowest and len(line.rstrip()) + 1 + len(word) > width
        if not (word and full) or (listed and _LISTED.match(after)):
            yield whole
            whole = ""


def _visible(text: str) -> str:
    """The text without hidden characters, in one writing of each letter and blank."""
    plain = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (c for c in plain if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return _BLANK.sub(" ", "".join(kept))
