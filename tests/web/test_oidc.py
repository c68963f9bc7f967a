"""Logging in with the company's account: who gets in, who does not, and who is out again."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from leitstand.project import load_project
from leitstand.runtime import open_leitstand
from leitstand.web import OidcSettings, Site, open_site
from tests.web.conftest import HEAD, SIMPLE, Client, Hand, House, client_of, hidden, untouched
from tests.web.login_service import CLIENT, SECOND, SECRET, Service, running

pytestmark = pytest.mark.slow

URL = "https://inbox.test/"
ROLES = {"heads": ("department_head",), "clerks": ("clerk",), "owners": ("admin",)}


@pytest.fixture(scope="module")
def listening() -> Iterator[Service]:
    """One service for all tests of this file."""
    with running() as service:
        yield service


@pytest.fixture
def service(listening: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service as new, with Dagmar Haas of the heads; the secrets are in the environment."""
    monkeypatch.setenv("TEST_OIDC_SECRET", SECRET)
    monkeypatch.setenv("TEST_OIDC_KEY", "0123456789abcdef0123456789abcdef")
    listening.__dict__.update(Service(url=listening.url, back=f"{URL}oidc/callback").__dict__)
    listening.take("subject-1", "heads", name="Dagmar Haas")
    return listening


def settings(service: Service, **more: Any) -> OidcSettings:  # noqa: ANN401 - settings
    """Settings for this service."""
    table: dict[str, Any] = {
        "issuer": service.url,
        "client": CLIENT,
        "secret": "env:TEST_OIDC_SECRET",
        "key": "env:TEST_OIDC_KEY",
        "url": URL,
        "roles": ROLES,
    }
    return OidcSettings.model_validate(table | more, strict=False)


class Inbox:
    """Opens sites over one state, each with settings of its own; `clock` is the machine's."""

    def __init__(self, house: House, root: Path, service: Service) -> None:
        self.house, self.root, self.service = house, root, service

    @asynccontextmanager
    async def opened(self, **more: Any) -> AsyncGenerator[Site]:  # noqa: ANN401 - settings
        """The site; it asks the service before every page unless told otherwise."""
        clock = more.pop("clock", None) or Hand(time.time())
        leitstand = await open_leitstand(load_project(self.root), state=self.house.state)
        oidc = settings(self.service, **({"recheck_minutes": 0, "sign_seconds": 0} | more))
        try:
            async with open_site(leitstand, machine=clock, oidc=oidc) as site:
                yield site
        finally:
            await leitstand.close()


@pytest.fixture
def inbox(house: House, root: Path, service: Service) -> Inbox:
    """A demo's inbox, and the service."""
    return Inbox(house, root, service)


async def sent(client: Client, place: str = "/") -> dict[str, str]:
    """Set out and log in there; what the service sends back with."""
    out = await client.http.get("/oidc/login", params={"next": place})
    assert out.status_code == 303, out.text
    async with httpx.AsyncClient() as browser:
        back = await browser.get(out.headers["location"])
    place, _, query = back.headers["location"].partition("?")
    assert place == f"{URL}oidc/callback"
    return {name: values[0] for name, values in parse_qs(query).items()}


async def enter(client: Client, place: str = "/") -> httpx.Response:
    """Log in with the company's account."""
    answer = await client.http.get("/oidc/callback", params=await sent(client, place))
    if answer.status_code == 200:
        me = await client.http.get("/me")
        if me.status_code == 200:
            client.token = hidden(me.text, "token")
    return answer


def people(site: Site) -> list[str]:
    """The ids of everybody."""
    return [p.id for p in site.leitstand.directory.everybody(site.leitstand.tenant)]


async def test_login_and_decision(inbox: Inbox, service: Service) -> None:
    """Somebody new is made by the service's word, and signs with a key of their own."""
    async with inbox.opened() as site, client_of(site) as client:
        done = await enter(client, "/monitor?x=1")
        assert 'content="0;url=/monitor"' in done.text
        person = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
        assert person
        assert (person.name, person.roles) == ("Dagmar Haas", ("department_head",))
        path, seen = await client.card(SIMPLE)
        decided = await client.post(f"{path}/decide", {"answer": "approve", "seen": seen})
        assert "Dagmar Haas" in decided.text
        assert decided.status_code == 200


