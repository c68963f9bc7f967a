"""The port: what a channel can do, and the three things that go through it.

A channel carries letters and hears people; it decides nothing and knows no rules. Who somebody is,
what a sentence means and whether it counts is settled behind the port, the same for every channel.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

from starlette.routing import Route

from leitstand.values import Frozen

Act = Literal["approve", "reject", "link"]


class Command(Frozen):
    """An exact instruction: `code` names a card or is a link code, `reason` is a listed number."""

    act: Act
    code: str
    reason: int = 0


class Offer(Frozen):
    """What a card lets people answer: its code, and the reasons for a rejection, from 1."""

    code: str
    reasons: tuple[str, ...]
    people: tuple[str, ...] = ()


class Letter(Frozen):
    """Something to send. `key` names it for ever: the same key is the same letter.

    `title` is the case's title and all that a notice says of it; `lines` are there only where the
    channel may show what is decided. `replaces` is the key of the letter whose place it takes.
    """

    key: str
    channel: str
    to: str
    title: str
    lines: tuple[str, ...] = ()
    link: str = ""
    offer: Offer | None = None
    replaces: str = ""


class Said(Frozen):
    """Something that a channel heard, from an identity that the other side vouches for.

    `id` is the other side's own and never used twice. `place` is where it was said and, if it is
    `private`, nobody else listens there. `command` is set where a button was pressed; `inline`:
    the reply is given back at once and sends no letter.
    """

    channel: str
    id: str
    identity: str
    place: str
    text: str = ""
    command: Command | None = None
    private: bool = True
    inline: bool = False


class Reply(Frozen):
    """What is answered: `outcome` is decided, refused, told or linked."""

    outcome: Literal["decided", "refused", "told", "linked"]
    lines: tuple[str, ...]


Hear = Callable[[Said], Awaitable[Reply | None]]
"""Takes what was heard; None: it was heard before."""


class Channel(Protocol):
    """One way to people.

    `edits`: a letter that was sent can be replaced. `keyed`: the other side itself takes a key once
    only, so a letter whose fate is unknown may be sent again. `native`: decisions are heard here.
    """

    name: str
    edits: bool
    keyed: bool
    native: bool

    @property
    def routes(self) -> Sequence[Route]:
        """Addresses of ours that the other side calls; here none."""
        return ()

    async def send(self, letter: Letter, replaces: str) -> str:
        """Send a letter, or put it in the place of the message `replaces`; the message's name.

        Raises Unreachable: try again later. Raises ChannelRefused: it will never go.
        """
        ...

    async def listen(self, hear: Hear) -> None:
        """Pass on what people say, until cancelled."""
        ...

    async def close(self) -> None:
        """Give connections back; here none is kept open."""
