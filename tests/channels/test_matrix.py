"""Matrix against a real home server: cards, commands, receipts; what is forged or withdrawn."""

import itertools
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from leitstand.channels import Channels, Letter, Settings, open_channels
from leitstand.channels.matrix import Matrix, MatrixSettings
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.inbox import texts_of
from leitstand.project import Project
from tests.channels.homeserver import SERVER, SYNAPSE, Account, HomeServer, home_server
from tests.channels.house import HEAD, URL, Chat, Wire, opened, signers_of, table, vouchers

NAMES = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeServer]:
    """A home server for all tests of this module."""
    if not SYNAPSE.exists():
        pytest.skip("no home server in the environment (make test installs it)")
    with home_server(tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture
def bot(server: HomeServer) -> Account:
    """Leitstand's account."""
    return server.account(f"leitstand{next(NAMES)}")


@pytest.fixture
def ben(server: HomeServer) -> Account:
    """A head of department's account."""
    return server.account(f"ben{next(NAMES)}")


@pytest.fixture
def mallory(server: HomeServer) -> Account:
    """An account of the same server that is nobody's."""
    return server.account(f"mallory{next(NAMES)}")


@dataclass
class Line:
    """The shop with Matrix."""

    chat: Chat
    matrix: Matrix

    @property
    def channels(self) -> Channels:
        """The channels, of which Matrix is the one."""
        return self.chat.channels

    async def hear(self) -> None:
        """One sync, and all answers to it."""
        since = await self.matrix.heard_until()
        await self.matrix.hear_once(self.channels.hear, since, poll=1.0)
        await self.send()

    async def tell(self) -> None:
        """Look for what is new, and send it."""
        await self.channels.notices.look()
        await self.send()

    async def send(self) -> None:
        """Send all that is due."""
        while await self.channels.outbox.send_next(self.matrix):
            pass

    async def link(self, who: Account, bot: Account, person: str = HEAD) -> str:
        """A room of a person and us, and the link; the room."""
        await self.hear()
        room = await who.room_with(bot)
        await self.hear()
        code = await self.channels.links.offer(self.chat.signers[person])
        await who.say(room, f"verbinden {code}", "link")
        await self.hear()
        [link] = await self.channels.links.of(person)
        assert link.identity == who.id
        return room


@asynccontextmanager
async def lined(shop: Project, state: Path, settings: MatrixSettings) -> AsyncGenerator[Line]:
    """The shop with Matrix, opened on a state."""
    made: list[Matrix] = []
    async with opened(shop, state) as leitstand:
        both = Settings(url=URL, matrix=settings)

        def connect(*given: object) -> list[Matrix]:
            made.extend(c for c in both.connect(*given) if isinstance(c, Matrix))  # type: ignore[arg-type]
            return made

        async with open_channels(leitstand, both, connect) as channels:
            yield Line(Chat(leitstand, channels, Wire(), await signers_of(leitstand)), made[0])


def settings_of(
    bot: Account, monkeypatch: pytest.MonkeyPatch, server: str = SERVER, *, decide: bool = True
) -> MatrixSettings:
    """How the bot's account is set up."""
    monkeypatch.setenv("MATRIX_TOKEN", bot.token)
    return MatrixSettings(
        homeserver=bot.url,
        user=bot.id,
        token="env:MATRIX_TOKEN",
        servers=(server,),
        decide=decide,
    )


@pytest.fixture
async def line(
    shop: Project, tmp_path: Path, bot: Account, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    """The shop with Matrix, decisions heard."""
    async with lined(shop, tmp_path, settings_of(bot, monkeypatch)) as line:
        yield line


async def shown(who: Account, room: str, bot: Account) -> list[str]:
    """What the bot said in a room."""
    return [e["content"]["body"] for e in await who.read(room) if e["sender"] == bot.id]


def code_in(card: str) -> str:
    """The code that a card names."""
    return card.partition("freigeben ")[2][:9]


@pytest.mark.slow
async def test_a_card_is_decided_and_becomes_a_receipt(
    line: Line, ben: Account, bot: Account
) -> None:
    """Linked, shown, decided by one line, executed, confirmed, and the card edited in place."""
    room = await line.link(ben, bot)
    await line.chat.bill("R-1", 25_000)
    await line.tell()
    card = (await shown(ben, room, bot))[-1]
    assert "250,00 €" in card
    assert f"{URL}card/" in card
    await ben.say(room, f"freigeben {code_in(card)}", "yes")
    await line.hear()
    await line.tell()
    assert vouchers(line.chat.leitstand.state) == 1
    events = [e for e in await ben.read(room) if e["sender"] == bot.id]
    assert "Gebucht als B-1" in events[-2]["content"]["body"]
    [edit] = [e for e in events if "m.new_content" in e["content"]]
    [asked] = [e for e in events if "freigeben" in e["content"]["body"] and "250" in str(e)]
    assert edit["content"]["m.relates_to"]["event_id"] == asked["event_id"]
    assert "ausgeführt, von Ben Krüger" in edit["content"]["m.new_content"]["body"]


@pytest.mark.slow
async def test_free_text_and_reactions_decide_nothing(
    line: Line, ben: Account, bot: Account
) -> None:
    """A tick and a "ja" are answered with what to type; a tick that was withdrawn not at all."""
    room = await line.link(ben, bot)
    await line.chat.bill("R-1", 25_000)
    await line.tell()
    card = [e for e in await ben.read(room) if e["sender"] == bot.id][-1]
    before = len(await shown(ben, room, bot))
    withdrawn = await ben.react(room, card["event_id"], "✅", "tick")
    await ben.withdraw(room, withdrawn, "untick")
    await line.hear()
    assert len(await shown(ben, room, bot)) == before
    await ben.react(room, card["event_id"], "👍", "thumb")
    await ben.say(room, "ja", "ja")
    await line.hear()
    answers = (await shown(ben, room, bot))[before:]
    assert len(answers) == 2
    assert all("nichts entschieden" in answer for answer in answers)
    assert vouchers(line.chat.leitstand.state) == 0


async def test_an_edited_message_decides_nothing(line: Line, ben: Account, bot: Account) -> None:
    """Talk that is edited into a command afterwards stays talk."""
    room = await line.link(ben, bot)
    await line.chat.bill("R-1", 25_000)
    await line.tell()
    code = code_in((await shown(ben, room, bot))[-1])
    said = await ben.say(room, "Moment", "talk")
    new = {"msgtype": "m.text", "body": f"freigeben {code}"}
    relation = {"rel_type": "m.replace", "event_id": said}
    await ben.put(
        room, "m.room.message", "edit", {**new, "m.new_content": new, "m.relates_to": relation}
    )
    await line.hear()
    assert vouchers(line.chat.leitstand.state) == 0


@pytest.mark.parametrize("relation", ["x", [], 1, None, {"rel_type": ["m.replace"]}])
async def test_a_malformed_message_stops_nothing(
    line: Line, ben: Account, bot: Account, relation: object
) -> None:
    """Whatever a client puts into an event, what comes after it is heard."""
    room = await line.link(ben, bot)
    before = len(await shown(ben, room, bot))
    odd = {"msgtype": "m.text", "body": "odd", "m.relates_to": relation}
    await ben.put(room, "m.room.message", "odd", odd)
    await ben.say(room, "ja", "ja")
    await line.hear()
    assert "nichts entschieden" in (await shown(ben, room, bot))[-1]
    assert len(await shown(ben, room, bot)) > before


@pytest.mark.slow
async def test_the_wrong_account_in_the_room_is_refused_and_logged(
    line: Line, ben: Account, mallory: Account, bot: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody whom Ben let in reads the code and types it."""
    room = await line.link(ben, bot)
    await line.chat.bill("R-1", 25_000)
    await line.tell()
    code = code_in((await shown(ben, room, bot))[-1])
    await ben.invite(room, mallory)
    await mallory.join(room)
    with caplog.at_level(logging.WARNING):
        await mallory.say(room, f"freigeben {code}", "mine")
        await line.hear()
    assert mallory.id in caplog.text
    assert vouchers(line.chat.leitstand.state) == 0
    kept = table(line.chat.leitstand.state, "select identity, outcome from heard order by at")
    assert kept[-1] == (mallory.id, "refused")
    linking = await line.channels.links.offer(line.chat.signers[HEAD])
    await ben.say(room, f"verbinden {linking}", "again")
    await line.hear()
    assert "niemand mitliest" in (await shown(ben, room, bot))[-1]


async def test_a_foreign_server_is_not_heard(
    shop: Project,
    tmp_path: Path,
    ben: Account,
    bot: Account,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither an invitation nor a message of a user of another server leads to anything."""
    ours = settings_of(bot, monkeypatch)
    async with lined(shop, tmp_path, ours) as line:
        await line.hear()
        room = await ben.room_with(bot)
        await line.hear()
    theirs = ours.model_copy(update={"servers": ("elsewhere.test",)})
    async with lined(shop, tmp_path, theirs) as line:
        code = await line.channels.links.offer(line.chat.signers[HEAD])
        with caplog.at_level(logging.WARNING):
            await ben.say(room, f"verbinden {code}", "link")
            other = await ben.room_with(bot)
            await line.hear()
        assert caplog.text.count("a foreign server") == 2
        assert not await line.channels.links.of()
        assert not await shown(ben, room, bot)
        members = await ben.ask("GET", f"/rooms/{other}/joined_members")
        assert list(members["joined"]) == [ben.id]


@pytest.mark.slow
async def test_what_was_said_while_nobody_listened_is_heard_once(
    shop: Project, tmp_path: Path, ben: Account, bot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart all of it is heard, more than one sync holds too, and nothing again."""
    settings = settings_of(bot, monkeypatch)
    async with lined(shop, tmp_path, settings) as line:
        room = await line.link(ben, bot)
        await line.chat.bill("R-1", 25_000)
        await line.tell()
    code = code_in((await shown(ben, room, bot))[-1])
    await ben.say(room, f"freigeben {code}", "yes")
    for number in range(60):
        await ben.say(room, f"Nachricht {number}", f"talk{number}")
    async with lined(shop, tmp_path, settings) as line:
        before = await line.matrix.heard_until()
        await line.hear()
        assert vouchers(line.chat.leitstand.state) == 1
        count = len(await shown(ben, room, bot))
        await line.matrix.move(before)
        await line.hear()
        assert len(await shown(ben, room, bot)) == count
        assert vouchers(line.chat.leitstand.state) == 1


async def test_a_letter_that_is_sent_again_arrives_once(
    line: Line, ben: Account, bot: Account
) -> None:
    """The home server knows the transaction: the same event, one message."""
    room = await line.link(ben, bot)
    letter = Letter(key="once", channel="matrix", to=room, title="Einmal")
    before = len(await shown(ben, room, bot))
    assert await line.matrix.send(letter, "") == await line.matrix.send(letter, "")
    assert len(await shown(ben, room, bot)) == before + 1


async def test_nothing_of_a_case_is_markup(line: Line, ben: Account, bot: Account) -> None:
    """Text that looks like HTML is shown as text."""
    room = await line.link(ben, bot)
    evil = '<img src=x onerror="alert(1)"> & <b>'
    letter = Letter(key="evil", channel="matrix", to=room, title=evil, lines=(evil,))
    await line.matrix.send(letter, "")
    content = (await ben.read(room))[-1]["content"]
    assert "<img" not in content["formatted_body"]
    assert evil in content["body"]


async def test_without_decide_it_is_a_notice(
    shop: Project, tmp_path: Path, ben: Account, bot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Title and address alone; no key is kept, and the right command is refused."""
    settings = settings_of(bot, monkeypatch, decide=False)
    async with lined(shop, tmp_path, settings) as line:
        room = await line.link(ben, bot)
        await line.chat.bill("R-1", 25_000)
        await line.tell()
        notice = (await shown(ben, room, bot))[-1]
        assert "Rechnung R-1" in notice
        assert f"{URL}card/" in notice
        assert "250" not in notice
        [(code,)] = table(line.chat.leitstand.state, "select code from cards")
        await ben.say(room, f"freigeben {code}", "yes")
        await line.hear()
        assert "nur Bescheid" in (await shown(ben, room, bot))[-1]
        assert vouchers(line.chat.leitstand.state) == 0
        assert table(line.chat.leitstand.state, "select sealed from links") == [(b"",)]


async def test_failures_are_told_apart(bot: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is away may come back; a room that is not ours never takes a letter."""
    letter = Letter(key="k", channel="matrix", to="!none:office.test", title="T")
    settings = settings_of(bot, monkeypatch)
    away = settings.model_copy(update={"homeserver": "http://127.0.0.1:9"})
    for given, error in ((settings, ChannelRefused), (away, Unreachable)):
        matrix = Matrix(given, None, texts_of("de"))  # type: ignore[arg-type]
        with pytest.raises(error):
            await matrix.send(letter, "")
        await matrix.close()
