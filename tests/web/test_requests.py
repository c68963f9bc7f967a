"""Requests that no page of ours would make: refused, nothing decided, nothing lost."""

import asyncio
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.web.conftest import (
    CLERK,
    DIRECTOR,
    DOUBLE,
    HEAD,
    OTHER_HEAD,
    SIMPLE,
    Client,
    House,
    client_of,
    hidden,
    opened,
    untouched,
)

pytestmark = pytest.mark.anyio


async def other(client: Client, house: House, name: str) -> Client:
    """Another person at the same server."""
    http = httpx.AsyncClient(transport=client.transport, base_url="http://inbox.test")
    made = Client(http, client.site, client.transport)
    assert (await made.login(name, house.passphrases[name])).status_code == 303
    return made


async def test_a_wrong_passphrase_keeps_the_name_and_the_way(head: Client) -> None:
    """Who mistypes types one thing anew, and then comes to the page that a link led to."""
    page = (await head.http.get("/login?next=/history")).text
    way = re.findall(r'name="next" value="([^"]*)"', page)[-1]
    fields = {"token": hidden(page, "token"), "name": HEAD, "passphrase": "mistyped", "next": way}
    again = await head.http.post("/login", data=fields)
    assert (again.status_code, hidden(again.text, "name")) == (401, HEAD)
    assert re.findall(r'name="next" value="([^"]*)"', again.text)[-1] == way == "/history"
    assert "mistyped" not in again.text


@pytest.mark.slow
async def test_a_get_decides_nothing(head: Client, house: House) -> None:
    """A mail scanner that follows every link of every page, as somebody who is logged in."""
    path, seen = await head.card(SIMPLE)
    with untouched(house):
        places = {"/", "/?all=1", "/exceptions", "/history", "/monitor", path}
        for place in sorted(places):
            for link in re.findall(
                r'(?:href|formaction|action)="(/[^"]*)"', (await head.http.get(place)).text
            ):
                await head.http.get(link)
        for end in ("decide", "ask", "delegate", "later", "draft"):
            query = {"answer": "approve", "seen": seen, "token": head.token}
            assert (await head.http.get(f"{path}/{end}", params=query)).status_code == 405
        assert (await head.http.get("/batch", params={"token": head.token})).status_code == 405


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"seen": "0" * 32}, 409),
        ({"seen": ""}, 400),
        ({"answer": "maybe"}, 400),
        ({"answer": ""}, 400),
        ({"token": "0" * 32}, 403),
        ({"token": ""}, 403),
        ({"token": "ä"}, 403),
        ({"reason": "x" * 5_000}, 400),
        ({"reason": "x" * 1_000_000}, 413),
        ({"answer": "reject"}, 409),
        ({"answer": "edit"}, 409),
        ({"answer": "edit", "edit.account": "nothing such"}, 422),
        ({"answer": "edit", "edit.not_there": "x"}, 422),
        ({"answer": "edit", "edit.account": "4210"}, 422),
        ({"answer": "edit", "edit.gross_cents": "3.391"}, 422),
        ({"answer": "edit", "edit.gross_cents": "33.91,50"}, 422),
        ({"answer": "edit", "edit.tax_case": "elsewhere"}, 422),
        ({"answer": "approve", "edit.account": "office"}, 422),
    ],
)
async def test_a_forged_form_is_refused(
    head: Client, house: House, change: dict[str, str], status: int
) -> None:
    """Wrong digest, answer, token, length, value: a page says so, and nothing is decided."""
    path, seen = await head.card(SIMPLE)
    with untouched(house):
        fields = {"answer": "approve", "seen": seen, "token": head.token} | change
        answer = await head.http.post(f"{path}/decide", data=fields)
        assert answer.status_code == status
        assert "<h1>" in answer.text
    done = await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    assert done.status_code == 200
    assert "2026-000001" in done.text


@pytest.mark.slow
async def test_a_form_from_another_site_is_refused(head: Client, house: House) -> None:
    """Even with the right token."""
    path, seen = await head.card(SIMPLE)
    with untouched(house):
        fields = {"answer": "approve", "seen": seen}
        answer = await head.post(f"{path}/decide", fields, origin="https://evil.example")
        assert answer.status_code == 403
        for place in ("/login", "/logout", "/language"):
            found = await head.http.post(place, data={}, headers={"origin": "https://evil.example"})
            assert found.status_code == 403


