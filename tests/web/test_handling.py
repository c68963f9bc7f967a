"""Exceptions worked in the browser: who may, what is refused, and the effect in the end."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leitstand.inbox import exceptions_of, open_dossier, texts_of
from leitstand.project import Project
from leitstand.web import open_site
from tests.channels.conftest import shop
from tests.channels.house import CLERK, HEAD, PASSPHRASE, Chat, Wire, chatting, vouchers
from tests.web.conftest import Client, client_of

__all__ = ["shop"]


class Left:
    """A bill of a blocked supplier, which left the automation for the clerks."""

    def __init__(self, chat: Chat, client: Client, case: str) -> None:
        self.chat, self.client, self.case = chat, client, case

    async def status(self) -> str:
        """Where the case stands."""
        leitstand = self.chat.leitstand
        return (await open_dossier(leitstand, self.case)).status

    async def act(self, act: str, **fields: str) -> tuple[int, str]:
        """Send the form with one of its buttons; status and page."""
        sent = await self.client.post(f"/case/{self.case}/handle", {"act": act, **fields})
        return sent.status_code, sent.text


def block(chat: Chat, *, blocked: bool) -> None:
    """The supplier's master record."""
    file = chat.leitstand.state / "suppliers.json"
    file.write_text(json.dumps({"acme": {"blocked": blocked}}), "utf-8")


@pytest.fixture
async def left(shop: Project, tmp_path: Path) -> AsyncIterator[Left]:
    """The case, in the queue; a head looks at it first."""
    async with chatting(shop, tmp_path, Wire()) as chat:
        block(chat, blocked=True)
        case = await chat.bill("R-1", 5_000)
        async with open_site(chat.leitstand) as site, client_of(site) as client:
            await client.login(HEAD, PASSPHRASE)
            found = Left(chat, client, case)
            assert await found.status() == "exception"
            yield found


async def test_a_clerk_lets_it_go_on_once_the_cause_is_gone(left: Left) -> None:
    """Still blocked it comes back; unblocked it is booked, once."""
    await left.client.login(CLERK, PASSPHRASE)
    page = (await left.client.http.get(f"/case/{left.case}")).text
    assert f'action="/case/{left.case}/handle"' in page
    assert not re.findall(r"\bhandling\.[a-z_]+\b", page)
    assert (await left.act("retry"))[0] == 303
    assert (await left.status(), vouchers(left.chat.leitstand.state)) == ("exception", 0)
    block(left.chat, blocked=False)
    assert (await left.act("retry", reason="Sperre aufgehoben"))[0] == 303
    assert (await left.status(), vouchers(left.chat.leitstand.state)) == ("done", 1)
    page = (await left.client.http.get(f"/case/{left.case}")).text
    assert "Sperre aufgehoben" in page
    assert "Fortgesetzt von" in page
    status, said = await left.act("retry")
    assert (status, "schon fortgesetzt" in said) == (409, True)
    assert vouchers(left.chat.leitstand.state) == 1


async def test_it_says_what_the_rule_found_and_what_was_meant(left: Left) -> None:
    """In the list and on the case's page: nobody has to look for it in the journal."""
    await left.client.login(CLERK, PASSPHRASE)
    for path in ("/exceptions", f"/case/{left.case}"):
        page = (await left.client.http.get(path)).text
        assert "Lieferant ist gesperrt. Der Stammsatz trägt eine Sperre." in page
        assert re.search(r"beabsichtigt war: [^<]*R-1[^<]*50,00", page)


async def test_who_does_not_take_over_is_offered_nothing(left: Left) -> None:
    """A head sees the case and no form; sent all the same, nothing changes."""
    page = (await left.client.http.get(f"/case/{left.case}")).text
    assert f'action="/case/{left.case}/handle"' not in page
    for act in ("retry", "close", "assign"):
        assert (await left.act(act, reason="weil", to="head"))[0] == 409
    assert await left.status() == "exception"


async def test_it_is_handed_over_and_closed(left: Left) -> None:
    """To the heads, by name in the list; closing asks for a reason (R15)."""
    await left.client.login(CLERK, PASSPHRASE)
    assert (await left.act("assign", to="nobody"))[0] == 409
    assert (await left.act("assign", to="head", reason="bitte ansehen"))[0] == 303
    assert (await left.act("close", reason="nicht mehr meins"))[0] == 409
    await left.client.login(HEAD, PASSPHRASE)
    assert (await left.act("close"))[0] == 409
    assert (await left.act("close", reason="erledigt"))[0] == 303
    assert await left.status() == "rejected"


async def test_forms_that_are_none_change_nothing(left: Left) -> None:
    """No button, an unknown one, nothing supplied, a field that is not asked, too long a reason."""
    await left.client.login(CLERK, PASSPHRASE)
    assert (await left.act(""))[0] == 400
    assert (await left.act("burn"))[0] == 400
    assert (await left.act("supply"))[0] == 422
    assert (await left.act("supply", **{"value.name": "R-2"}))[0] == 409
    assert (await left.act("retry", reason="x" * 2_001))[0] == 400
    assert await left.status() == "exception"


async def test_all_of_one_cause_go_on_together(left: Left) -> None:
    """By one button, offered to who takes over and for one cause alone; each is booked once."""
    second = await left.chat.bill("R-2", 6_000)
    entries, _ = await exceptions_of(left.chat.leitstand, texts_of("de"))
    assert {e.case for e in entries} == {left.case, second}
    (cause,) = {e.cause for e in entries}
    page = (await left.client.http.get(f"/exceptions?cause={cause}")).text
    assert "/exceptions/retry" not in page
    await left.client.login(CLERK, PASSPHRASE)
    assert "/exceptions/retry" not in (await left.client.http.get("/exceptions")).text
    page = (await left.client.http.get(f"/exceptions?cause={cause}")).text
    assert "Alle 2 hier gezeigten" in page
    block(left.chat, blocked=False)
    fields = dict(re.findall(r'name="(case\.\w+)" value="([^"]*)"', page))
    sent = await left.client.post("/exceptions/retry", {**fields, "case.nobody": "R-3"})
    assert sent.text.count("Der Vorgang läuft weiter.") == 2
    assert "R-3: " in sent.text
    assert vouchers(left.chat.leitstand.state) == 2
    again = await left.client.post("/exceptions/retry", fields)
    assert again.text.count("schon fortgesetzt") == 2
    assert vouchers(left.chat.leitstand.state) == 2
