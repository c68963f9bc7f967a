"""The port of triggers: what comes in, again and again, until it is settled."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from leitstand.clock import Clock
from leitstand.records import Attachment, Routed
from leitstand.store.arrivals import Arrived

_HERE = ZoneInfo("Europe/Berlin")


class Source(NamedTuple):
    """Where arrivals come from, and where those lie that were taken in (`done`) or `refused`.

    `name` is `mail.NAME`, `folder.NAME`, `schedule.NAME` or `webhook.NAME`, as settings call it.
    """

    name: str
    done: str = ""
    refused: str = ""

    def place(self, outcome: str) -> str:
        """Where a thing lies that ended so; empty: nowhere any more."""
        return {"cases": self.done, "sealed": ""}.get(outcome, self.refused)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came in from a source.

    `identity` names it durably: the same thing has the same, however often and wherever it comes
    from. `name` is its place in the trigger and tells nothing. One of: `raw`, a mail's bytes;
    `file`; `cases`, where the trigger knows what is to come of it; `refused`, why it is not read.
    `role` is whose the file is, where the settings say so.
    """

    source: Source
    identity: bytes
    name: str
    received: date
    raw: bytes = b""
    file: Attachment | None = None
    role: str = ""
    cases: tuple[Routed, ...] = ()
    refused: str = ""


class Trigger(Protocol):
    """A source that is looked at: at least once in.

    Whoever iterates settles each arrival before asking for the next, or leaves it: then it comes
    again with the next look.
    """

    source: Source

    def arrivals(self, *, once: bool) -> AsyncGenerator[Arrival]:
        """What is there, then what comes, until cancelled; with `once` what is there alone.

        With `once` raises Unreachable; else goes on trying.
        """
        ...

    async def settle(self, arrival: Arrival, fate: Arrived) -> None:
        """Let go of an arrival whose fate is committed. Raises Unreachable: it comes again."""
        ...


def day_of(clock: Clock) -> date:
    """The day that it is in Germany."""
    return datetime.fromtimestamp(clock.time(), _HERE).date()
