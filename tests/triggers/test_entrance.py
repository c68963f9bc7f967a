"""The entrance with a real mail server: one record and one case each, whatever comes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leitstand.errors import ProjectRefused, SecretMissing, Unreachable
from leitstand.project import Project
from leitstand.records import Received, Routed
from leitstand.triggers import mailbox as trigger
from leitstand.triggers import open_triggers
from leitstand.triggers.session import Session
from tests.triggers.house import entering, opened, rows, seen
from tests.triggers.server import MailServer, letter

BOX = {"host": "mail.example", "user": "u", "password": "env:P"}


async def _once(shop: Project, state: Path, table: Mapping[str, Any]) -> None:
    async with opened(entering(shop, table), state) as leitstand:
        await open_triggers(leitstand).once()
        await leitstand.runtime.run_until_idle()


def _table(mailbox: MailServer, **mail: object) -> dict[str, Any]:
    return {"mailboxes": {"inbox": mailbox.settings()}, "mail": mail}


@pytest.mark.slow
async def test_a_mail_becomes_a_case_once(
    shop: Project, tmp_path: Path, mailbox: MailServer
) -> None:
    """Delivered twice, to two folders of the mailbox and again after a restart: one case (R3)."""
    mail = letter("Rechnung", "anbei")
    mailbox.put(mail, b"Delivered-To: info@nordwerk.example\n" + mail.as_bytes())
    await _once(shop, tmp_path, _table(mailbox))
    mailbox.put(b"Received: once more\n" + mail.as_bytes())
    await _once(shop, tmp_path, _table(mailbox))
    assert seen(tmp_path) == ["Rechnung"]
    [row] = rows(tmp_path)
    assert (row["trigger"], row["outcome"], row["place"]) == (
        "mail.inbox",
        "cases",
        "Leitstand-erledigt",
    )
    assert mailbox.lying() == []
    assert mailbox.lying("Leitstand-erledigt") == ["Rechnung"] * 3


async def test_another_mail_under_the_same_name_is_no_repetition(
    shop: Project, tmp_path: Path, mailbox: MailServer
) -> None:
    """Whoever knows a Message-ID cannot make another's mail disappear."""
    mailbox.put(letter("A", "eins"), letter("B", "zwei"))
    raw = letter("C", "drei")
    raw.replace_header("Message-ID", letter("A", "eins")["Message-ID"])
    mailbox.put(raw)
    await _once(shop, tmp_path, _table(mailbox))
    assert seen(tmp_path) == ["A", "B", "C"]


