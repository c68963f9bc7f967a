"""People: the first by a one-time link, others by invitation; whoever is out has nothing left."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from leitstand.project import load_project
from leitstand.runtime import open_leitstand
from leitstand.web import Site, first_key, open_site
from tests.web.conftest import Client, client_of

pytestmark = pytest.mark.slow

PHRASE = "korrekt pferd batterie"


@pytest.fixture
def empty(tmp_path: Path, root: Path) -> "Empty":
    """A state without cases and people."""
    return Empty(tmp_path / "state", root)


class Empty:
    """Opens a site over a state folder of its own."""

    def __init__(self, state: Path, root: Path) -> None:
        self.state, self.root = state, root

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[Site]:
        """The site."""
        leitstand = await open_leitstand(load_project(self.root), state=self.state)
        try:
            async with open_site(leitstand) as site:
                yield site
        finally:
            await leitstand.close()


async def begin(client: Client, key: str, **fields: str) -> httpx.Response:
    """Send the form behind a link."""
    form = {"key": key, "passphrase": PHRASE, "again": PHRASE} | fields
    return await client.http.post("/begin", data=form)


async def admin_of(client: Client) -> None:
    """The first person, logged in."""
    await begin(client, await first_key(client.site), name="Ida Admin")
    await client.login("ida.admin", PHRASE)


async def invited(client: Client, **fields: str) -> str:
    """The key of a link that an admin gets for somebody."""
    page = await client.post("/people/invite", fields)
    found = re.search(r"http://inbox\.test/begin\?key=([\w-]{43})<", page.text)
    assert found, page.text
    return found[1]


async def test_the_first_person_comes_by_a_link(empty: Empty) -> None:
    """Once, kept as a hash, with the roles chosen; afterwards no such link is made any more."""
    async with empty.opened() as site, client_of(site) as client:
        key = await first_key(site)
        assert key.encode() not in (empty.state / "web.db").read_bytes()
        page = await client.http.get("/begin", params={"key": key})
        assert page.status_code == 200
        assert "Abteilungsleitung" in page.text
        role = {"role.department_head": "1", "role.made_up": "1"}
        wrong = await begin(client, key, name="Ida Admin", again="anders anders")
        assert wrong.status_code == 400
        assert (await begin(client, key, name="李")).status_code == 400
        made = await begin(client, key, name="Ida Admin", **role)
        assert made.headers["location"] == "/login"
        [person] = site.leitstand.directory.everybody(site.leitstand.tenant)
        assert (person.id, person.roles) == ("ida.admin", ("admin", "department_head"))
        assert (await begin(client, key, name="Eve")).status_code == 410
        assert await first_key(site) == ""
        assert (await client.login("ida.admin", PHRASE)).status_code == 303


@pytest.mark.parametrize("key", ["", "x", "x" * 43])
async def test_no_link_no_person(empty: Empty, key: str) -> None:
    """A guessed key makes nobody."""
    async with empty.opened() as site, client_of(site) as client:
        await first_key(site)
        assert (await begin(client, key, name="Eve")).status_code == 410
        assert not site.leitstand.directory.everybody(site.leitstand.tenant)


async def test_a_link_is_over_after_an_hour(empty: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    """And an older one when a newer is made; a second first person is not made either."""
    async with empty.opened() as site, client_of(site) as client:
        old, new = await first_key(site), await first_key(site)
        assert (await begin(client, old, name="Eve")).status_code == 410
        clock = site.leitstand.rules.clock
        later = clock.time() + 3601
        monkeypatch.setattr(clock, "time", lambda: later)
        assert (await begin(client, new, name="Eve")).status_code == 410
        assert not site.leitstand.directory.everybody(site.leitstand.tenant)


async def test_people_set_their_own_passphrase(empty: Empty) -> None:
    """An invitation carries name and roles; whoever opens it chooses neither, and once only."""
    async with empty.opened() as site, client_of(site) as client, client_of(site) as other:
        await admin_of(client)
        key = await invited(client, name="Jürgen Groß", **{"role.department_head": "1"})
        assert "eingeladen" in (await client.http.get("/people")).text
        forged = {"name": "Eve", "role.admin": "1"}
        assert (await begin(other, key, **forged)).status_code == 303
        person = site.leitstand.directory.person(site.leitstand.tenant, "juergen.gross")
        assert person is not None
        assert person.roles == ("department_head",)
        assert (await begin(other, key)).status_code == 410
        assert (await other.login("Jürgen Groß", PHRASE)).status_code == 303
        assert (await other.http.get("/people")).status_code == 403
        for path in ("invite", "roles", "sessions", "remove"):
            answer = await other.post(f"/people/{path}", {"person": "ida.admin", "role.admin": "1"})
            assert answer.status_code == 403
        again = await client.post("/people/invite", {"name": "Jürgen Groß", "role.clerk": "1"})
        assert again.status_code == 400


async def test_a_lost_passphrase_is_replaced_by_its_owner(empty: Empty) -> None:
    """A new link, a new key: the old passphrase and all sessions are over."""
    async with empty.opened() as site, client_of(site) as client, client_of(site) as other:
        await admin_of(client)
        key = await invited(client, name="Bea Blum", **{"role.clerk": "1"})
        await begin(other, key)
        await other.login("bea.blum", PHRASE)
        before = other.person
        key = await invited(client, person="bea.blum")
        fresh = {"passphrase": "ganz neue worte", "again": "ganz neue worte"}
        assert (await begin(other, key, **fresh)).status_code == 303
        assert (await other.http.get("/")).headers["location"].startswith("/login")
        assert (await other.login("bea.blum", PHRASE)).status_code == 401
        assert (await other.login("bea.blum", "ganz neue worte")).status_code == 303
        assert other.person.roles == before.roles
        assert other.person.public_key != before.public_key


async def test_who_is_out_has_nothing_left(empty: Empty) -> None:
    """Roles at the next request; ended sessions; taken out and in again: nothing of the old one."""
    async with empty.opened() as site, client_of(site) as client, client_of(site) as other:
        await admin_of(client)
        await begin(other, await invited(client, name="Bea Blum", **{"role.admin": "1"}))
        await other.login("bea.blum", PHRASE)
        assert (await other.http.get("/people")).status_code == 200
        await client.post("/people/roles", {"person": "bea.blum", "role.clerk": "1"})
        assert (await other.http.get("/people")).status_code == 403
        await client.post("/people/sessions", {"person": "bea.blum"})
        assert (await other.http.get("/")).headers["location"].startswith("/login")
        await other.login("bea.blum", PHRASE)
        await client.post("/people/remove", {"person": "bea.blum"})
        assert (await other.http.get("/")).headers["location"].startswith("/login")
        assert (await other.login("bea.blum", PHRASE)).status_code == 401
        key = await invited(client, name="Bea Blum", **{"role.clerk": "1"})
        fresh = {"passphrase": "ganz neue worte", "again": "ganz neue worte"}
        assert (await begin(other, key, **fresh)).status_code == 303
        assert (await other.login("bea.blum", "ganz neue worte")).status_code == 303


async def test_somebody_stays_who_can_manage(empty: Empty) -> None:
    """The last admin can neither go nor give the role away."""
    async with empty.opened() as site, client_of(site) as client:
        await admin_of(client)
        me = {"person": "ida.admin"}
        assert (await client.post("/people/remove", me)).status_code == 409
        assert (await client.post("/people/roles", me | {"role.clerk": "1"})).status_code == 409
        assert (await client.post("/people/roles", me)).status_code == 400
        assert client.person.roles == ("admin",)