@pytest.mark.slow
async def test_a_replayed_form_gets_a_receipt(head: Client, house: House) -> None:
    """The second time it is refused, with who decided and when; the effect is one."""
    path, seen = await head.card(SIMPLE)
    fields = {"answer": "approve", "seen": seen}
    assert (await head.post(f"{path}/decide", fields)).status_code == 200
    with untouched(house):
        again = await head.post(f"{path}/decide", fields)
    assert again.status_code == 409
    assert "schon entschieden: ausgeführt, von Ben Krüger am" in again.text


@pytest.mark.slow
async def test_the_same_card_by_two_people_in_the_same_moment(head: Client, house: House) -> None:
    """One decides, the other is told; one voucher is posted."""
    colleague = await other(head, house, OTHER_HEAD)
    path, seen = await head.card(SIMPLE)
    fields = {"answer": "approve", "seen": seen}
    answers = await asyncio.gather(
        *(one.post(f"{path}/decide", fields) for one in (head, colleague, head, colleague))
    )
    assert {a.status_code for a in answers} <= {200, 409}
    assert 200 in {a.status_code for a in answers}
    case = re.search(r'href="(/case/\w+)"', (await head.http.get(path)).text)
    assert case
    page = (await head.http.get(case[1])).text
    assert len(re.findall(r"<li>Bucht [^<]*<small>· ausgeführt", page, re.IGNORECASE)) == 1


@pytest.mark.slow
async def test_who_has_signed_is_told_so(head: Client) -> None:
    """Whoever looks again at what a second one has still to sign; not that others decide here."""
    path, seen = await head.card(DOUBLE)
    assert "schon unterschrieben" not in (await head.http.get(path)).text
    await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    page = (await head.http.get(path)).text
    assert "Sie haben schon unterschrieben" in page
    assert "Hier entscheiden:" not in page


@pytest.mark.slow
async def test_the_list_says_of_the_way_back_what_the_card_says(head: Client, house: House) -> None:
    """Leave that can be taken back is never called final, nor an erasure the contrary."""
    for name, shown in (("frieda.lorenz", "Ja"), ("karin.ohm", "Nein"), (HEAD, "Ja")):
        person = await other(head, house, name)
        page = (await person.http.get("/")).text
        assert set(re.findall(r"Umkehrbar: (\w+)", page)) == {shown}
        card = re.search(r'href="(/card/\w+)"', page)
        assert card
        assert f"<b>Umkehrbar:</b> {shown}:" in (await person.http.get(card[1])).text


@pytest.mark.slow
async def test_a_card_says_whose_it_is_and_how_many(head: Client, house: House) -> None:
    """The heading of an erasure names the person and counts; new pay, whose it is."""
    officer = await other(head, house, "karin.ohm")
    effects = re.findall(r"<strong>(Führt[^<]*)", (await officer.http.get("/")).text)
    erased = [e for e in effects if "max.mustermann@example.org" in e]
    assert len(set(effects)) == len(effects) == 5
    assert erased
    assert erased[0].endswith("Datensätze: 1 einschränken und aufbewahren, 3 löschen")
    director = await other(head, house, DIRECTOR)
    assert "Schlägt für Lena Fuchs vor" in (await director.http.get("/")).text


@pytest.mark.slow
async def test_a_field_that_a_rule_asks_for_is_in_sight_and_in_words(head: Client) -> None:
    """The rate of a foreign currency: by its field's name, and not among the empty."""
    path, _ = await head.card("AP-D05.xml")
    page = (await head.http.get(path)).text
    assert "exchange_micros eintragen" not in page
    assert "Tageskurs als Kurs (in Millionstel" in page
    assert page.index('name="edit.exchange_micros"') < page.index("<summary>Leere Angaben")


