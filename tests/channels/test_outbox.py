"""The outbox: nothing is lost, nothing is sent twice, whatever fails and whenever it restarts."""

from pathlib import Path

from leitstand.channels import Letter
from leitstand.channels.outbox import put
from leitstand.inbox import Notice
from leitstand.project import Project
from tests.channels.house import BOSS, HEAD, Chat, Wire, chatting, table


def letter(key: str, replaces: str = "") -> Letter:
    """A letter to a room."""
    return Letter(key=key, channel="wire", to="room", title="T", replaces=replaces)


async def lay(chat: Chat, *letters: Letter) -> None:
    """Lay letters down."""
    for one in letters:
        await chat.channels.book.ask(lambda c, one=one: put(c, one, 0.0))


async def send_all(chat: Chat) -> list[str]:
    """Send what is due; keys of all that was sent so far."""
    while await chat.channels.outbox.send_next(chat.wire):
        pass
    return [x.key for x in chat.wire.sent]


async def test_a_key_is_sent_once(chat: Chat) -> None:
    """The same letter laid down twice is one letter."""
    await lay(chat, letter("a"), letter("b"), letter("a"))
    assert await send_all(chat) == ["a", "b"]
    await lay(chat, letter("a"))
    assert await send_all(chat) == ["a", "b"]


async def test_a_failure_is_tried_again_later(chat: Chat) -> None:
    """Not at once, not lost, and others go meanwhile."""
    chat.wire.lost()
    await lay(chat, letter("a"), letter("b"))
    assert await send_all(chat) == ["b"]
    [(state, attempts, due)] = table(
        chat.leitstand.state, "select state, attempts, due from outbox where key = 'a'"
    )
    assert (state, attempts) == ("due", 1)
    assert due > chat.leitstand.rules.clock.time()
    await chat.channels.book.ask(lambda c: c.exec_driver_sql("update outbox set due = 0"))
    assert await send_all(chat) == ["b", "a"]


async def test_what_is_refused_for_good_is_given_up(chat: Chat) -> None:
    """A letter that can never go stops no other."""
    chat.wire.refused()
    await lay(chat, letter("a"), letter("b"))
    assert await send_all(chat) == ["b"]
    assert table(chat.leitstand.state, "select state from outbox where key = 'a'") == [("dead",)]


async def test_a_letter_waits_for_the_one_it_replaces(chat: Chat) -> None:
    """An edit never overtakes what it edits, and names the message that the other side knows."""
    chat.wire.lost()
    await lay(chat, letter("a"), letter("a/closed", replaces="a"))
    assert await send_all(chat) == []
    await chat.channels.book.ask(lambda c: c.exec_driver_sql("update outbox set due = 0"))
    assert await send_all(chat) == ["a", "a/closed"]
    assert list(chat.wire.arrived) == ["message of a"]


async def test_after_a_restart_nothing_is_sent_twice(shop: Project, tmp_path: Path) -> None:
    """What was sent stays sent; what was under way goes again only where keys are honoured."""
    for keyed, expected in ((True, ["b"]), (False, [])):
        state = tmp_path / str(keyed)
        async with chatting(shop, state, Wire()) as chat:
            await lay(chat, letter("a"))
            await send_all(chat)
            await lay(chat, letter("b"))
            await chat.channels.book.ask(
                lambda c: c.exec_driver_sql("update outbox set state='sending' where key='b'")
            )
        async with chatting(shop, state, Wire(keyed=keyed)) as chat:
            await chat.channels.outbox.settle(chat.wire)
            assert await send_all(chat) == expected


async def test_a_restart_shows_no_card_twice(shop: Project, tmp_path: Path) -> None:
    """Cards and links outlive the process; a decision after the restart counts."""
    async with chatting(shop, tmp_path, Wire()) as chat:
        await chat.link(HEAD)
        await chat.bill("R-1", 25_000)
        await chat.deliver()
        code = chat.code(HEAD)
    async with chatting(shop, tmp_path, Wire()) as chat:
        await chat.deliver()
        assert not chat.wire.sent
        reply = await chat.say(HEAD, f"freigeben {code}", id="$later")
        assert reply is not None
        assert reply.outcome == "decided"


async def test_nobody_is_flooded(chat: Chat) -> None:
    """Twenty cards lie open in one place at most; the next comes when one is settled."""
    await chat.link(HEAD)
    for number in range(22):
        await chat.bill(f"R-{number}", 25_000 + number)
    await chat.deliver()
    assert len(chat.cards(HEAD)) == 20
    offer = chat.cards(HEAD)[0].offer
    assert offer is not None
    await chat.say(HEAD, f"freigeben {offer.code}")
    await chat.deliver()
    assert len(chat.cards(HEAD)) == 20
    everything = {x.title for x in chat.wire.sent if x.offer}
    assert len(everything) == 21


async def test_a_deadline_is_told_once_to_whom_it_concerns(chat: Chat) -> None:
    """Wherever they are written to, by title and address, however often the deadline is told."""
    for who in (HEAD, BOSS):
        await chat.link(who)
    await send_all(chat)
    before = len(chat.wire.sent)
    for _ in range(2):
        await chat.channels.tell(Notice("abc", HEAD, 0, "Rechnung R-1"))
        await send_all(chat)
    [reminder] = chat.wire.sent[before:]
    assert (reminder.to, reminder.title) == (f"room of {HEAD}", "Rechnung R-1")
    assert reminder.link == "https://leitstand.example/card/abc"
    assert reminder.offer is None
