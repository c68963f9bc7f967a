"""Matrix: cards and commands by the plain client-server API (v3), over HTTPS.

Letters are sent under transaction ids made of their keys, so the home server takes each once. What
is heard comes from one sync stream whose position is kept only after all of it was dealt with. A
sender counts by the full user id, whose server must be one of ours; reactions and their withdrawal,
edits and quotes decide nothing.
"""

import asyncio
import hashlib
import html
import logging
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote

import httpx
from sqlalchemy import delete, insert, select

from leitstand.channels.commands import read_command
from leitstand.channels.port import Channel, Hear, Letter, Offer, Said
from leitstand.channels.tables import cursors
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.inbox import Texts
from leitstand.inbox.book import Book
from leitstand.values import Frozen, Secret, Text

_LOG = logging.getLogger("leitstand.channels")
_API = "/_matrix/client/v3"
POLL = 30.0
"""Seconds that the home server may hold a sync open."""
TIMEOUT = 20.0
"""Seconds for any other request."""
PAUSE = 5.0
"""Seconds after a failed sync."""
_TOO_MANY = 429
_FILTER = (
    '{"room":{"timeline":{"limit":50,"types":["m.room.message","m.reaction"]},'
    '"state":{"types":[]},"ephemeral":{"types":[]},"account_data":{"types":[]}},'
    '"presence":{"types":[]},"account_data":{"types":[]}}'
)


class MatrixSettings(Frozen):
    """`[tool.leitstand.channels.matrix]`: the home server, our account, whose users are heard.

    `token` refers to the account's access token. With `decide` cards show what is decided and are
    answered by commands; without it they are a title and an address.
    """

    homeserver: Text
    user: Text
    token: Text
    servers: tuple[Text, ...]
    decide: bool = False


