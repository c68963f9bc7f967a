"""The webhook as a trigger: another system posts, and is answered when its cases are committed.

Whoever does not know the secret learns nothing: an address that is none does the same work and
gives the same answer as a wrong signature. Nothing is believed but what is signed.
"""

import asyncio
import hmac
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leitstand.clock import Clock, SystemClock
from leitstand.errors import LeitstandError, ProjectRefused, StoreFailed, Unreachable
from leitstand.records import Attachment
from leitstand.store.arrivals import Arrived
from leitstand.triggers.entrance import HOUR, Entrance
from leitstand.triggers.port import Arrival, Source, day_of
from leitstand.triggers.settings import WebhookRules
from leitstand.triggers.signature import Claim, WebhookRefused, claim_of

_LOG = logging.getLogger("leitstand.triggers")
_JSON = "application/json"
_ENDINGS = {_JSON: ".json", "application/xml": ".xml", "application/pdf": ".pdf"}
"""What may be posted: nothing that a form of a browser can send."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address: what is posted there is signed with `key`; `times` are the latest requests."""

    source: Source
    key: bytes = field(repr=False)
    role: str
    times: deque[float]

    def count(self, now: float) -> None:
        """Count a request. Raises WebhookRefused: there were too many within an hour."""
        if len(self.times) == self.times.maxlen and self.times[0] > now - HOUR:
            after = int(self.times[0] + HOUR - now) + 1
            raise WebhookRefused(429, "too many requests within an hour", after=after)
        self.times.append(now)


class Webhooks:
    """The webhooks of a project by name. `clock` says which day it is for cases."""

    def __init__(
        self, entrance: Entrance, each: Mapping[str, Webhook], rules: WebhookRules, clock: Clock
    ) -> None:
        self._entrance, self._each, self._rules, self._clock = entrance, each, rules, clock
        self._machine = SystemClock()
        self._nobody = Webhook(Source(""), self._machine.token(32), "", deque())
        self._held = 0

    @property
    def route(self) -> Route:
        """Where the web server hears requests."""
        return Route("/webhooks/{name}", self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        """Answer a request: 202 with its cases, committed, or a problem (RFC 9457)."""
        try:
            fate = await self._taken(request)
        except WebhookRefused as error:
            return _problem(error)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # noqa: BLE001 - what is broken here is mended, then it comes again
            told = error if isinstance(error, LeitstandError) else type(error).__name__
            _LOG.error("webhook: not taken in: %s", told)
            return _problem(WebhookRefused(503, "it cannot be taken in now", after=60))
        return JSONResponse({"cases": fate.cases}, 202)

    async def _taken(self, request: Request) -> Arrived:
        claim = claim_of(request.headers, self._machine.time(), self._rules.tolerance)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _ENDINGS or "content-encoding" in request.headers:
            text, mend = "no type that is taken, or packed", f"send {', '.join(_ENDINGS)}"
            raise WebhookRefused(415, text, where="content-type", mend=mend)
        hook = self._each.get(request.path_params["name"], self._nobody)
        mac, body = claim.begun(hook.key), bytearray()
        try:
            await self._read(request, mac, body)
            if not claim.holds(mac):
                text, mend = "no signature is right", "sign with the secret of this address"
                raise WebhookRefused(401, text, where="webhook-signature", mend=mend)
            hook.count(self._machine.monotonic())
            if not body or (kind == _JSON and not _is_json(body)):
                raise WebhookRefused(400, f"the body is no {kind}", where="body")
            file = Attachment(claim.id + _ENDINGS[kind], kind, bytes(body))
            return await self._fate(hook, claim, file)
        finally:
            self._held -= len(body)

    async def _read(self, request: Request, mac: hmac.HMAC, body: bytearray) -> None:
        """Fill the body, never beyond what may be; each piece is signed as it comes."""
        rules, said = self._rules, int(request.headers.get("content-length") or 0)
        try:
            async with asyncio.timeout(rules.seconds):
                async for piece in request.stream():
                    mac.update(piece)
                    body += piece
                    self._held += len(piece)
                    if max(len(body), said) > rules.most_bytes:
                        text, mend = f"more than {rules.most_bytes} bytes", "send less at a time"
                        raise WebhookRefused(413, text, where="body", mend=mend)
                    if self._held > max(rules.most_held, rules.most_bytes):
                        raise WebhookRefused(503, "too much comes at once", after=1)
        except TimeoutError as error:
            text = f"it did not come within {rules.seconds} s"
            raise WebhookRefused(408, text, where="body") from error

    async def _fate(self, hook: Webhook, claim: Claim, file: Attachment) -> Arrived:
        """What became of it. Raises WebhookRefused: another body has its id, or it is no case."""
        identity = f"webhook\0{hook.source.name}\0{claim.id}".encode()
        digest = self._entrance.key(file.content)
        day = day_of(self._clock)
        arrival = Arrival(hook.source, identity, digest, day, file=file, role=hook.role)
        fate = await self._entered(arrival)
        if fate.name != digest:
            text = "another body came under this id"
            raise WebhookRefused(409, text, where="webhook-id", mend="give each event its own id")
        if fate.outcome == "refused":
            mend = "ask those who run this: `leitstand arrivals` shows it"
            raise WebhookRefused(422, fate.reason, where="body", mend=mend)
        return fate

    async def _entered(self, arrival: Arrival) -> Arrived:
        try:
            return await self._entrance.take(arrival)
        except (StoreFailed, Unreachable, ProjectRefused):
            raise
        except LeitstandError as error:
            raise WebhookRefused(422, error.text, where=error.where or "body") from error
        except Exception as error:
            if fate := await self._entrance.failed(arrival, error):
                return fate
            raise


def _is_json(body: bytearray) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _problem(error: WebhookRefused) -> Response:
    # No warning: whoever finds the address could fill the log with them.
    _LOG.info("webhook: refused a request (%d): %s", error.status, error.text)
    told = {"code": error.code, "what": error.text, "where": error.where, "do": error.advice}
    headers = {"retry-after": str(error.after)} if error.after else {}
    kind = "application/problem+json"
    return JSONResponse({"status": error.status, **told}, error.status, headers, kind)
