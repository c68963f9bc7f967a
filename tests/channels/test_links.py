"""Links: made once by the person themselves, sealed, and gone when the person is."""

from pathlib import Path

from leitstand.inbox import Signer
from tests.channels.house import BOSS, HEAD, Chat, table


async def test_a_code_links_once(chat: Chat) -> None:
    """The first who types it is linked; afterwards it is nothing."""
    code = await chat.channels.links.offer(chat.signers[HEAD])
    first = await chat.say(HEAD, f"verbinden {code}")
    second = await chat.say("mallory", f"verbinden {code}")
    assert first is not None
    assert second is not None
    assert (first.outcome, second.outcome) == ("linked", "refused")
    [link] = await chat.channels.links.of()
    assert (link.person, link.identity) == (HEAD, f"@{HEAD}")


async def test_a_new_code_voids_the_old_one(chat: Chat) -> None:
    """There is one code of a person at a time."""
    old = await chat.channels.links.offer(chat.signers[HEAD])
    await chat.channels.links.offer(chat.signers[HEAD])
    reply = await chat.say(HEAD, f"verbinden {old}")
    assert reply is not None
    assert reply.outcome == "refused"


async def test_a_code_runs_out(chat: Chat) -> None:
    """After ten minutes it links nobody."""
    code = await chat.channels.links.offer(chat.signers[HEAD])
    await chat.channels.book.ask(
        lambda c: c.exec_driver_sql("update codes set until = until - 601")
    )
    reply = await chat.say(HEAD, f"verbinden {code}")
    assert reply is not None
    assert reply.outcome == "refused"


async def test_linking_needs_a_room_without_others(chat: Chat) -> None:
    """In a room where others read along a code is refused and stays unused."""
    code = await chat.channels.links.offer(chat.signers[HEAD])
    reply = await chat.say(HEAD, f"verbinden {code}", private=False)
    assert reply is not None
    assert reply.outcome == "refused"
    assert not await chat.channels.links.of()


async def test_neither_key_nor_code_lies_open(chat: Chat) -> None:
    """The file holds neither the signing key nor a code that could be typed (R34)."""
    code = await chat.channels.links.offer(chat.signers[BOSS])
    await chat.link(HEAD)
    content = kept(chat.leitstand.state)
    assert code.encode() not in content
    for who in (HEAD, BOSS):
        secret = chat.signers[who].key.private_bytes_raw()
        assert secret not in content
        assert secret.hex().encode() not in content


async def test_a_sealed_key_opens_for_its_own_identity_alone(chat: Chat) -> None:
    """A row that was moved to another identity signs nothing."""
    await chat.link(HEAD)
    await chat.channels.book.ask(
        lambda c: c.exec_driver_sql("update links set identity = '@mallory'")
    )
    assert await chat.channels.links.signer("wire", "@mallory") is None


async def test_a_person_with_a_new_key_has_no_link(chat: Chat) -> None:
    """The old key is not the directory's any more."""
    await chat.link(HEAD)
    found = await chat.channels.links.signer("wire", f"@{HEAD}")
    assert isinstance(found, Signer)
    other = chat.signers[BOSS].person.public_key
    fresh = other[::-1]
    chat.leitstand.directory.change(found.person.model_copy(update={"public_key": fresh}))
    assert await chat.channels.links.signer("wire", f"@{HEAD}") is None


async def test_cutting_a_link_deletes_its_key(chat: Chat) -> None:
    """Only one's own."""
    await chat.link(HEAD)
    await chat.channels.links.cut(BOSS, "wire", f"@{HEAD}")
    assert await chat.channels.links.of(HEAD)
    await chat.channels.links.cut(HEAD, "wire", f"@{HEAD}")
    assert not table(chat.leitstand.state, "select * from links")


def kept(state: Path) -> bytes:
    """Everything that the channels keep."""
    return b"".join(p.read_bytes() for p in state.glob("channels.db*"))
