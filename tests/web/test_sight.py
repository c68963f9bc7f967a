"""Need to know: cases of a role that is named are seen by its roles and by those who are asked."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from leitstand.project import load_project
from leitstand.runtime import Leitstand, open_leitstand
from leitstand.store.erasure import erase, restrict
from leitstand.store.schema import cases, checkpoints
from leitstand.table import Web
from leitstand.web import Site, open_site
from tests.web.conftest import CLERK, DIRECTOR, HEAD, SIMPLE, Client, House, client_of, untouched

pytestmark = pytest.mark.slow

OTHER = "emil.voss"
LISTS = ("/?all=1", "/exceptions", "/history", "/cases", "/monitor?days=")
SEES = {"accounting": ("managing_director",)}


@asynccontextmanager
async def seen_by(
    house: House, root: Path, sees: Mapping[str, tuple[str, ...]]
) -> AsyncGenerator[Site]:
    """The site where these roles see."""
    project = load_project(root)
    table = project.table.model_copy(update={"web": Web(sees=dict(sees))})
    leitstand = await open_leitstand(replace(project, table=table), state=house.state)
    try:
        async with open_site(leitstand) as site:
            yield site
    finally:
        await leitstand.close()


async def named(leitstand: Leitstand, role: str) -> dict[str, str]:
    """Titles of a role's cases by their ids."""
    query = select(cases.c.ulid, cases.c.title).where(cases.c.role == role)
    return await leitstand.store.read(lambda c: {r.ulid: r.title for r in c.execute(query)})


async def asking(leitstand: Leitstand, role: str) -> set[str]:
    """Cases that ask a role of people, or have."""
    query = select(cases.c.ulid, checkpoints.c.roles).join(
        checkpoints, checkpoints.c.case_no == cases.c.case_no
    )
    rows = await leitstand.store.read(lambda c: c.execute(query).all())
    return {row.ulid for row in rows if role in row.roles.split(",")}


def told(pages: str, of: Mapping[str, str]) -> set[str]:
    """Cases that pages tell of, by title or id."""
    return {ulid for ulid, title in of.items() if ulid in pages or title in pages}


async def everything(client: Client) -> str:
    """All lists, one after the other."""
    return "".join([(await client.http.get(path)).text for path in LISTS])


async def test_a_named_role_is_hidden_everywhere(house: House, root: Path) -> None:
    """From somebody who is neither asked nor named: lists, counts, and every address (R12)."""
    async with (
        seen_by(house, root, SEES) as site,
        client_of(site) as head,
        client_of(site) as other,
    ):
        await head.login(HEAD, house.passphrases[HEAD])
        await other.login(OTHER, house.passphrases[OTHER])
        path, seen = await head.card(SIMPLE)
        yes = await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
        assert yes.status_code == 200
        [case] = re.findall(r"/case/\w+", (await head.http.get("/history")).text)
        hidden = await named(site.leitstand, "accounting")
        asked = await asking(site.leitstand, "compliance_officer")
        pages = await everything(other)
        assert told(pages, hidden) == told(pages, hidden) & asked
        assert len(hidden) > len(asked)
        assert SIMPLE not in pages
        with untouched(house):
            for address in (path, f"{path}/document", case, f"{case}/document"):
                assert (await other.http.get(address)).status_code == 404, address
            forms = ("decide", "ask", "delegate", "propose", "later", "draft")
            fields = {"answer": "approve", "seen": seen, "text": "Wer?", "to": HEAD, "rule": "x"}
            for form in forms:
                sent = await other.post(f"{path}/{form}", fields)
                assert sent.status_code == 404, form
            assert (await other.post(f"{case}/thread", {"text": "Wer?"})).status_code == 404
            assert (await other.post("/sample", {"ulid": case[6:], "said": "yes"})).is_error


async def test_who_is_named_or_asked_sees(house: House, root: Path) -> None:
    """The director all of them; a head what asks heads, also after it was decided."""
    async with (
        seen_by(house, root, SEES) as site,
        client_of(site) as head,
        client_of(site) as boss,
    ):
        await head.login(HEAD, house.passphrases[HEAD])
        await boss.login(DIRECTOR, house.passphrases[DIRECTOR])
        hidden = await named(site.leitstand, "accounting")
        asked = await asking(site.leitstand, "department_head")
        for ulid in hidden:
            assert (await boss.http.get(f"/case/{ulid}")).status_code == 200
            expected = 200 if ulid in asked else 404
            assert (await head.http.get(f"/case/{ulid}")).status_code == expected
        path, seen = await head.card(SIMPLE)
        await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
        assert SIMPLE in (await head.http.get("/history")).text


@pytest.mark.parametrize("sees", [{}, {"hr": ("hr_lead",)}], ids=["none", "another role"])
async def test_without_it_all_is_as_it_was(
    house: House, root: Path, sees: Mapping[str, tuple[str, ...]]
) -> None:
    """Everybody of the tenant sees the cases of roles that are not named."""
    async with seen_by(house, root, sees) as site, client_of(site) as client:
        await client.login(CLERK, house.passphrases[CLERK])
        for ulid in await named(site.leitstand, "accounting"):
            assert (await client.http.get(f"/case/{ulid}")).status_code == 200


async def test_counts_tell_nothing(house: House, root: Path) -> None:
    """The overview of somebody who sees no case counts none; samples draw none."""
    every = load_project(root).roles
    sees: dict[str, tuple[str, ...]] = dict.fromkeys(every, ("nobody",))
    async with seen_by(house, root, sees) as site, client_of(site) as client:
        person = site.leitstand.directory.person(site.leitstand.tenant, CLERK)
        assert person
        site.leitstand.directory.change(person.model_copy(update={"roles": ("visitor",)}))
        await client.login(CLERK, house.passphrases[CLERK])
        monitor = (await client.http.get("/monitor")).text
        assert "0 Vorgänge, davon 0 beendet" in monitor
        assert "0 warten insgesamt" in (await client.http.get("/?all=1")).text
        every = await named(site.leitstand, "accounting")
        sample = (await client.http.get("/sample")).text
        assert not told(sample + await everything(client), every)


async def test_what_was_erased_or_restricted_is_told(house: House, root: Path) -> None:
    """Its page says so and nothing of it; the lists still open, for the one role the case too."""
    async with seen_by(house, root, {}) as site, client_of(site) as head, client_of(site) as boss:
        await head.login(HEAD, house.passphrases[HEAD])
        await boss.login(DIRECTOR, house.passphrases[DIRECTOR])
        store = site.leitstand.store
        done = select(cases.c.ulid).where(cases.c.status == "done").limit(2)
        gone, kept = await store.read(lambda c: c.execute(done).scalars().all())
        await erase(store, gone, {"basis": "Art. 17"})
        said = {"roles": ["managing_director"], "until": "2034-12-31", "basis": "§ 147 AO"}
        await restrict(store, kept, said)
        erased, refused = [await head.http.get(f"/case/{ulid}") for ulid in (gone, kept)]
        assert (erased.status_code, refused.status_code) == (410, 403)
        assert "gelöscht" in erased.text
        assert "eingeschränkt" in refused.text
        assert (await boss.http.get(f"/case/{kept}")).status_code == 200
        for path in (*LISTS, "/sample"):
            assert (await head.http.get(path)).status_code == 200, path