@pytest.mark.slow
async def test_what_was_put_off_is_found_under_all(head: Client, house: House) -> None:
    """One click too many on "later" hides a card from the own list alone."""
    manager = await other(head, house, "frieda.lorenz")
    path, seen = await manager.card("LV-D01")
    await manager.post(f"{path}/later", {"seen": seen})
    assert path not in (await manager.http.get("/")).text
    assert path in (await manager.http.get("/?all=1")).text


@pytest.mark.slow
async def test_an_action_that_changed_since_it_was_shown(head: Client, house: House) -> None:
    """A colleague edits first: the digest of the old card is refused, the new card is shown."""
    director = await other(head, house, DIRECTOR)
    path, seen = await head.card(DOUBLE)
    fields = {"answer": "edit", "seen": seen, "edit.account": "office"}
    assert (await director.post(f"{path}/decide", fields)).status_code == 200
    with untouched(house):
        stale = await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    assert stale.status_code == 409
    assert "geändert, seit" in stale.text
    assert "office" in stale.text
    fresh = await head.card(DOUBLE)
    assert fresh[1] != seen
    assert (
        await head.post(f"{path}/decide", {"answer": "approve", "seen": fresh[1]})
    ).status_code == 200


@pytest.mark.slow
async def test_a_session_that_is_over(head: Client, house: House) -> None:
    """The form leads to the login and back to its card; nothing is decided."""
    path, seen = await head.card(SIMPLE)
    with closing(sqlite3.connect(house.state / "web.db")) as database, database:
        database.execute("update sessions set until = 1")
    with untouched(house):
        fields = {"answer": "approve", "seen": seen}
        answer = await head.post(f"{path}/decide", fields)  # Our pages send no referrer.
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/login?next={path}"


@pytest.mark.slow
async def test_a_cookie_of_another_tenant(head: Client, house: House) -> None:
    """A session counts for the tenant that it was begun for."""
    with closing(sqlite3.connect(house.state / "web.db")) as database, database:
        database.execute("update sessions set tenant = 'another'")
    assert (await head.http.get("/")).headers["location"].startswith("/login")


@pytest.mark.slow
async def test_who_has_the_database_alone_cannot_sign(head: Client, house: House) -> None:
    """A session's key opens under its cookie only: an entry moved to another cookie is nobody's."""
    with closing(sqlite3.connect(house.state / "web.db")) as database:
        [(name, sealed)] = database.execute("select id, sealed from sessions")
    assert len(sealed) == 12 + 32 + 16
    director = await other(head, house, DIRECTOR)
    with closing(sqlite3.connect(house.state / "web.db")) as database, database:
        database.execute("update sessions set sealed = ? where id != ?", (sealed, name))
    assert (await director.http.get("/")).headers["location"].startswith("/login")


@pytest.mark.slow
async def test_a_person_who_is_gone_has_no_session(head: Client, house: House) -> None:
    """At the next request, not at the next login; a role that is taken away is gone as well."""
    directory = head.site.leitstand.directory
    person = directory.person(head.site.leitstand.tenant, HEAD)
    assert person is not None
    path, seen = await head.card(SIMPLE)
    directory.change(person.model_copy(update={"roles": ("clerk",)}))
    with untouched(house):
        answer = await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
        assert answer.status_code == 409
    file = house.state / "people.json"
    file.write_bytes(file.read_bytes().replace(b'"ben.krueger"', b'"ben.gone"'))
    assert (await head.http.get("/")).headers["location"].startswith("/login")


@pytest.mark.slow
async def test_too_many_wrong_passphrases(house: House, root: Path) -> None:
    """After five even the right one waits; the answer to a stranger's name is the same."""
    async with opened(house, root) as site, client_of(site) as client:
        wrong = [await client.login(HEAD, f"wrong-{n}-wrong") for n in range(5)]
        assert {a.status_code for a in wrong} == {401}
        locked = await client.login(HEAD, house.passphrases[HEAD])
        assert locked.status_code == 429
        stranger = await client.login("nobody", "wrong")
        assert stranger.status_code == 401
        assert _said(stranger) == _said(wrong[0])
        assert (await client.login(DIRECTOR, house.passphrases[DIRECTOR])).status_code == 303