async def test_the_way_out(inbox: Inbox, service: Service) -> None:
    """Code, PKCE, state and nonce; the cookie of the trip is good for the trip alone."""
    async with inbox.opened() as site, client_of(site) as client:
        out = await client.http.get("/oidc/login")
        asked = parse_qs(urlsplit(out.headers["location"]).query)
        assert asked["response_type"] == ["code"]
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["redirect_uri"] == [f"{URL}oidc/callback"]
        assert len({*asked["state"], *asked["nonce"], *asked["code_challenge"]}) == 3
        cookie = out.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/oidc"))
        assert SECRET not in out.headers["location"]


Bent = Callable[[Service], object]
BENT: dict[str, Bent] = {
    "nonce": lambda s: s.bend.update(nonce="another"),
    "no nonce": lambda s: s.bend.update(nonce=None),
    "audience": lambda s: s.bend.update(aud="another-client"),
    "audiences without azp": lambda s: s.bend.update(aud=[CLIENT, "another"]),
    "azp": lambda s: s.bend.update(azp="another"),
    "issuer": lambda s: s.bend.update(iss="https://evil.example"),
    "expired": lambda s: s.bend.update(exp=1_000_000_000, iat=999_999_000),
    "no expiry": lambda s: s.bend.update(exp=None),
    "not yet": lambda s: s.bend.update(nbf=4_000_000_000),
    "no subject": lambda s: s.bend.update(sub=None),
    "at_hash": lambda s: s.bend.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "alg none": lambda s: setattr(s, "plain", True),
    "alg of a shared secret": lambda s: s.header.update(alg="HS256"),
    "alg not allowed": lambda s: s.header.update(alg="RS512"),
    "key": lambda s: setattr(s, "foreign", True),
    "unknown kid": lambda s: s.header.update(kid="unheard"),
    "required claim": lambda s: s.bend.update(tid="another-tenant"),
}


