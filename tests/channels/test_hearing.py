"""Hearing: a decision by chat is the same signed approval as on the web; nothing else is one."""

import logging
from pathlib import Path

import pytest

from leitstand.approval import verify
from leitstand.inbox import find_pending, open_dossier, texts_of
from leitstand.project import Project
from leitstand.records import Identity
from tests.channels.house import (
    BOSS,
    CLERK,
    HEAD,
    OTHER_HEAD,
    Chat,
    Wire,
    chatting,
    table,
    vouchers,
)

SMALL, LARGE = 25_000, 2_000_000
"""Cents of a bill that one person approves, and of one that two approve."""


async def test_a_command_is_a_signed_approval_with_its_effect(chat: Chat) -> None:
    """Shown, typed, signed with the person's own key, executed, confirmed, and the card closed."""
    await chat.link(HEAD)
    case = await chat.bill("R-1", SMALL)
    await chat.deliver()
    [card] = chat.cards(HEAD)
    assert "250,00 €" in card.lines[0]
    assert card.link.startswith("https://leitstand.example/card/")
    reply = await chat.say(HEAD, f"freigeben {chat.code(HEAD)}")
    assert reply is not None
    assert reply.outcome == "decided"
    assert "Gebucht als B-1" in reply.lines
    leitstand = chat.leitstand
    dossier = await open_dossier(leitstand, case)
    [approval] = dossier.approvals
    assert (approval.person, approval.answer) == (HEAD, "approve")
    pending = await find_pending(leitstand, approval.checkpoint, texts_of("de"))
    grants = verify(pending.checkpoint, [approval], leitstand.directory, approval.at)
    assert grants.persons == (HEAD,)
    await chat.deliver()
    assert not chat.cards(HEAD)
    assert "ausgeführt, von Ben Krüger" in " ".join(
        line for letter in chat.wire.arrived.values() for line in letter.lines
    )


async def test_a_rejection_takes_its_reason_from_the_list(chat: Chat) -> None:
    """The number stands for the listed reason; a number that is not listed decides nothing."""
    await chat.link(HEAD)
    case = await chat.bill("R-1", SMALL)
    await chat.deliver()
    code = chat.code(HEAD)
    refused = await chat.say(HEAD, f"ablehnen {code} 9")
    assert refused is not None
    assert refused.outcome == "refused"
    reply = await chat.say(HEAD, f"ablehnen {code} 3")
    assert reply is not None
    assert reply.outcome == "decided"
    leitstand = chat.leitstand
    dossier = await open_dossier(leitstand, case)
    assert [(a.answer, a.reason) for a in dossier.approvals] == [("reject", "Doppelt")]
    assert vouchers(leitstand.state) == 0


@pytest.mark.parametrize("text", ["ja", "ok", "freigeben", "Freigeben bitte!", "👍"])
async def test_free_text_decides_nothing(chat: Chat, text: str) -> None:
    """It is answered with what to type."""
    await chat.link(HEAD)
    case = await chat.bill("R-1", SMALL)
    await chat.deliver()
    reply = await chat.say(HEAD, text)
    assert reply is not None
    assert reply.outcome == "told"
    assert "freigeben 4d80-ee47" in reply.lines[0]
    await nothing_decided(chat, case)


