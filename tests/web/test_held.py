"""Held cases in the browser: why they stopped, what became of a write, and who lets them go on."""

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leitstand.errors import Unreachable
from leitstand.inbox import open_dossier
from leitstand.project import Project
from leitstand.runtime import Leitstand
from leitstand.table import Web
from leitstand.web import open_site
from tests.channels.conftest import shop
from tests.channels.house import CLERK, HEAD, PASSPHRASE, Chat, Wire, chatting, vouchers
from tests.web.conftest import Client, client_of

__all__ = ["shop"]


class Held:
    """A bill whose posting was lost on the way, and a person who looks at it."""

    def __init__(self, chat: Chat, client: Client, case: str) -> None:
        self.chat, self.client, self.case = chat, client, case

    async def status(self) -> tuple[str, str]:
        """Status of the case, and why."""
        leitstand = self.chat.leitstand
        found = await open_dossier(leitstand, self.case)
        return found.status, found.reason

    async def send(self, **fields: str) -> Any:  # noqa: ANN401 - an answer
        """Send the form; `_` in a name stands for a dot."""
        given = {name.replace("_0_", ".0.").replace("_0", ".0"): v for name, v in fields.items()}
        return await self.client.post(f"/case/{self.case}/release", given)


async def hold(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bill that is approved and then lost: neither sent for sure nor found."""
    case = await chat.bill("R-1", 25_000)
    port = port_of(chat.leitstand)

    async def lost(*_: object) -> None:
        raise Unreachable("the line is down")

    monkeypatch.setattr(port, "post", lost)
    monkeypatch.setattr(port, "found", lost)
    await chat.link(HEAD)
    await chat.deliver()
    await chat.say(HEAD, f"freigeben {chat.code(HEAD)}")
    for minutes in range(1, 30):
        monkeypatch.setattr(chat.leitstand.rules.clock, "time", _later(minutes))
        await chat.leitstand.runtime.run_until_idle()
    monkeypatch.undo()
    return case


def port_of(leitstand: Leitstand) -> Any:  # noqa: ANN401 - of the shop
    """The shop's books."""
    return next(c.adapter for c in leitstand.connections)


def _later(minutes: int) -> Any:  # noqa: ANN401 - a clock's hand
    return lambda: time.time() + minutes * 60


@pytest.fixture
async def held(
    shop: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Held]:
    """The case, held; a head may let it go on, a clerk may not."""
    table = shop.table.model_copy(update={"web": Web(release=("head",))})
    async with chatting(replace(shop, table=table), tmp_path, Wire()) as chat:
        case = await hold(chat, monkeypatch)
        async with open_site(chat.leitstand) as site, client_of(site) as client:
            await client.login(HEAD, PASSPHRASE)
            found = Held(chat, client, case)
            assert await found.status() == ("held", "unknown_effect")
            yield found


async def test_it_happened(held: Held) -> None:
    """What the system shows is typed in; the case goes on with it, and nothing is sent again."""
    page = (await held.client.http.get(f"/case/{held.case}")).text
    assert "Ausgang unbekannt" in page
    assert 'name="result.0.voucher_no"' in page
    assert not re.findall(r"\bheld\.[a-z_]+\b", page)
    wrong = await held.send(said_0="done", result_0_voucher_no="", reason="Im Buch nachgesehen")
    assert wrong.status_code == 422
    assert "Im Buch nachgesehen" in wrong.text
    done = await held.send(said_0="done", result_0_voucher_no="B-77", reason="Im Buch gesehen")
    assert done.status_code == 303
    assert (await held.status())[0] == "done"
    assert vouchers(held.chat.leitstand.state) == 0


async def test_it_did_not_happen(held: Held) -> None:
    """Said with a reason; the role hears that the write failed."""
    assert (await held.send(said_0="undone", reason="nachgesehen")).status_code == 422
    sent = await held.send(said_0="undone", why_0="nie angekommen", reason="nachgesehen")
    assert sent.status_code == 303
    assert (await held.status())[0] != "held"
    assert vouchers(held.chat.leitstand.state) == 0


async def test_left_open_the_system_is_asked_again(held: Held) -> None:
    """The line is up again: it was not there, is sent once, and the case ends."""
    assert (await held.send(reason="Leitung steht wieder")).status_code == 303
    assert (await held.status())[0] == "done"
    assert vouchers(held.chat.leitstand.state) == 1


async def test_who_may_not(held: Held) -> None:
    """No reason, another role, a case that is not held: nothing changes."""
    assert (await held.send(reason=" ")).status_code == 400
    async with client_of(held.client.site) as clerk:
        await clerk.login(CLERK, PASSPHRASE)
        assert "/release" not in (await clerk.http.get(f"/case/{held.case}")).text
        sent = await clerk.post(f"/case/{held.case}/release", {"reason": "darum"})
        assert sent.status_code == 409
    assert await held.status() == ("held", "unknown_effect")
    await held.send(reason="Leitung steht wieder")
    assert (await held.send(reason="noch einmal")).status_code == 409