@pytest.mark.slow
async def test_what_is_too_large_is_refused_before_it_is_fetched(
    shop: Project, tmp_path: Path, mailbox: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """50 MB: a typed record and a place; its body never comes here."""
    fetched: list[int] = []
    whole = Session.whole

    def spy(self: Session, uid: int) -> bytes:
        fetched.append(uid)
        return whole(self, uid)

    monkeypatch.setattr(Session, "whole", spy)
    mailbox.put(letter("Riesig", files=[("x.bin", b"\0" * 37_500_000)]), letter("Klein", "x"))
    await _once(shop, tmp_path, _table(mailbox))
    assert len(fetched) == 1
    assert seen(tmp_path) == ["Klein"]
    [row] = [r for r in rows(tmp_path) if r["outcome"] == "refused"]
    assert (row["reason"], row["place"]) == ("too large", "Leitstand-abgewiesen")
    assert mailbox.lying("Leitstand-abgewiesen") == ["Riesig"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [({"Auto-Submitted": "auto-replied"}, "loop"), ({"X-Loop": "x"}, "loop")],
)
async def test_a_loop_is_stopped(
    shop: Project, tmp_path: Path, mailbox: MailServer, headers: dict[str, str], reason: str
) -> None:
    """No case, a record, a place."""
    mailbox.put(letter("Abwesend", "bin weg", headers=headers))
    await _once(shop, tmp_path, _table(mailbox))
    assert [(r["outcome"], r["reason"]) for r in rows(tmp_path)] == [("refused", reason)]
    assert seen(tmp_path) == []
    assert mailbox.lying("Leitstand-abgewiesen") == ["Abwesend"]


@pytest.mark.slow
async def test_one_sender_without_end_is_stopped(
    shop: Project, tmp_path: Path, mailbox: MailServer
) -> None:
    """The fourth within an hour where three are allowed; another sender is not touched."""
    mailbox.put(*(letter(f"Mail {n}", str(n)) for n in range(5)))
    mailbox.put(letter("Andere", "x", sender="o@other.example"))
    await _once(shop, tmp_path, _table(mailbox, most_an_hour=3))
    assert seen(tmp_path) == ["Andere", "Mail 0", "Mail 1", "Mail 2"]
    assert [r["reason"] for r in rows(tmp_path) if r["outcome"] == "refused"] == ["too many"] * 2


async def test_a_report_is_gone_from_the_mailbox_and_leaves_nothing(
    shop: Project, tmp_path: Path, mailbox: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Sealed before anything is kept: neither record nor log knows who or what (R35)."""
    caplog.set_level(logging.DEBUG)
    report = letter("Kanari", "Bitte vertraulich: Karl Kanari.", sender="Kanari <kanari@x.example>")
    mailbox.put(report)
    await _once(shop, tmp_path, _table(mailbox))
    assert seen(tmp_path) == ["Meldung"]
    [row] = rows(tmp_path)
    assert (row["outcome"], row["sender"], row["place"]) == ("sealed", "", "")
    assert "anari" not in caplog.text
    assert not [f for f in _files(tmp_path) if b"anari" in f.read_bytes()]
    assert mailbox.lying() == mailbox.lying("Leitstand-erledigt") == []


@pytest.mark.slow
async def test_what_the_project_stumbles_over_stops_nothing_and_is_put_aside(
    shop: Project, tmp_path: Path, mailbox: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """It stays for some tries, then lies among the refused; its words are in no log."""
    mailbox.put(letter("Kaputt", "x"), letter("Gut", "x"))
    async with opened(entering(shop, _table(mailbox)), tmp_path) as leitstand:
        triggers = open_triggers(leitstand)
        await triggers.once()
        assert mailbox.lying() == ["Kaputt"]
        await triggers.once()
        await triggers.once()
    assert mailbox.lying() == []
    assert mailbox.lying("Leitstand-abgewiesen") == ["Kaputt"]
    assert [(r["outcome"], r["reason"]) for r in rows(tmp_path)][-1] == (
        "refused",
        "not understood",
    )
    assert "secret word" not in caplog.text


@pytest.mark.slow
async def test_input_that_is_none_of_the_role_is_recorded_nowhere(
    shop: Project, tmp_path: Path, mailbox: MailServer
) -> None:
    """A mistake of the project: the mail waits until it is mended."""

    async def wrong(_: Path, __: Mapping[str, Any], received: Received) -> list[Routed]:
        return [Routed("buying", {"nonsense": received.subject})]

    project = replace(entering(shop, _table(mailbox)), route=wrong)
    mailbox.put(letter("Wartet", "x"))
    async with opened(project, tmp_path) as leitstand:
        for _ in range(4):
            await open_triggers(leitstand).once()
    assert rows(tmp_path) == []
    assert mailbox.lying() == ["Wartet"]


async def test_who_writes_from_a_known_address_may_not_approve_it(
    shop: Project, tmp_path: Path, mailbox: MailServer
) -> None:
    """The requester of the case is that person, whether the sender was checked or not."""
    project = entering(shop, _table(mailbox))
    people = {"mail": {"people": {"anna.becker": "Anna@Nordwerk.example"}}}
    table = project.table.model_copy(update={"channels": people})
    mailbox.put(letter("Von Anna", "x", sender="anna@nordwerk.example"), letter("Von wem", "x"))
    async with opened(replace(project, table=table), tmp_path) as leitstand:
        await open_triggers(leitstand).once()
    asked = {row["title"]: row["requester"] for row in rows(tmp_path, "cases")}
    assert asked == {"Von Anna": "anna.becker", "Von wem": "intake"}


@pytest.mark.slow
async def test_new_mail_is_heard_of_and_a_server_that_went_away_is_found_again(
    shop: Project, tmp_path: Path, mailbox: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IDLE, then the server dies and comes back: the next mail is taken in all the same."""
    monkeypatch.setattr(trigger, "FIRST", 0.1)
    project = entering(shop, {"mailboxes": {"inbox": mailbox.settings(look=30)}})
    async with opened(project, tmp_path) as leitstand:
        running = asyncio.create_task(open_triggers(leitstand).run())
        try:
            mailbox.put(letter("Eins", "x"))
            await _until(lambda: len(rows(tmp_path)) == 1)
            mailbox.stop()
            mailbox.start()
            mailbox.put(letter("Zwei", "x"))
            await _until(lambda: len(rows(tmp_path)) == 2)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    assert seen(tmp_path) == ["Eins", "Zwei"]


def _files(state: Path) -> list[Path]:
    """What lies in a state folder, but for what was put away."""
    return [f for f in state.rglob("*") if f.is_file() and f.parent.name != "put-away"]


async def _until(holds: Callable[[], bool]) -> None:
    """Look every little while, up to twenty seconds."""
    for _ in range(400):
        if await asyncio.to_thread(holds):
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


async def test_a_password_that_is_not_there_is_said_before_anything_runs(
    shop: Project, tmp_path: Path
) -> None:
    """The variable is named."""
    project = entering(shop, {"mailboxes": {"x": {**BOX, "password": "env:LEITSTAND_NOT_SET"}}})
    async with opened(project, tmp_path) as leitstand:
        with pytest.raises(SecretMissing, match="LEITSTAND_NOT_SET"):
            open_triggers(leitstand)


async def test_a_wrong_password_is_said(
    shop: Project, tmp_path: Path, mailbox: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--once` the command fails; nothing of the password is in the error."""
    monkeypatch.setenv("LEITSTAND_TEST_WRONG", "geheimes-wort")
    settings = mailbox.settings(password="env:LEITSTAND_TEST_WRONG")
    with pytest.raises(Unreachable) as raised:
        await _once(shop, tmp_path, {"mailboxes": {"inbox": settings}})
    assert "geheimes-wort" not in str(raised.value)


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"mailboxes": {"x": {**BOX, "security": "none"}}}, "very machine"),
        ({"mailboxes": {"x": {**BOX, "done": "INBOX"}}}, "three"),
        ({"schedules": {"x": {"cron": "99 * * * *", "role": "buying"}}}, "99"),
        ({"schedules": {"x": {"cron": "0 8 * * *", "role": "buying", "zone": "Mars"}}}, "Mars"),
        ({"schedules": {"x": {"cron": "0 8 * * *", "role": "nobody"}}}, "nobody"),
        ({"folders": {"a": {"path": "in"}, "b": {"path": "./in"}}}, "one folder"),
    ],
)  # fmt: skip
async def test_settings_that_cannot_be_are_refused(
    shop: Project, tmp_path: Path, table: dict[str, Any], word: str
) -> None:
    """The message names what is wrong."""
    async with opened(entering(shop, table), tmp_path) as leitstand:
        with pytest.raises(ProjectRefused, match=word):
            open_triggers(leitstand)
