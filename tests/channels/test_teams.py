"""Teams by its protocol: signed requests, buttons, receipts; and everything that is forged."""

import logging
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import respx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette

from leitstand.channels import Channels, Settings, open_channels
from leitstand.channels.teams import Teams, TeamsSettings
from leitstand.project import Project
from tests.channels.house import (
    CLERK,
    HEAD,
    URL,
    Chat,
    Wire,
    opened,
    signers_of,
    table,
    vouchers,
)

APP, TENANT, PLACE = "bot-app", "our-tenant", "a:conversation"
SERVICE = "https://smba.trafficmanager.net/de/"
BEN, ANNA = "object-of-ben", "object-of-anna"
KEY, OTHER_KEY = (generate_private_key(65537, 2048) for _ in range(2))


def published(key: RSAPrivateKey, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a key
    """A key as the bot service publishes it."""
    found = RSAKey.import_key(key.public_key()).as_dict()
    return found | {"kid": "one", "use": "sig", "endorsements": ["msteams"]} | more


def token(key: RSAPrivateKey = KEY, kid: str = "one", **changed: Any) -> str:  # noqa: ANN401 - claims
    """A token of the bot service, with claims of it changed."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": "https://api.botframework.com",
        "aud": APP,
        "nbf": now - 10,
        "exp": now + 86_400,
        "serviceurl": SERVICE,
    }
    kept = {k: v for k, v in (claims | changed).items() if v is not None}
    return jwt.encode({"alg": "RS256", "kid": kid}, kept, RSAKey.import_key(key))


@dataclass
class Office:
    """The shop with Teams, and the bot service on the other side."""

    chat: Chat
    teams: Teams
    http: httpx.AsyncClient
    sent: list[tuple[str, str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, str, dict[str, Any]]]
    )
    count: int = 0

    @property
    def channels(self) -> Channels:
        """The channels, of which Teams is the one."""
        return self.chat.channels

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.chat.leitstand.state

    async def post(self, activity: dict[str, Any], bearer: str | None = None) -> httpx.Response:
        """A request of the bot service."""
        bearer = token() if bearer is None else bearer
        headers = {"authorization": f"Bearer {bearer}", "content-type": "application/json"}
        body = orjson.dumps(activity)
        return await self.http.post("/channels/teams", content=body, headers=headers)

    def activity(self, kind: str, who: str = BEN, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields
        """Something that a person of ours does."""
        self.count += 1
        return {
            "id": f"activity-{self.count}",
            "type": kind,
            "channelId": "msteams",
            "serviceUrl": SERVICE,
            "from": {"id": f"29:{who}", "aadObjectId": who},
            "conversation": {"id": PLACE, "tenantId": TENANT, "conversationType": "personal"},
            "channelData": {"tenant": {"id": TENANT}},
        } | more

    def press(self, verb: str, code: str, who: str = BEN, reason: str = "") -> dict[str, Any]:
        """A button of a card."""
        data = {"code": code, "reason": reason}
        value = {"action": {"type": "Action.Execute", "verb": verb, "data": data}}
        return self.activity("invoke", who, name="adaptiveCard/action", value=value)

    async def link(self, who: str = BEN, person: str = HEAD) -> None:
        """Link a person."""
        code = await self.channels.links.offer(self.chat.signers[person])
        await self.post(self.activity("message", who, text=f"verbinden {code}"))
        assert await self.channels.links.of(person)
        await self.deliver()

    async def deliver(self) -> None:
        """Look once, and send all that is due."""
        await self.channels.notices.look()
        while await self.channels.outbox.send_next(self.teams):
            pass

    async def card(self) -> str:
        """A bill comes in; the code of its card."""
        await self.chat.bill("R-1", 25_000)
        await self.deliver()
        _, _, body = self.sent[-1]
        return str(card_of(body)["actions"][0]["data"]["code"])


def card_of(body: dict[str, Any]) -> dict[str, Any]:
    """The card of a message."""
    [attachment] = body["attachments"]
    return attachment["content"]


@pytest.fixture
async def office(
    shop: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """The shop with Teams; its addresses answer as Microsoft documents them."""
    monkeypatch.setenv("TEAMS_SECRET", "s")
    settings = Settings(
        url=URL,
        teams=TeamsSettings(app=APP, secret="env:TEAMS_SECRET", tenant=TENANT, decide=True),
    )
    made: list[Any] = []

    def connect(book: Any, texts: Any) -> list[Any]:  # noqa: ANN401 - passed on
        made.extend(settings.connect(book, texts))
        return made

    async with (
        opened(shop, tmp_path) as leitstand,
        open_channels(leitstand, settings, connect) as channels,
    ):
        [teams] = made
        teams._hear = channels.hear
        transport = httpx.ASGITransport(Starlette(routes=channels.routes))
        chat = Chat(leitstand, channels, Wire(), await signers_of(leitstand))
        async with httpx.AsyncClient(transport=transport, base_url="http://inbox.test") as http:
            office = Office(chat, teams, http)
            with respx.mock(assert_all_called=False) as other:
                other.route(host="inbox.test").pass_through()
                mocked(other, office)
                yield office


def mocked(other: respx.MockRouter, office: Office) -> None:
    """Microsoft's addresses."""
    base = "https://login.botframework.com/v1/.well-known"
    other.get(f"{base}/openidconfiguration").respond(json={"jwks_uri": f"{base}/keys"})
    other.get(f"{base}/keys").respond(json={"keys": [published(KEY)]})
    login = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    other.post(login).respond(json={"access_token": "ours", "expires_in": 3600})

    def take(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer ours"
        office.sent.append((request.method, request.url.path, orjson.loads(request.content)))
        return httpx.Response(201, json={"id": f"message-{len(office.sent)}"})

    other.route(url__regex=re.escape(SERVICE) + "v3/conversations/.*").mock(side_effect=take)


async def test_a_button_is_a_signed_decision_and_the_card_a_receipt(office: Office) -> None:
    """Linked, shown with buttons, pressed, executed, answered at once, and replaced in place."""
    await office.link()
    code = await office.card()
    method, path, body = office.sent[-1]
    assert (method, path) == ("POST", "/de/v3/conversations/a:conversation/activities")
    card = card_of(body)
    assert [a["type"] for a in card["actions"]] == ["Action.Execute"] * 2 + ["Action.OpenUrl"]
    assert card["refresh"]["userIds"] == [f"29:{BEN}"]
    assert "250,00 €" in orjson.dumps(card).decode()
    answer = (await office.post(office.press("approve", code))).json()
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Gebucht als B-1" in orjson.dumps(answer).decode()
    assert vouchers(office.state) == 1
    name = f"message-{len(office.sent)}"
    await office.deliver()
    method, path, body = office.sent[-1]
    assert (method, path.rpartition("/")[2]) == ("PUT", name)
    assert "ausgeführt, von Ben Krüger" in orjson.dumps(body).decode()
    shown = (await office.post(office.press("refresh", code))).json()["value"]
    assert [a["type"] for a in shown["actions"]] == ["Action.OpenUrl"]


async def test_a_rejection_names_a_listed_reason(office: Office) -> None:
    """Without one it is refused in words."""
    await office.link()
    code = await office.card()
    for reason in ("", "0", "99", "x", "²"):
        answer = (await office.post(office.press("reject", code, reason=reason))).json()
        assert "Nummer eines Grundes" in answer["value"]
    answer = (await office.post(office.press("reject", code, reason="2"))).json()
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert vouchers(office.state) == 0


@pytest.mark.parametrize(
    "bearer",
    [
        "",
        "nonsense",
        token(OTHER_KEY),
        token(kid="two"),
        token(aud="another-app"),
        token(iss="https://evil.example"),
        token(exp=int(time.time()) - 3600),
        token(exp=None),
        token(serviceurl="https://evil.example/"),
        token(serviceurl=None),
        jwt.encode({"alg": "HS256", "kid": "one"}, {"aud": APP}, OctKey.import_key("x" * 32)),
        token().rpartition(".")[0] + ".",
    ],
)
async def test_a_forged_token_is_refused_and_logged(
    office: Office, bearer: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No key of the service, another bot's, run out, or for another service: 401, nothing heard."""
    await office.link()
    code = await office.card()
    heard = table(office.state, "select count(*) from heard")
    with caplog.at_level(logging.WARNING):
        answer = await office.post(office.press("approve", code), bearer)
    assert answer.status_code == 401
    assert "refused a request" in caplog.text
    assert table(office.state, "select count(*) from heard") == heard
    assert vouchers(office.state) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"conversation": {"id": PLACE, "tenantId": "theirs", "conversationType": "personal"}},
        {"channelData": {"tenant": {"id": "theirs"}}},
        {"conversation": {"id": PLACE}, "channelData": {}},
        {"from": {"id": "29:x"}},
    ],
)
async def test_a_foreign_tenant_is_refused_and_logged(
    office: Office, changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A valid token says nothing of the tenant: another one, none, or nobody is refused."""
    await office.link()
    code = await office.card()
    with caplog.at_level(logging.WARNING):
        answer = await office.post(office.press("approve", code) | changed)
    assert answer.status_code == 403
    assert vouchers(office.state) == 0
    assert "refused" in caplog.text


async def test_another_service_is_never_written_to(office: Office) -> None:
    """Even where the token names it: letters with our token go to known hosts alone."""
    evil = "https://evil.example/"
    activity = office.activity("message", text="hallo") | {"serviceUrl": evil}
    assert (await office.post(activity, token(serviceurl=evil))).status_code == 403
    assert not table(office.state, "select * from places")


async def test_a_replayed_request_decides_nothing_again(office: Office) -> None:
    """The same activity twice: the second is told so."""
    await office.link()
    code = await office.card()
    activity = office.press("approve", code)
    await office.post(activity)
    again = (await office.post(activity)).json()
    assert "schon angekommen" in again["value"]
    assert vouchers(office.state) == 1


async def test_the_wrong_person_is_refused_and_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A stranger of our tenant, and a person without the role, decide nothing."""
    await office.link()
    code = await office.card()
    await office.link(ANNA, CLERK)
    with caplog.at_level(logging.WARNING):
        for who in ("object-of-nobody", ANNA):
            answer = (await office.post(office.press("approve", code, who))).json()
            assert answer["type"] == "application/vnd.microsoft.activity.message"
            assert who in caplog.text
    kept = table(office.state, "select outcome from heard order by at desc limit 2")
    assert kept == [("refused",), ("refused",)]
    assert vouchers(office.state) == 0


@pytest.mark.parametrize("code", ["0000-0000", "", "x' or 1=1 --", "freigeben"])
async def test_an_unknown_card_is_refused(office: Office, code: str) -> None:
    """A code that was not shown here."""
    await office.link()
    await office.card()
    answer = (await office.post(office.press("approve", code))).json()
    assert answer["type"] == "application/vnd.microsoft.activity.message"
    assert vouchers(office.state) == 0


async def test_a_stale_card_is_refused(office: Office) -> None:
    """What was decided meanwhile is not decided again."""
    await office.link()
    code = await office.card()
    await office.post(office.press("approve", code))
    late = (await office.post(office.press("reject", code, reason="1"))).json()
    assert "schon entschieden" in late["value"]
    assert vouchers(office.state) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"x" * 100_001])
async def test_what_is_no_activity_is_refused(office: Office, body: bytes) -> None:
    """Without looking further."""
    headers = {"authorization": f"Bearer {token()}"}
    answer = await office.http.post("/channels/teams", content=body, headers=headers)
    assert answer.status_code in (400, 413)


async def test_talk_is_answered_with_what_to_type(office: Office) -> None:
    """A "ja" decides nothing."""
    await office.link()
    await office.card()
    await office.post(office.activity("message", text="ja"))
    await office.deliver()
    assert "nichts entschieden" in orjson.dumps(office.sent[-1][2]).decode()
    assert vouchers(office.state) == 0
