"""The page that links a chat: a person's own, by POST alone, shown once."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leitstand.project import Project
from leitstand.web import open_site
from tests.channels.house import HEAD, PASSPHRASE, Chat, Wire, chatting
from tests.web.conftest import Client, client_of


@pytest.fixture
async def sat(shop: Project, tmp_path: Path) -> AsyncIterator[tuple[Chat, Client]]:
    """Somebody who is logged in, with a card to look at."""
    async with chatting(shop, tmp_path, Wire()) as chat:
        await chat.bill("R-1", 25_000)
        async with (
            open_site(chat.leitstand, channels=chat.channels) as site,
            client_of(site) as client,
        ):
            assert (await client.login(HEAD, PASSPHRASE)).status_code == 303
            yield chat, client


def code_in(page: str) -> str:
    """The line to be typed."""
    found = re.search(r"<code>(.*?)</code>", page)
    assert found, page
    return html.unescape(found[1])


async def test_the_line_on_the_page_links_and_can_be_cut(sat: tuple[Chat, Client]) -> None:
    """Typed as it is shown it links; the page then names the link, and cutting removes it."""
    chat, client = sat
    line = code_in((await client.post("/me/chat", {})).text)
    reply = await chat.say(HEAD, line)
    assert reply is not None
    assert reply.outcome == "linked"
    page = (await client.http.get("/me/chat")).text
    assert f"@{HEAD}" in page
    assert "<code>" not in page
    await client.post("/me/chat/cut", {"channel": "wire", "identity": f"@{HEAD}"})
    assert not await chat.channels.links.of()


async def test_nobody_gets_a_code_without_session_or_token(sat: tuple[Chat, Client]) -> None:
    """A GET shows none, a form from elsewhere is refused, a stranger is sent to the login."""
    chat, client = sat
    assert "<code>" not in (await client.http.get("/me/chat")).text
    assert (await client.http.post("/me/chat", data={"token": "x"})).status_code == 403
    client.http.cookies.clear()
    assert (await client.post("/me/chat", {})).status_code == 303
    assert not await chat.channels.links.of()


async def test_without_channels_the_page_says_so(shop: Project, tmp_path: Path) -> None:
    """It offers nothing that could not work."""
    async with chatting(shop, tmp_path, Wire()) as chat:
        await chat.bill("R-1", 25_000)
        async with open_site(chat.leitstand) as site, client_of(site) as client:
            await client.login(HEAD, PASSPHRASE)
            assert "kein Chat eingerichtet" in (await client.http.get("/me/chat")).text
            assert (await client.post("/me/chat", {})).status_code == 404
