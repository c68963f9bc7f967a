"""Health: what a watcher is told, and that it is told the truth."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from leitstand.errors import StoreFailed
from leitstand.project import Project
from leitstand.store.halts import Halt
from leitstand.web import Site, health, open_site
from tests.channels.conftest import shop
from tests.channels.house import Chat, Wire, chatting
from tests.web.conftest import client_of

__all__ = ["shop"]


@pytest.fixture
async def chat(shop: Project, tmp_path: Path) -> AsyncIterator[Chat]:
    """The shop with a bill that waits for a signature."""
    async with chatting(shop, tmp_path, Wire()) as found:
        await found.bill("R-1", 25_000)
        yield found


@pytest.fixture
async def site(chat: Chat) -> AsyncIterator[Site]:
    """Its site."""
    async with open_site(chat.leitstand) as opened:
        yield opened


async def asked(site: Site) -> httpx.Response:
    """What is answered to somebody who is not logged in."""
    async with client_of(site) as client:
        return await client.http.get("/health")


async def test_it_says_what_waits_and_nothing_about_anybody(site: Site, chat: Chat) -> None:
    """Lengths of queues and ages; no name, no title, no case."""
    chat.leitstand.rules.halts.say(Halt("", "ben", "Grund", 1.0), on=False)
    answer = await asked(site)
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["ok"], told["halted"]) == (200, True, ["*"])
    assert told["cases"] == {"waiting": 1}
    assert 0 <= told["last_commit_seconds"] < 600
    assert not {"R-1", "Rechnung", "ben", "Grund"} & {*answer.text.replace('"', " ").split()}


async def test_however_often_it_is_asked_one_row_is_written(site: Site, chat: Chat) -> None:
    """Twenty questions at once: one commit, one answer."""
    before = chat.leitstand.store.writer.commits
    answers = await asyncio.gather(*(asked(site) for _ in range(20)))
    assert {a.status_code for a in answers} == {200}
    assert chat.leitstand.store.writer.commits == before + 1


async def test_a_journal_that_takes_nothing_is_told(
    site: Site, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken, or merely stuck: 503 with the reason, within the time a watcher has."""
    monkeypatch.setattr(health, "KEPT", 0.0)

    async def never(_: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(health, "PATIENCE", 0.05)
        patch.setattr(chat.leitstand.store.writer, "work", never)
        stuck = await asked(site)
    assert (stuck.status_code, stuck.json()["ok"]) == (503, False)
    assert "took nothing" in stuck.json()["reason"]

    def full(_: object) -> None:
        raise StoreFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(chat.leitstand.store.writer, "work", full)
        broken = await asked(site)
    assert broken.status_code == 503
    assert "the disk is full" in broken.json()["reason"]
    assert (await asked(site)).status_code == 200


async def test_a_damaged_file_of_the_inbox_is_told(
    site: Site, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logins and drafts lie in a file of their own: once it is damaged, nobody can decide here."""
    monkeypatch.setattr(health, "KEPT", 0.0)
    file = chat.leitstand.state / "web.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("pragma wal_checkpoint(truncate)")
    assert (await asked(site)).status_code == 200
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    broken = await asked(site)
    assert (broken.status_code, broken.json()["ok"]) == (503, False)
    assert broken.json()["reason"].endswith(": web.db")
    file.write_bytes(whole)