@pytest.mark.slow
async def test_many_wrong_passphrases_at_once(house: House, root: Path) -> None:
    """Sent side by side, five are tried as well, and the right one among the others waits."""
    async with opened(house, root) as site, client_of(site) as client:
        token = hidden((await client.http.get("/login")).text, "token")
        phrases = [*(f"wrong-{n}-wrong" for n in range(11)), house.passphrases[HEAD]]
        tries = [{"token": token, "name": HEAD, "passphrase": phrase} for phrase in phrases]
        answers = await asyncio.gather(*(client.http.post("/login", data=one) for one in tries))
        assert [a.status_code for a in answers].count(401) == 5
        assert [a.status_code for a in answers].count(429) == 7


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_the_login_leads_nowhere_else(house: House, root: Path, place: str) -> None:
    """Whatever `next` says: afterwards one is in the inbox."""
    async with opened(house, root) as site, client_of(site) as client:
        page = await client.http.get("/login", params={"next": place})
        token = re.search(r'name="token" value="([^"]+)"', page.text)
        assert token
        fields = {"token": token[1], "name": HEAD, "passphrase": house.passphrases[HEAD]}
        answer = await client.http.post("/login", data=fields | {"next": place})
        assert answer.headers["location"] == "/"


@pytest.mark.slow
async def test_who_may_not_decide_is_refused_by_the_core(head: Client, house: House) -> None:
    """A clerk who forges the form of a head of department (R12)."""
    clerk = await other(head, house, CLERK)
    path, seen = await head.card(SIMPLE)
    with untouched(house):
        answer = await clerk.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    assert answer.status_code == 409
    assert "Rollen" in answer.text


@pytest.mark.slow
async def test_a_batch_that_is_none(head: Client, house: House) -> None:
    """Different rules, more than may be, another's card, a stale digest: none or only that one."""
    cards = {title: await head.card(title) for title in (SIMPLE, "AP-D03.xml", DOUBLE)}

    def picked(*titles: str) -> dict[str, str]:
        return {f"card.{cards[t][0].rpartition('/')[2]}": cards[t][1] for t in titles}

    with untouched(house):
        assert (await head.post("/batch", picked(SIMPLE, "AP-D03.xml"))).status_code == 400
        assert (await head.post("/batch", {})).status_code == 400
        assert (await head.post("/batch", picked(SIMPLE) | {"card.0000": "x"})).status_code == 400
        stale = dict.fromkeys(picked(SIMPLE), "0" * 32)
        assert "geändert, seit" in (await head.post("/batch", stale)).text


@pytest.mark.slow
async def test_every_answer_says_what_may_run(head: Client) -> None:
    """No inline script, no foreign source, no frame; pages are not kept."""
    path, _ = await head.card(SIMPLE)
    for place in ("/", path, "/login", "/nothing", "/static/inbox.css"):
        headers = (await head.http.get(place)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert "no-store" in (await head.http.get(path)).headers["cache-control"]
    cookie = next(c for c in head.http.cookies.jar if c.name == "leitstand")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"


def _said(answer: httpx.Response) -> str:
    found = re.search(r'role="alert">([^<]+)<', answer.text)
    assert found
    return found[1]


@pytest.mark.slow
async def test_a_login_takes_as_long_for_a_name_that_nobody_has(house: House, root: Path) -> None:
    """Who is in the directory cannot be told from the time that a refusal takes."""
    async with opened(house, root) as site, client_of(site) as client:

        async def seconds(name: str) -> float:
            begun = time.perf_counter()
            assert (await client.login(name, "wrong passphrase")).status_code == 401
            return time.perf_counter() - begun

        known = min([await seconds(HEAD) for _ in range(3)])
        unknown = min([await seconds(f"nobody.{n}") for n in range(3)])
        assert known / 2 < unknown < known * 2


@pytest.mark.slow
async def test_advice_is_in_the_readers_language(head: Client) -> None:
    """What a rule advises to do is German on a German card, English on an English one."""
    path, _ = await head.card(SIMPLE)
    german = (await head.http.get(path)).text
    assert "Prüfen und unterschreiben" in german
    assert "Check and sign" not in german
    head.http.cookies.set("lang", "en")
    english = (await head.http.get(path)).text
    assert "Check and sign" in english
    assert "Prüfen und unterschreiben" not in english
