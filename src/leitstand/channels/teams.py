"""Microsoft Teams by the bot protocol: cards with Action.Execute, in people's chats with the bot.

Every request is checked to come from the bot service (`teams_token`), and to be of our tenant: a
valid token says nothing of the tenant. Who somebody is is their object id in that tenant. Buttons
carry the code of a card and nothing else; what they mean stands in our own tables.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote, urlsplit

import httpx
import orjson
from sqlalchemy import Connection, delete, insert, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leitstand.channels.port import Channel, Command, Hear, Letter, Reply, Said
from leitstand.channels.tables import cards, outbox, places
from leitstand.channels.teams_card import ATTACHMENT, card_for
from leitstand.channels.teams_token import Incoming, Outgoing
from leitstand.clock import SystemClock
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.inbox import Texts
from leitstand.inbox.book import Book
from leitstand.values import Frozen, Secret, Text, text_at

_LOG = logging.getLogger("leitstand.channels")
LONGEST = 100_000
"""Bytes of a request; a longer one is refused unread."""
TIMEOUT = 15.0
"""Seconds for one request of ours."""
_REFRESH = "refresh"
_VERBS = ("approve", "reject")
_BAD, _UNAUTHORIZED, _FORBIDDEN, _TOO_LONG, _TOO_MANY, _LATER = 400, 401, 403, 413, 429, 503


class TeamsSettings(Frozen):
    """`[tool.leitstand.channels.teams]`: the bot's app, its secret, and the one tenant it serves.

    `services` are the hosts that letters may be sent to; `metadata` and `login` are Microsoft's.
    """

    app: Text
    secret: Text
    tenant: Text
    decide: bool = False
    services: tuple[Text, ...] = ("smba.trafficmanager.net",)
    metadata: Text = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    login: Text = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"


class Teams(Channel):
    """One bot in one tenant."""

    name = "teams"
    edits = True
    keyed = False

    def __init__(self, settings: TeamsSettings, book: Book, texts: Texts) -> None:
        """Raises SecretMissing."""
        self.native = settings.decide
        self._settings, self._book, self._texts = settings, book, texts
        self._http = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        clock, app = SystemClock(), settings.app
        login = settings.login.replace("{tenant}", quote(settings.tenant))
        secret = Secret(settings.secret).reveal()
        self._incoming = Incoming(self._http, settings.metadata, app, clock)
        self._outgoing = Outgoing(self._http, login, app, secret, clock)
        self._hear: Hear | None = None

    @property
    def routes(self) -> Sequence[Route]:
        """The address that the bot service calls."""
        return (Route("/channels/teams", self.take, methods=["POST"]),)

    async def listen(self, hear: Hear) -> None:
        """Requests are passed on from now on."""
        self._hear = hear
        try:
            await asyncio.Event().wait()
        finally:
            self._hear = None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, letter: Letter, replaces: str) -> str:
        """Send a card, or put it in the place of another. Raises as the port says."""
        query = select(places).where(places.c.place == letter.to)
        to = await self._book.first(query)
        if to is None:
            raise ChannelRefused("nobody has written from there", where="teams")
        content = {"contentType": ATTACHMENT, "content": card_for(letter, self._texts, to.user)}
        body = {"type": "message", "attachments": [content]}
        url = f"{to.service.rstrip('/')}/v3/conversations/{quote(letter.to, safe='')}/activities"
        method, url = ("PUT", f"{url}/{quote(replaces, safe='')}") if replaces else ("POST", url)
        headers = {"authorization": f"Bearer {await self._outgoing.token()}"}
        try:
            answer = await self._http.request(method, url, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(f"no answer ({type(error).__name__})", where="teams") from error
        if answer.is_server_error or answer.status_code == _TOO_MANY:
            raise Unreachable(f"answered {answer.status_code}", where="teams")
        if answer.is_error:
            raise ChannelRefused(f"answered {answer.status_code}", where="teams")
        return replaces or str(answer.json()["id"])

    async def take(self, request: Request) -> Response:
        """A request of the bot service: refused, or heard and answered."""
        if self._hear is None:
            return Response(status_code=_LATER)
        if int(request.headers.get("content-length") or LONGEST + 1) > LONGEST:
            return Response(status_code=_TOO_LONG)
        try:
            activity = _activity(await request.body())
        except ValueError:
            return Response(status_code=_BAD)
        header = request.headers.get("authorization", "")
        if status := await self._refused(header, activity):
            return Response(status_code=status)
        return await self._taken(self._hear, activity)

    async def _refused(self, header: str, activity: Mapping[str, Any]) -> int:
        """The status with which a request is refused; 0: it is not."""
        try:
            await self._incoming.check(header, activity)
        except ChannelRefused as error:
            _LOG.warning("teams: refused a request: %s", error)
            return _UNAUTHORIZED
        except Unreachable as error:
            _LOG.warning("teams: %s", error)
            return _LATER
        if foreign := self._foreign(activity):
            _LOG.warning("teams: refused %s: %s", _identity(activity) or "?", foreign)
            return _FORBIDDEN
        return 0

    def _foreign(self, activity: Mapping[str, Any]) -> str:
        """Why this is not a request of one of our people; empty: it is."""
        tenant = self._settings.tenant
        if activity.get("channelId") != "msteams":
            return "another channel"
        found = (
            text_at(activity, "conversation", "tenantId"),
            text_at(activity, "channelData", "tenant", "id"),
        )
        if {t for t in found if t} != {tenant}:
            return "a foreign tenant"
        service = urlsplit(str(activity.get("serviceUrl", "")))
        if service.scheme != "https" or service.hostname not in self._settings.services:
            return "a foreign service"
        return "" if _identity(activity) and text_at(activity, "conversation", "id") else "nobody"

    async def _taken(self, hear: Hear, activity: Mapping[str, Any]) -> Response:
        said = _said(activity)
        if said is None:
            return Response(status_code=200)
        row = {
            "place": said.place,
            "service": str(activity["serviceUrl"]),
            "user": text_at(activity, "from", "id"),
        }
        # Where letters to this place go, as the other side said last.
        known = delete(places).where(places.c.place == said.place)
        await self._book.write(known, insert(places).values(row))
        if text_at(activity, "value", "action", "verb") == _REFRESH:
            return JSONResponse(await self._current(activity, row))
        reply = await hear(said)
        return JSONResponse(self._answer(reply)) if said.inline else Response(status_code=200)

    async def _current(self, activity: Mapping[str, Any], row: Mapping[str, str]) -> dict[str, Any]:
        """A card as it stands, for the client that shows it; nothing is heard."""
        code = text_at(activity, "value", "action", "data", "code")
        letter = await self._book.ask(lambda c: _letter(c, row["place"], code))
        if letter is None:
            return _message(self._texts.say("chat.no_card", code="?"))
        return _card(card_for(letter, self._texts, row["user"]))

    def _answer(self, reply: Reply | None) -> dict[str, Any]:
        """What the pressed button shows: a receipt in the card's place, or why nothing was done."""
        if reply is None:
            return _message(self._texts.say("chat.repeated"))
        if reply.outcome != "decided":
            return _message("\n\n".join(reply.lines))
        letter = Letter(key="answer", channel=self.name, to="", title="", lines=reply.lines)
        return _card(card_for(letter, self._texts))


