"""What came in from outside, before it is a case: a mail or a file, and where it is to go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

INTAKE = "intake"
"""The signal that a case may wait for between reading what came in and judging it."""
SENDER = "intake"
"""Who asks for a case that no person started: the entrance through which it came in."""

Mark = Literal["forged", "hidden", "broken", "cut", "many", "loop", "bounce"]
"""What stood out.

`forged`: the sender is not who the mail says. `hidden`: text that nobody sees was left out.
`broken`: parts could not be read. `cut`: something was longer or more than is read. `many`: it went
to very many people. `loop`: a machine answers a letter. `bounce`: a mail server tells of a letter
that did not arrive.
"""
Trust = Literal["known", "unknown", "forged"]
"""`known`: our own mail server has checked who sent it; only then it counts as their word."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it came: its name and type are only claimed."""

    name: str
    claimed: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A mail or a file that came in through a trigger.

    `key` names it durably and tells nothing; `raw` are its bytes. `text` is what a reader sees;
    addresses are in small letters. A file is one attachment without a sender; `role` is whose all
    is that comes this way, where the settings say so.
    """

    key: str
    trigger: str
    received: date
    raw: bytes
    sender: str = ""
    display: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    marks: frozenset[Mark] = frozenset()
    trust: Trust = "unknown"
    role: str = ""


@dataclass(frozen=True, slots=True)
class Routed:
    """A case that is to be: role, input, and why it is this one.

    `confidence` in whole percent. `title` stands in clear in the store and in lists: nothing of
    what must not be kept. `reasons` are the ids of rules that spoke for it.
    """

    role: str
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    title: str = ""
    confidence: int = 100
    reasons: tuple[str, ...] = ()
    requester: str = ""