class Matrix(Channel):
    """One account on one home server."""

    name = "matrix"
    edits = True
    keyed = True

    def __init__(self, settings: MatrixSettings, book: Book, texts: Texts) -> None:
        """Raises SecretMissing."""
        self.native = settings.decide
        self._settings, self._book, self._texts = settings, book, texts
        self._http = httpx.AsyncClient(
            base_url=settings.homeserver.rstrip("/"),
            headers={"authorization": f"Bearer {Secret(settings.token).reveal()}"},
            timeout=TIMEOUT,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, letter: Letter, replaces: str) -> str:
        """Send a message, or edit the one it replaces (m.replace). Raises as the port says."""
        content = self._content(letter)
        if replaces:
            relation = {"rel_type": "m.replace", "event_id": replaces}
            plain = {**content, "body": f"* {content['body']}"}
            content = {**plain, "m.new_content": content, "m.relates_to": relation}
        name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
        path = f"/rooms/{quote(letter.to)}/send/m.room.message/{name}"
        return str((await self._ask("PUT", path, json=content))["event_id"])

    async def listen(self, hear: Hear) -> None:
        """Sync for ever; what fails is heard again from the same position."""
        since = await self.heard_until()
        while True:
            try:
                since = await self.hear_once(hear, since)
            except Unreachable as error:
                _LOG.warning("matrix: %s", error)
                await asyncio.sleep(PAUSE)

    async def heard_until(self) -> str:
        """The position up to which all was heard and dealt with; empty at first."""
        row = await self._book.first(select(cursors).where(cursors.c.channel == self.name))
        return row.value if row else ""

    async def move(self, value: str) -> str:
        """All up to here has been heard and dealt with."""
        known = delete(cursors).where(cursors.c.channel == self.name)
        new = insert(cursors).values(channel=self.name, value=value)
        await self._book.write(known, new)
        return value

    async def hear_once(self, hear: Hear, since: str, poll: float = POLL) -> str:
        """One sync: invitations, then what was said. The position after it, kept already.

        The very first sync only takes the position: what was said before is nobody's answer.
        """
        asked = {"filter": _FILTER, "timeout": str(int(poll * 1000))}
        asked |= {"since": since} if since else {"timeout": "0"}
        found = await self._ask("GET", "/sync", params=asked, timeout=poll + TIMEOUT)
        rooms = cast("dict[str, Any]", found.get("rooms", {}))
        for room, invited in rooms.get("invite", {}).items():
            await self._join(room, invited)
        for room, joined in rooms.get("join", {}).items() if since else ():
            for event in await self._events(room, joined["timeline"], since):
                await self._hear(hear, room, event)
        return await self.move(str(found["next_batch"]))

    async def _events(
        self, room: str, timeline: Mapping[str, Any], since: str
    ) -> list[dict[str, Any]]:
        """A room's new events, oldest first, those too that a sync leaves out when there are many.

        A limited timeline is filled up backwards from where it begins to the last position.
        """
        events = list(timeline["events"])
        start = timeline.get("prev_batch", "")
        while timeline.get("limited") and start:
            asked = {"dir": "b", "from": start, "to": since, "limit": "100"}
            page = await self._ask("GET", f"/rooms/{quote(room)}/messages", params=asked)
            events = [*reversed(page["chunk"]), *events]
            start = page.get("end", "")
        return events

    async def _hear(self, hear: Hear, room: str, event: Mapping[str, Any]) -> None:
        """Pass on a plain message of a user of ours."""
        sender, content = str(event["sender"]), event["content"]
        if sender == self._settings.user or not _is_said(event):
            return
        if not self._ours(sender):
            _LOG.warning("matrix: refused %s: a foreign server", sender)
            return
        text = str(content.get("body", ""))
        command = read_command(text)
        said = Said(
            channel=self.name,
            id=event["event_id"],
            identity=sender,
            place=room,
            text=text,
            # Asked only where it matters: it takes a request.
            private=command is not None and command.act == "link" and await self._is_private(room),
        )
        await hear(said)

    async def _is_private(self, room: str) -> bool:
        found = await self._ask("GET", f"/rooms/{quote(room)}/joined_members")
        return len(found["joined"]) == len(("we", "they"))

    async def _join(self, room: str, invited: Mapping[str, Any]) -> None:
        """Accept an invitation of a user of ours, and of nobody else."""
        events = invited.get("invite_state", {}).get("events", ())
        mine = (e for e in events if e.get("state_key") == self._settings.user)
        inviter = next((str(e["sender"]) for e in mine if e["type"] == "m.room.member"), "")
        if not self._ours(inviter):
            _LOG.warning("matrix: refused an invitation of %s: a foreign server", inviter or "?")
            return
        try:
            await self._ask("POST", f"/join/{quote(room)}", json={})
        except ChannelRefused as error:
            _LOG.warning("matrix: cannot join %s: %s", room, error)

    def _ours(self, user: str) -> bool:
        return user.startswith("@") and user.partition(":")[2] in self._settings.servers

    def _content(self, letter: Letter) -> dict[str, Any]:
        """A message as plain text and as HTML; nothing of a case is read as markup."""
        lines = [*letter.lines, *self._how(letter.offer)] if letter.offer else [*letter.lines]
        head = [letter.title] if letter.title else []
        if letter.title and not letter.lines:
            lines = [self._texts.say("chat.waits")]
        last = [f"{self._texts.say('chat.open')}: {letter.link}"] if letter.link else []
        strong = [f"<strong>{html.escape(line)}</strong>" for line in head]
        shown = "<br>".join([*strong, *(html.escape(line) for line in [*lines, *last])])
        return {
            "msgtype": "m.notice" if not letter.title else "m.text",
            "body": "\n".join([*head, *lines, *last]),
            "format": "org.matrix.custom.html",
            "formatted_body": shown,
        }

    def _how(self, offer: Offer) -> Iterator[str]:
        texts = self._texts
        verbs = {act: texts.say(f"chat.{act}") for act in ("approve", "reject")}
        yield texts.say("chat.how", code=offer.code, **verbs)
        yield " · ".join(f"{n} {reason}" for n, reason in enumerate(offer.reasons, 1))

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of httpx
        """The home server's answer. Raises Unreachable: it may answer later, ChannelRefused."""
        try:
            answer = await self._http.request(method, _API + path, **more)
        except httpx.HTTPError as error:
            raise Unreachable(f"no answer ({type(error).__name__})", where="matrix") from error
        if answer.is_server_error or answer.status_code == _TOO_MANY:
            raise Unreachable(f"answered {answer.status_code}", where="matrix")
        try:
            found: dict[str, Any] = answer.json()
        except ValueError as error:
            raise Unreachable("answered no JSON", where="matrix") from error
        if answer.is_error:
            code = str(found.get("errcode", answer.status_code))
            raise ChannelRefused(f"{code}: {found.get('error', '')}", where="matrix")
        return found


def _is_said(event: Mapping[str, Any]) -> bool:
    """Whether this is a person's own message as it was first sent.

    A redacted event has lost its content; an edit or a reaction relates to another event.
    """
    content = event["content"]
    if event["type"] == "m.reaction":
        return bool(content)
    related: object = content.get("m.relates_to")
    edits = isinstance(related, dict) and "m.replace" in cast("dict[str, object]", related).values()
    return content.get("msgtype") == "m.text" and not edits