def _message(text: str) -> dict[str, Any]:
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def _card(card: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "type": ATTACHMENT, "value": card}


def _letter(conn: Connection, place: str, code: str) -> Letter | None:
    """The latest letter of a card: itself, or what took its place."""
    where = (cards.c.channel == Teams.name, cards.c.place == place, cards.c.code == code)
    name = conn.execute(select(cards.c.letter).where(*where)).scalar()
    query = select(outbox.c.letter).where(outbox.c.key.in_((name, f"{name}/closed")))
    found = conn.execute(query.order_by(outbox.c.no.desc())).scalar()
    return Letter.model_validate_json(found) if found else None


def _activity(body: bytes) -> dict[str, Any]:
    """Raises ValueError: no JSON object."""
    found: object = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an activity")  # noqa: TRY004 - one error for all that is no activity
    return cast("dict[str, Any]", found)


def _identity(activity: Mapping[str, Any]) -> str:
    return text_at(activity, "from", "aadObjectId")


def _said(activity: Mapping[str, Any]) -> Said | None:
    """A person's words or a pressed button; None: neither."""
    kind, invoked = activity.get("type"), activity.get("name") == "adaptiveCard/action"
    if kind != "message" and not (kind == "invoke" and invoked):
        return None
    name = text_at(activity, "id")
    if not name:
        return None
    return Said(
        channel=Teams.name,
        id=name,
        identity=_identity(activity),
        place=text_at(activity, "conversation", "id"),
        text=text_at(activity, "text") if kind == "message" else "",
        command=_pressed(activity) if kind == "invoke" else None,
        private=text_at(activity, "conversation", "conversationType") == "personal",
        inline=kind == "invoke",
    )


def _pressed(activity: Mapping[str, Any]) -> Command | None:
    verb, code = (
        text_at(activity, "value", "action", "verb"),
        text_at(activity, "value", "action", "data", "code"),
    )
    reason = text_at(activity, "value", "action", "data", "reason")
    if verb not in _VERBS or not code:
        return None
    number = (
        int(reason) if reason.isascii() and reason.isdigit() and len(reason) < len("100") else 0
    )
    return Command(act="approve" if verb == "approve" else "reject", code=code, reason=number)