@pytest.mark.parametrize("wrong", BENT)
async def test_a_bent_token_is_refused(
    inbox: Inbox, service: Service, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No session, nobody made, one line in the log."""
    service.users["subject-1"]["tid"] = "ours"
    async with inbox.opened(require={"tid": "ours"}) as site, client_of(site) as client:
        before = people(site)
        BENT[wrong](service)
        with caplog.at_level(logging.WARNING, "leitstand.web.oidc"):
            answer = await enter(client)
        assert answer.status_code == 403
        assert "leitstand=" not in answer.headers.get("set-cookie", "").replace("_", "")
        assert (await client.http.get("/me")).status_code == 303
        assert people(site) == before
        [line] = [r.getMessage() for r in caplog.records if r.name == "leitstand.web.oidc"]
        assert "refused" in line
        assert "eyJ" not in line


async def test_a_callback_counts_once_and_in_its_own_browser(
    inbox: Inbox, service: Service
) -> None:
    """Wrong state, another browser, a replayed address or code, an error, another issuer."""
    async with inbox.opened() as site, client_of(site) as client, client_of(site) as thief:
        back = await sent(client)
        assert (await thief.http.get("/oidc/callback", params=back)).status_code == 403
        await thief.http.get("/oidc/login")
        assert (await thief.http.get("/oidc/callback", params=back)).status_code == 403
        for wrong in ({"state": "another"}, {"iss": "https://evil.example"}, {"code": "made-up"}):
            await client.http.get("/oidc/login")
            bad = await client.http.get("/oidc/callback", params=back | wrong)
            assert bad.status_code == 403, wrong
        back = await sent(client)
        cookie = client.http.cookies["leitstand_oidc"]
        assert (await client.http.get("/oidc/callback", params=back)).status_code == 200
        assert (await client.http.get("/oidc/callback", params=back)).status_code == 403
        client.http.cookies.set("leitstand_oidc", cookie, "inbox.test", "/oidc")
        assert (await client.http.get("/oidc/callback", params=back)).status_code == 403
        await client.http.get("/oidc/login")
        denied = {"error": "access_denied", "state": back["state"]}
        assert (await client.http.get("/oidc/callback", params=denied)).status_code == 403


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_nobody_is_sent_elsewhere(inbox: Inbox, place: str) -> None:
    """After the login there are pages of ours alone, whatever the address or the cookie says."""
    async with inbox.opened() as site, client_of(site) as client:
        assert 'content="0;url=/"' in (await enter(client, place)).text


async def test_identity_is_issuer_and_subject(inbox: Inbox, service: Service) -> None:
    """A namesake is somebody else, with another name; a local account is never taken over (R11)."""
    async with inbox.opened() as site, client_of(site) as client:
        tenant = site.leitstand.tenant
        local = site.leitstand.directory.person(tenant, HEAD)
        assert local
        service.take("subject-2", "clerks", name=local.name, email="ben.krueger@nordwerk.example")
        await enter(client)
        again = site.leitstand.directory.person(tenant, f"{HEAD}.2")
        assert again
        assert again.name == f"{local.name} (2)"
        assert again.roles == ("clerk",)
        assert site.leitstand.directory.person(tenant, HEAD) == local
        service.users["subject-2"]["name"] = "Benno Krug"
        await enter(client)
        assert people(site).count(f"{HEAD}.2") == 1
        renamed = site.leitstand.directory.person(tenant, f"{HEAD}.2")
        assert renamed
        assert renamed.name == "Benno Krug"
        assert renamed.public_key == again.public_key
        assert (await client.login(f"{HEAD}.2", "")).status_code == 401
        assert (await client.login(HEAD, inbox.house.passphrases[HEAD])).status_code == 303


@pytest.mark.parametrize(
    ("name", "identifier", "shown"),
    [
        ("李小龍", "person", "李小龍"),
        ("\u202eEve\n Mallory\u0000", "eve.mallory", "Eve Mallory"),
        (HEAD, f"{HEAD}.2", f"{HEAD} (2)"),
        ("", "person", "person"),
        (None, "person", "person"),
    ],
)
async def test_names_are_what_anybody_may_call_themselves(
    inbox: Inbox, service: Service, name: str | None, identifier: str, shown: str
) -> None:
    """No id to be made of it, signs that turn text round, an id as a name, none at all."""
    service.take("subject-3", "clerks", name=name)
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        found = site.leitstand.directory.person(site.leitstand.tenant, identifier)
        assert found
        assert found.name == shown


@pytest.mark.parametrize("refreshes", [True, False], ids=["refresh", "userinfo"])
async def test_changed_roles_take_effect(
    inbox: Inbox, service: Service, *, refreshes: bool
) -> None:
    """At the next request, for those of chat and substitutes too: the directory has them."""
    service.refreshes = refreshes
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        path, seen = await client.card(SIMPLE)
        service.users["subject-1"]["groups"] = ["clerks"]
        decided = await client.post(f"{path}/decide", {"answer": "approve", "seen": seen})
        assert decided.status_code == 409
        person = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
        assert person
        assert person.roles == ("clerk",)
        service.users["subject-1"]["groups"] = ["no such group"]
        assert (await client.http.get("/")).status_code == 303
        person = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
        assert person
        assert person.roles == ()


async def test_groups_that_only_the_id_token_names(inbox: Inbox, service: Service) -> None:
    """Without a refresh token the service can say that somebody is there, not in which groups."""
    service.refreshes = False
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        del service.users["subject-1"]["groups"]
        assert (await client.http.get("/me")).status_code == 200
        person = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
        assert person
        assert person.roles == ("department_head",)
        service.disable("subject-1")
        assert (await client.http.get("/me")).status_code == 303


@pytest.mark.parametrize("refreshes", [True, False], ids=["refresh", "userinfo"])
async def test_groups_that_userinfo_named(
    inbox: Inbox, service: Service, *, refreshes: bool
) -> None:
    """Where they stood there they are looked for there: gone is gone."""
    service.refreshes, service.bend["groups"] = refreshes, None
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        assert (await client.http.get("/me")).status_code == 200
        del service.users["subject-1"]["groups"]
        assert (await client.http.get("/me")).status_code == 303


@pytest.mark.parametrize("refreshes", [True, False], ids=["refresh", "userinfo"])
async def test_a_revoked_person_is_out(inbox: Inbox, service: Service, *, refreshes: bool) -> None:
    """Between two checks too: a form is taken after the service was asked, and signs nothing."""
    service.refreshes = refreshes
    async with inbox.opened(recheck_minutes=60) as site, client_of(site) as client:
        await enter(client)
        path, seen = await client.card(SIMPLE)
        service.disable("subject-1")
        with untouched(inbox.house):
            out = await client.post(f"{path}/decide", {"answer": "approve", "seen": seen})
            assert out.headers["location"].startswith("/login")
            assert (await client.http.get(path)).status_code == 303
        assert (await enter(client)).status_code in (403, 503)


async def test_it_is_asked_when_its_word_is_old(inbox: Inbox, service: Service) -> None:
    """Not before: pages go by what it said minutes ago, forms by what it said moments ago."""
    clock = Hand(time.time())
    more = {"recheck_minutes": 5, "sign_seconds": 30, "clock": clock}
    async with inbox.opened(**more) as site, client_of(site) as client:
        await enter(client)
        asked = len(service.asked)
        await client.http.get("/")
        await client.post("/me/absence", {})
        assert len(service.asked) == asked
        clock.now += 31
        await client.http.get("/")
        assert len(service.asked) == asked
        await client.post("/me/absence", {})
        assert service.asked[asked:] == ["/token"]
        clock.now += 301
        await client.http.get("/")
        assert service.asked[asked:] == ["/token"] * 2
        clock.now -= 900
        await client.http.get("/")
        assert service.asked[asked:] == ["/token"] * 3


async def test_requests_side_by_side_refresh_one_after_the_other(
    inbox: Inbox, service: Service
) -> None:
    """A refresh token is good once: ten requests at a time do not throw each other out."""
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        answers = await asyncio.gather(*(client.http.get("/history") for _ in range(10)))
        assert {a.status_code for a in answers} == {200}


async def test_the_service_is_down(inbox: Inbox, service: Service) -> None:
    """Pages stay readable for a while, nothing is signed, and the local admin gets in."""
    clock = Hand(time.time())
    async with (
        inbox.opened(hold_minutes=60, local="admin", clock=clock) as site,
        client_of(site) as client,
        client_of(site) as local,
    ):
        await enter(client)
        path, seen = await client.card(SIMPLE)
        back = await sent(local)
        service.down = True
        clock.now += 600
        with untouched(inbox.house):
            held = await client.post(f"{path}/decide", {"answer": "approve", "seen": seen})
            assert held.status_code == 503
            assert "nicht erreichbar" in held.text
        assert (await client.http.get(path)).status_code == 200
        clock.now += 3600
        assert (await client.http.get(path)).status_code == 503
        page = await local.http.get("/oidc/callback", params=back)
        assert page.status_code == 503
        assert "Anmeldung der Verwaltung" in page.text
        assert (await local.login(HEAD, inbox.house.passphrases[HEAD])).status_code == 401
        person = site.leitstand.directory.person(site.leitstand.tenant, HEAD)
        assert person
        site.leitstand.directory.change(person.model_copy(update={"roles": ("admin",)}))
        assert (await local.login(HEAD, inbox.house.passphrases[HEAD])).status_code == 303
        site.leitstand.directory.change(person)
        assert (await local.http.get("/me")).status_code == 303
        service.down = False
        clock.now -= 4200
        assert (await client.http.get(path)).status_code == 200


async def test_local_accounts_can_be_off(inbox: Inbox) -> None:
    """No form, no way past it, and no session of an account that was on before."""
    async with inbox.opened() as site, client_of(site) as client:
        await client.login(HEAD, inbox.house.passphrases[HEAD])
        jar = dict(client.http.cookies)
    async with inbox.opened(local="none") as site, client_of(site) as client:
        client.http.cookies.update(jar)
        assert (await client.http.get("/me")).status_code == 303
        page = await client.http.get("/login")
        assert "passphrase" not in page.text
        fields = {"token": "x", "name": HEAD, "passphrase": inbox.house.passphrases[HEAD]}
        assert (await client.http.post("/login", data=fields)).status_code == 404


async def test_keys_are_rotated(inbox: Inbox, service: Service) -> None:
    """A key that is new counts once it is published; asked for again it is not without end."""
    clock = Hand(time.time())
    async with inbox.opened(clock=clock) as site, client_of(site) as client:
        assert (await enter(client)).status_code == 200
        service.keys.append(SECOND)
        assert site.sign_on
        keys: Any = site.sign_on.provider.keys
        keys._issuer._asked -= 31
        assert (await enter(client)).status_code == 200
        asked = service.asked.count("/jwks")
        service.header["kid"] = "unheard"
        for _ in range(5):
            assert (await enter(client)).status_code == 403
        assert service.asked.count("/jwks") == asked
        service.header.clear()
        service.keys.remove(SECOND)
        keys._issuer._asked -= 3601
        service.keys[:] = [SECOND]
        assert (await enter(client)).status_code == 200


async def test_a_discovery_document_of_another_issuer(inbox: Inbox, service: Service) -> None:
    """Is refused, and so are addresses in it that are neither https nor on this machine."""
    for wrong in ({"issuer": f"{service.url}/"}, {"token_endpoint": "http://evil.example/token"}):
        service.described = wrong
        async with inbox.opened() as site, client_of(site) as client:
            out = await client.http.get("/oidc/login")
            if out.status_code == 303:
                service.described = wrong
                assert (await enter(client)).status_code == 403
            else:
                assert out.status_code == 403


async def test_groups_at_a_path_and_in_userinfo(inbox: Inbox, service: Service) -> None:
    """As Keycloak has them; where the token has none, userinfo is asked."""
    service.take("subject-4", name="Karl Koch", realm_access={"roles": ["heads", 7, "other"]})
    service.bend["realm_access"] = None
    async with inbox.opened(claim="realm_access.roles") as site, client_of(site) as client:
        assert (await enter(client)).status_code == 200
        person = site.leitstand.directory.person(site.leitstand.tenant, "karl.koch")
        assert person
        assert person.roles == ("department_head",)


async def test_no_role_no_login(
    inbox: Inbox, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither without a group that counts, nor where the groups were too many for the token."""
    async with inbox.opened() as site, client_of(site) as client:
        before = people(site)
        for groups in ([], ["Heads"], "heads,", {"heads": True}, None):
            service.take("subject-5", name="Ohne Rolle")
            service.users["subject-5"]["groups"] = groups
            answer = await enter(client)
            assert answer.status_code == 403
            assert "keine Rolle" in answer.text
            assert caplog.messages[-1].partition("refused: ")[2].startswith("LS610 in roles: ")
        service.users["subject-5"] = {"_claim_names": {"groups": "src1"}}
        assert (await enter(client)).status_code == 403
        assert people(site) == before


async def test_who_was_removed_stays_out(inbox: Inbox, service: Service) -> None:
    """Whatever the service says, until an admin admits them; then they are somebody new."""
    async with (
        inbox.opened() as site,
        client_of(site) as client,
        client_of(site) as boss,
    ):
        await enter(client)
        first = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
        service.take("subject-9", "owners", name="Olga Owner")
        await enter(boss)
        assert "Firmenkonto" in (await boss.http.get("/people")).text
        name = {"person": "dagmar.haas"}
        assert (await boss.post("/people/roles", name | {"role.admin": "1"})).status_code == 409
        assert (await boss.post("/people/invite", name)).status_code == 400
        await boss.post("/people/remove", name)
        assert (await client.http.get("/")).status_code == 303
        service.who = "subject-1"
        refused = await enter(client)
        assert refused.status_code == 403
        assert "gesperrt" in refused.text
        await boss.post("/people/admit", name)
        assert (await enter(client)).status_code == 200
        second = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
        assert first
        assert second
        assert first.public_key != second.public_key


async def test_keys_in_custody(
    inbox: Inbox, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They open under the server's secret alone, under an older one while it is named."""
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        first = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
    monkeypatch.setenv("TEST_OIDC_OLD", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("TEST_OIDC_KEY", "another secret of more than 32 characters")
    async with inbox.opened() as site, client_of(site) as client:
        refused = await enter(client)
        assert refused.status_code == 403
        assert "Unterschriftsschlüssel" in refused.text
    async with inbox.opened(old_keys=["env:TEST_OIDC_OLD"]) as site, client_of(site) as client:
        assert (await enter(client)).status_code == 200
    async with inbox.opened() as site, client_of(site) as client:
        assert (await enter(client)).status_code == 200
        assert site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas") == first
        assert site.sign_on
        assert first
        site.sign_on.accounts.renew(first)
        assert (await enter(client)).status_code == 200
        renewed = site.leitstand.directory.person(site.leitstand.tenant, "dagmar.haas")
        assert renewed
        assert renewed.public_key != first.public_key


async def test_the_state_folder_alone_signs_as_nobody(inbox: Inbox) -> None:
    """No file of it holds the server's secret, a token or a key in the clear."""
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        [raw] = [f.read_bytes() for f in (inbox.house.state / "keys").glob("*.kept")]
        assert b"data" in raw
        tokens = [*inbox.service.access, *inbox.service.refresh]
        assert tokens
        for file in inbox.house.state.rglob("*"):
            if file.is_file():
                data = file.read_bytes()
                assert b"0123456789abcdef0123456789abcdef" not in data
                assert not any(token.encode() in data for token in tokens)


async def test_logging_out(inbox: Inbox, service: Service) -> None:
    """Here, and at the service: its page is named, with where to come back."""
    async with inbox.opened() as site, client_of(site) as client:
        await enter(client)
        page = await client.post("/logout", {})
        assert f"{service.url}/end?client_id={CLIENT}" in page.text
        assert "post_logout_redirect_uri=https%3A%2F%2Finbox.test%2Flogin" in page.text
        assert (await client.http.get("/me")).status_code == 303
        await client.login(HEAD, inbox.house.passphrases[HEAD])
        assert (await client.post("/logout", {})).headers["location"] == "/login"


async def test_the_service_logs_somebody_out(inbox: Inbox, service: Service) -> None:
    """By a token of its own: of the person, or of the session; nothing else that it signed."""
    async with inbox.opened() as site, client_of(site) as client, client_of(site) as back:

        async def sign_off(token: str) -> int:
            answer = await back.http.post("/oidc/logout", data={"logout_token": token})
            return answer.status_code

        await enter(client)
        wrong = [
            service.identity("subject-1", "", "n"),
            service.logout_token(sub="subject-1", nonce="n"),
            service.logout_token(sub="subject-1", events={}),
            service.logout_token(sub="subject-1", aud="another"),
            service.logout_token(sub="subject-1", iss="https://evil.example"),
            service.logout_token(sub="subject-1", exp=1_000_000_000),
            service.logout_token(),
            "",
        ]
        assert [await sign_off(token) for token in wrong] == [400] * len(wrong)
        assert await sign_off(service.logout_token(sub="subject-2")) == 200
        assert (await client.http.get("/me")).status_code == 200
        assert await sign_off(service.logout_token(sub="subject-1")) == 200
        assert (await client.http.get("/me")).status_code == 303
        await enter(client)
        assert await sign_off(service.logout_token(sid="sid-subject-1")) == 200
        assert (await client.http.get("/me")).status_code == 303


async def test_a_service_that_is_down_from_the_start(inbox: Inbox, service: Service) -> None:
    """A clear page, with the way in for those who have a passphrase of their own."""
    service.down = True
    async with inbox.opened() as site, client_of(site) as client:
        page = await client.http.get("/oidc/login")
        assert page.status_code == 503
        assert "nicht erreichbar" in page.text
        assert (await client.login(HEAD, inbox.house.passphrases[HEAD])).status_code == 303


async def test_another_tenant_is_served_without(inbox: Inbox, service: Service) -> None:
    """People of one tenant's service do not get into another's."""
    async with inbox.opened(tenant="another") as site, client_of(site) as client:
        assert site.sign_on is None
        assert (await client.http.get("/oidc/login")).status_code == 404
        assert (await client.http.get("/oidc/callback")).status_code == 404
