"""Halting in the browser: who may, what every page says, and what happens to a decision."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from leitstand.inbox import open_dossier
from leitstand.project import Project
from leitstand.table import Web
from leitstand.web import Site, open_site
from tests.channels.conftest import shop
from tests.channels.house import CLERK, HEAD, PASSPHRASE, Chat, Wire, chatting, vouchers
from tests.web.conftest import Client, client_of, hidden

__all__ = ["shop"]


@dataclass
class Room:
    """A bill that waits, and somebody at a browser."""

    chat: Chat
    site: Site
    client: Client
    case: str

    async def say(self, on: str, role: str = "buying", reason: str = "falscher Lieferant") -> int:
        """Send the form of a role; the status of the answer."""
        fields = {"role": role, "on": on, "reason": reason}
        return (await self.client.post("/halt", fields)).status_code

    async def text(self, path: str) -> str:
        """A page."""
        return (await self.client.http.get(path)).text


@pytest.fixture
async def room(shop: Project, tmp_path: Path) -> AsyncIterator[Room]:
    """Heads may halt; one of them is logged in."""
    table = shop.table.model_copy(update={"web": Web(halt=("head",))})
    async with chatting(replace(shop, table=table), tmp_path, Wire()) as chat:
        case = await chat.bill("R-1", 25_000)
        async with open_site(chat.leitstand) as site, client_of(site) as client:
            await client.login(HEAD, PASSPHRASE)
            yield Room(chat, site, client, case)


async def test_a_halted_role_is_signed_for_and_carried_out_afterwards(room: Room) -> None:
    """Every page says who halted what and why; the signature is kept, its effect comes later."""
    assert "Gestoppt" not in await room.text("/")
    assert await room.say("0") == 303
    for path in ("/", "/monitor", "/exceptions", f"/case/{room.case}"):
        page = await room.text(path)
        assert re.search(r"Gestoppt: buying, seit .*Grund: falscher Lieferant", page)
        assert not re.findall(r"\bhalt\.[a-z_]+\b", page)
    [path] = re.findall(r'href="(/card/\w+)"', await room.text("/"))
    seen = hidden(await room.text(path), "seen")
    done = await room.client.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    assert "Die Rolle ist gestoppt" in done.text + await room.text(f"{path}/receipt")
    assert vouchers(room.chat.leitstand.state) == 0
    assert await room.say("1") == 303
    await room.chat.leitstand.runtime.run_until_idle()
    assert vouchers(room.chat.leitstand.state) == 1
    assert (await open_dossier(room.chat.leitstand, room.case)).status == "done"
    assert "Gestoppt" not in await room.text("/")


async def test_what_makes_no_sense_changes_nothing(room: Room) -> None:
    """No reason, no such role, halted twice, let go on what is not halted."""
    assert await room.say("0", reason=" ") == 422
    assert await room.say("0", role="other") == 404
    assert await room.say("1") == 422
    assert room.chat.leitstand.rules.halts.now() == ()
    assert await room.say("0", role="") == 303
    assert await room.say("0", role="") == 422
    assert await room.say("1") == 422
    [known] = room.chat.leitstand.rules.halts.now()
    assert (known.role, known.person) == ("", HEAD)


async def test_others_have_no_button_and_no_say(room: Room) -> None:
    """A clerk reads of it and can neither halt nor let go on; a stranger reads nothing."""
    assert 'action="/halt"' in await room.text("/monitor")
    assert await room.say("0") == 303
    async with client_of(room.site) as client:
        assert "Gestoppt" not in (await client.http.get("/login")).text
        await client.login(CLERK, PASSPHRASE)
        page = (await client.http.get("/monitor")).text
        assert "Gestoppt: buying" in page
        assert 'action="/halt"' not in page
        sent = await client.post("/halt", {"role": "buying", "on": "1", "reason": ""})
        assert sent.status_code == 404
    assert len(room.chat.leitstand.rules.halts.now()) == 1


async def test_where_no_role_is_named_nobody_halts_in_the_browser(
    shop: Project, tmp_path: Path
) -> None:
    """The terminal is left then."""
    async with (
        chatting(shop, tmp_path, Wire()) as chat,
        open_site(chat.leitstand) as site,
        client_of(site) as client,
    ):
        await client.login(HEAD, PASSPHRASE)
        sent = await client.post("/halt", {"role": "", "on": "0", "reason": "x"})
        assert sent.status_code == 404
        assert chat.leitstand.rules.halts.now() == ()
