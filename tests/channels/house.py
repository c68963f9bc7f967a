"""A small shop with bills that wait, its people, and a channel whose other side is a list."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from leitstand.approval import Keyring
from leitstand.channels import (
    Channel,
    Channels,
    Hear,
    Letter,
    Link,
    Reply,
    Said,
    Settings,
    open_channels,
)
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.inbox import Signer
from leitstand.project import Project
from leitstand.runtime import Leitstand, open_leitstand

PASSPHRASE = "a long passphrase"
PEOPLE = {
    "anna.becker": ("Anna Becker", "clerk"),
    "ben.krueger": ("Ben Krüger", "head"),
    "carla.meyer": ("Carla Meyer", "head"),
    "dora.lange": ("Dora Lange", "boss"),
}
CLERK, HEAD, OTHER_HEAD, BOSS = PEOPLE
URL = "https://leitstand.example/"


@dataclass
class Wire:
    """A channel that keeps what it was given; `faults` are raised first, one a letter.

    `arrived` holds what the other side has, by the name of the message.
    """

    name: str = "wire"
    edits: bool = True
    keyed: bool = True
    native: bool = True
    arrived: dict[str, Letter] = field(default_factory=dict[str, Letter])
    sent: list[Letter] = field(default_factory=list[Letter])
    faults: list[Exception] = field(default_factory=list[Exception])

    async def send(self, letter: Letter, replaces: str) -> str:
        """Keep it, in the place of another where it replaces one."""
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(letter)
        name = replaces or f"message of {letter.key}"
        self.arrived[name] = letter
        return name

    async def listen(self, hear: Hear) -> None:
        """Nobody says anything by itself."""
        await asyncio.Event().wait()

    @property
    def routes(self) -> tuple[()]:
        """Nobody calls."""
        return ()

    async def close(self) -> None:
        """Nothing to give back."""

    def lost(self) -> None:
        """The next letter cannot be delivered now."""
        self.faults.append(Unreachable("the line is down"))

    def refused(self) -> None:
        """The next letter is refused for good."""
        self.faults.append(ChannelRefused("no such room"))


@dataclass
class Chat:
    """The shop with its channels; `say` is a person's message in a room of their own."""

    leitstand: Leitstand
    channels: Channels
    wire: Wire
    signers: dict[str, Signer]
    count: int = 0

    async def say(self, who: str, text: str, **more: Any) -> Reply | None:  # noqa: ANN401 - fields of what was said
        """What is answered to a message."""
        self.count += 1
        given: dict[str, Any] = {"id": f"${self.count}", "place": f"room of {who}"} | more
        return await self.channels.hear(
            Said(channel="wire", identity=f"@{who}", text=text, **given)
        )

    async def link(self, who: str) -> None:
        """Link a person's identity, as they do it themselves."""
        code = await self.channels.links.offer(self.signers[who])
        reply = await self.say(who, f"verbinden {code}")
        assert reply is not None
        assert reply.outcome == "linked"

    async def bill(self, number: str, cents: int, requester: str = CLERK) -> str:
        """A bill comes in and waits; its case."""
        folder = self.leitstand.state / "bills"
        folder.mkdir(exist_ok=True)
        row = {"number": number, "supplier": "acme", "gross_cents": cents}
        (folder / number).write_bytes(orjson.dumps(row))
        given = {"name": number}
        case = await self.leitstand.runtime.start(
            "buying",
            given,
            tenant=self.leitstand.tenant,
            requester=requester,
            title=f"Rechnung {number}",
        )
        await self.leitstand.runtime.signal(case, "intake", {}, f"intake {number}")
        await self.leitstand.runtime.run_until_idle()
        return case

    async def deliver(self) -> None:
        """Look once, and send all that is due."""
        await self.channels.notices.look()
        while await self.channels.outbox.send_next(self.wire):
            pass

    def cards(self, who: str) -> list[Letter]:
        """The cards that lie in a person's room and can be answered."""
        found = self.wire.arrived.values()
        return [x for x in found if x.offer and x.to == f"room of {who}"]

    def code(self, who: str) -> str:
        """The code of the one card in a person's room."""
        [card] = self.cards(who)
        assert card.offer is not None
        return card.offer.code


@asynccontextmanager
async def opened(project: Project, state: Path) -> AsyncGenerator[Leitstand]:
    """The shop, open, with its people taken in."""
    leitstand = await open_leitstand(project, state=state)
    try:
        yield leitstand
    finally:
        await leitstand.close()


async def signers_of(leitstand: Leitstand) -> dict[str, Signer]:
    """Everybody with an unlocked key; made at the first call."""
    keyring = Keyring(leitstand.state / "keys", leitstand.rules.clock, cost=2**6)
    found: dict[str, Signer] = {}
    for name, (written, role) in PEOPLE.items():
        person = leitstand.directory.person(leitstand.tenant, name)
        if person is None:
            person = await keyring.create_person(
                leitstand.directory, leitstand.tenant, written, (role,), PASSPHRASE
            )
        found[name] = Signer(person, await keyring.unlock(person, PASSPHRASE))
    return found


@asynccontextmanager
async def chatting(
    project: Project,
    state: Path,
    wire: Wire,
    *,
    others: Sequence[Channel] = (),
    known: Sequence[Link] = (),
) -> AsyncGenerator[Chat]:
    """The shop with a wire to its people."""
    settings = Settings(url=URL)
    async with (
        opened(project, state) as leitstand,
        open_channels(leitstand, settings, lambda _, __: [wire, *others], known) as channels,
    ):
        yield Chat(leitstand, channels, wire, await signers_of(leitstand))


def vouchers(state: Path) -> int:
    """Bills that were posted."""
    with closing(sqlite3.connect(state / "shop.sqlite")) as books:
        return int(books.execute("select count(*) from voucher").fetchone()[0])


def table(state: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the channels' own tables."""
    with closing(sqlite3.connect(state / "channels.db")) as database:
        return list(database.execute(query))
