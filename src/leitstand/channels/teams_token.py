"""Tokens of Microsoft Teams: is a request from the bot service, and ours to send with.

Source of the rules: Microsoft, "Authenticate requests from the Bot Connector service": RS256 by a
published key that is endorsed for the channel, issuer, audience, times with five minutes of skew,
and a claim `serviceurl` that equals the activity's.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError

from leitstand.clock import Clock
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.issuer import Issuer

ISSUER = "https://api.botframework.com"
SKEW = 300
"""Seconds by which clocks may differ."""
KEPT = 24 * 3600.0
"""Seconds that published keys are kept."""
AGAIN = 300.0
"""Seconds after which they are asked for again for the sake of a key that is not among them."""
EARLY = 120.0
"""Seconds before its end that our own token is renewed."""


class Incoming:
    """Checks who sends us requests, by the keys that `metadata` leads to."""

    def __init__(self, http: httpx.AsyncClient, metadata: str, app: str, clock: Clock) -> None:
        self._http, self._metadata, self._app, self._clock = http, metadata, app, clock
        self._rows: dict[str, dict[str, Any]] = {}
        self._issuer = Issuer(self._published, ["RS256"], clock, kept=KEPT, again=AGAIN)

    async def check(self, header: str, activity: Mapping[str, Any]) -> None:
        """Raises ChannelRefused: not a request of the bot service for us; Unreachable: no keys."""
        kind, _, token = header.partition(" ")
        if kind != "Bearer" or not token:
            raise ChannelRefused("no token", where="teams")
        refuse = partial(ChannelRefused, where="teams")
        found = await self._issuer.decoded(token, refuse)
        try:
            self._claims().validate(found.claims)
        except (JoseError, ValueError) as error:
            raise refuse(f"token: {error}") from error
        key = self._rows.get(str(found.header.get("kid", "")), {})
        if activity.get("channelId") not in key.get("endorsements", ()):
            raise ChannelRefused("a key that is not endorsed for this channel", where="teams")
        url = found.claims.get("serviceurl") or found.claims.get("serviceUrl")
        if not url or url != activity.get("serviceUrl"):
            raise ChannelRefused("the token is for another service", where="teams")

    def _claims(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self._clock.time()),
            leeway=SKEW,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self._app},
            exp={"essential": True},
        )

    async def _published(self) -> dict[str, Any]:
        found = await _json(self._http, "GET", self._metadata)
        rows = (await _json(self._http, "GET", found["jwks_uri"]))["keys"]
        self._rows = {str(row.get("kid", "")): row for row in rows}
        return {"keys": rows}


class Outgoing:
    """Our own token for sending (OAuth 2.0 client credentials), renewed before it ends."""

    def __init__(
        self, http: httpx.AsyncClient, login: str, app: str, secret: str, clock: Clock
    ) -> None:
        self._http, self._login, self._clock = http, login, clock
        self._form = {
            "grant_type": "client_credentials",
            "client_id": app,
            "client_secret": secret,
            "scope": f"{ISSUER}/.default",
        }
        self._token, self._until = "", float("-inf")
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """A token that is still good. Raises Unreachable, ChannelRefused."""
        async with self._asking:
            if self._clock.monotonic() > self._until:
                found = await _json(self._http, "POST", self._login, data=self._form)
                self._token = str(found["access_token"])
                self._until = self._clock.monotonic() + float(found["expires_in"]) - EARLY
            return self._token


async def _json(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    **more: Any,  # noqa: ANN401 - of httpx
) -> dict[str, Any]:
    try:
        answer = await http.request(method, url, **more)
        answer.raise_for_status()
        return answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(f"no keys or token ({type(error).__name__})", where="teams") from error