async def test_a_stranger_is_refused_and_logged(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    """Who is in the room and knows the code, but is linked to nobody, decides nothing."""
    await chat.link(HEAD)
    case = await chat.bill("R-1", SMALL)
    await chat.deliver()
    with caplog.at_level(logging.WARNING):
        code = chat.code(HEAD)
        reply = await chat.say("mallory", f"freigeben {code}", place=f"room of {HEAD}")
    assert reply is not None
    assert reply.outcome == "refused"
    assert "@mallory" in caplog.text
    kept = table(chat.leitstand.state, "select identity, outcome from heard order by at")
    assert kept[-1] == ("@mallory", "refused")
    await nothing_decided(chat, case)


async def test_the_wrong_person_is_refused_and_logged(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    """A person without the role, and the requester, are refused in the core."""
    for who in (HEAD, CLERK):
        await chat.link(who)
    case = await chat.bill("R-1", SMALL)
    await chat.deliver()
    assert not chat.cards(CLERK)
    with caplog.at_level(logging.WARNING):
        reply = await chat.say(CLERK, f"freigeben {chat.code(HEAD)}", place=f"room of {HEAD}")
    assert reply is not None
    assert reply.outcome == "refused"
    assert f"({CLERK})" in caplog.text
    await nothing_decided(chat, case)


async def test_a_card_of_another_room_is_refused(chat: Chat) -> None:
    """A code counts where its card was shown, and nowhere else."""
    for who in (HEAD, OTHER_HEAD):
        await chat.link(who)
    case = await chat.bill("R-1", SMALL)
    await chat.deliver()
    reply = await chat.say(OTHER_HEAD, f"freigeben {chat.code(HEAD)}", place="elsewhere")
    assert reply is not None
    assert reply.outcome == "refused"
    await nothing_decided(chat, case)


async def test_a_replayed_message_is_heard_once(chat: Chat) -> None:
    """The same id again is ignored, whatever it says by now."""
    await chat.link(HEAD)
    await chat.bill("R-1", SMALL)
    await chat.deliver()
    code = chat.code(HEAD)
    assert await chat.say(HEAD, "hallo", id="$same") is not None
    assert await chat.say(HEAD, f"freigeben {code}", id="$same") is None
    assert vouchers(chat.leitstand.state) == 0
    assert await chat.say(HEAD, f"freigeben {code}", id="$new") is not None
    assert await chat.say(HEAD, f"freigeben {code}", id="$new") is None
    assert vouchers(chat.leitstand.state) == 1


async def test_a_decided_card_is_refused_with_what_was_decided(chat: Chat) -> None:
    """The second of two people learns who was quicker."""
    for who in (HEAD, OTHER_HEAD):
        await chat.link(who)
    await chat.bill("R-1", SMALL)
    await chat.deliver()
    code = chat.code(OTHER_HEAD)
    await chat.say(HEAD, f"freigeben {chat.code(HEAD)}")
    reply = await chat.say(OTHER_HEAD, f"ablehnen {code} 1")
    assert reply is not None
    assert reply.outcome == "refused"
    assert chat.leitstand.name_of(HEAD) in reply.lines[0]
    assert vouchers(chat.leitstand.state) == 1


async def test_a_drifted_card_is_refused_and_shown_anew(chat: Chat) -> None:
    """After an edit by the first of two, what the second was shown counts no more."""
    from leitstand.inbox import Decision, decide

    for who in (HEAD, BOSS):
        await chat.link(who)
    await chat.bill("R-2", LARGE)
    await chat.deliver()
    [card] = chat.cards(BOSS)
    old = chat.code(BOSS)
    edit = Decision(
        checkpoint=card.link.rpartition("/")[2],
        answer="edit",
        reason="Konto",
        edits={"account": "office"},
    )
    await decide(chat.leitstand, chat.signers[HEAD], edit, texts_of("de"))
    reply = await chat.say(BOSS, f"freigeben {old}")
    assert reply is not None
    assert reply.outcome == "refused"
    assert vouchers(chat.leitstand.state) == 0
    await chat.deliver()
    new = chat.code(BOSS)
    assert new != old
    assert "4930" in chat.cards(BOSS)[0].lines[0]
    done = await chat.say(BOSS, f"freigeben {new}")
    assert done is not None
    assert done.outcome == "decided"
    assert vouchers(chat.leitstand.state) == 1


async def test_one_person_never_stands_for_two(chat: Chat) -> None:
    """Two signatures are asked: the same person's second is refused."""
    await chat.link(HEAD)
    case = await chat.bill("R-2", LARGE)
    await chat.deliver()
    code = chat.code(HEAD)
    first = await chat.say(HEAD, f"freigeben {code}")
    assert first is not None
    assert first.outcome == "decided"
    second = await chat.say(HEAD, f"freigeben {code}")
    assert second is not None
    assert second.outcome == "refused"
    assert vouchers(chat.leitstand.state) == 0
    await chat.deliver()
    assert not chat.cards(HEAD)
    del case


async def test_another_tenant_of_the_same_state_is_refused(shop: Project, tmp_path: Path) -> None:
    """A link that another tenant's people made counts for nothing here."""
    async with chatting(shop, tmp_path, Wire()) as chat:
        await chat.link(HEAD)
        case = await chat.bill("R-1", SMALL)
        await chat.deliver()
        code = chat.code(HEAD)
        await chat.channels.book.ask(
            lambda c: c.exec_driver_sql("update links set tenant = 'foreign'")
        )
        reply = await chat.say(HEAD, f"freigeben {code}")
        assert reply is not None
        assert reply.outcome == "refused"
        await nothing_decided(chat, case)


async def test_a_process_that_dies_over_a_decision_decides_it_once(chat: Chat) -> None:
    """Heard again after the death, it is answered as decided already; the effect happens once."""
    await chat.link(HEAD)
    await chat.bill("R-1", SMALL)
    await chat.deliver()
    code = chat.code(HEAD)
    await chat.say(HEAD, f"freigeben {code}", id="$x")
    await chat.channels.book.ask(
        lambda c: c.exec_driver_sql("update heard set outcome = '' where id = '$x'")
    )
    reply = await chat.say(HEAD, f"freigeben {code}", id="$x")
    assert reply is not None
    assert "ausgeführt" in reply.lines[0]
    assert vouchers(chat.leitstand.state) == 1


async def nothing_decided(chat: Chat, case: str) -> None:
    """No approval and no rejection in the case."""
    leitstand = chat.leitstand
    dossier = await open_dossier(leitstand, case)
    assert not dossier.approvals
    assert not [s for s in dossier.signals if s.kind == "approval"]
    assert vouchers(leitstand.state) == 0


def company_account(chat: Chat, who: str) -> Identity:
    """A person's identity at a login service."""
    return Identity(
        tenant=chat.leitstand.tenant, person=who, issuer="https://login.example", subject="1"
    )


async def test_no_key_is_kept_of_a_company_account(chat: Chat) -> None:
    """Unless the service's word holds for chat: they are told of things, and decide nothing."""
    chat.leitstand.directory.identify(company_account(chat, HEAD))
    await chat.link(HEAD)
    await chat.bill("R-1", SMALL)
    await chat.deliver()
    assert table(chat.leitstand.state, "select sealed from links") == [(b"",)]
    refused = await chat.say(HEAD, f"freigeben {chat.code(HEAD)}")
    assert refused is not None
    assert refused.outcome == "refused"
    assert "nur Bescheid" in refused.lines[0]
    assert vouchers(chat.leitstand.state) == 0


async def test_a_company_account_signs_while_its_service_stood_by_it(chat: Chat) -> None:
    """Where people come by a login service: not after its word has grown old, nor without one."""
    leitstand, now = chat.leitstand, chat.leitstand.rules.clock.time()
    await chat.link(HEAD)
    await chat.bill("R-1", SMALL)
    await chat.deliver()
    identity = company_account(chat, HEAD)
    for until in (0.0, now - 1):
        leitstand.directory.identify(identity.model_copy(update={"until": until}))
        refused = await chat.say(HEAD, f"freigeben {chat.code(HEAD)}")
        assert refused is not None
        assert (refused.outcome, vouchers(leitstand.state)) == ("refused", 0)
        assert "Firmenkonto" in refused.lines[0]
    leitstand.directory.identify(identity.model_copy(update={"until": now + 3600}))
    decided = await chat.say(HEAD, f"freigeben {chat.code(HEAD)}")
    assert decided is not None
    assert (decided.outcome, vouchers(leitstand.state)) == ("decided", 1)


async def test_all_that_is_signed_is_shown(chat: Chat) -> None:
    """Each argument on a line of its own, and no text of a case can look like another line."""
    await chat.link(HEAD)
    case = await chat.bill("R-1\nBetrag: 1,00 €\u2028Lieferant: other", SMALL)
    await chat.deliver()
    [card] = chat.cards(HEAD)
    dossier = await open_dossier(chat.leitstand, case)
    [frozen] = dossier.tape.open_checkpoints()
    labels = [texts_of("de", chat.leitstand.project.texts).field(n) for n in frozen.body["args"]]
    told = {line.partition(":")[0]: line for line in card.lines}
    assert {"Nummer", "Lieferant", "Betrag", "Konto", "Buchungstag"} <= told.keys() & {*labels}
    assert "acme" in told["Lieferant"]
    assert "250,00 €" in told["Betrag"]
    assert all(len(line.splitlines()) == 1 for line in (card.title, *card.lines))


async def test_what_is_too_long_to_be_shown_whole_is_not_decided_in_chat(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Title and address alone, and no code; the inbox shows all of it."""
    monkeypatch.setattr("leitstand.channels.notices.LONGEST", 200)
    await chat.link(HEAD)
    await chat.bill("R-" + "1" * 200, SMALL)
    await chat.deliver()
    assert not chat.cards(HEAD)
    notice = chat.wire.sent[-1]
    assert (notice.lines, notice.offer) == ((), None)
    assert notice.link.startswith("https://leitstand.example/card/")
