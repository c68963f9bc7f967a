"""Keys of the login service: what it signs its tokens with, asked for anew when it changes them."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError

from leitstand.clock import Clock
from leitstand.errors import LoginRefused
from leitstand.issuer import Issuer
from leitstand.web.oidc.settings import OidcSettings
from leitstand.web.oidc.tokens import Claims

KEPT = 3600.0
"""Seconds that published keys are kept: one that was withdrawn is gone after that."""
AGAIN = 30.0
"""Seconds after which they are asked for again for the sake of a key that is not among them."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
"""What makes a token a logout token (OpenID Connect Back-Channel Logout §2.4)."""


class Keys:
    """Checks tokens by the keys that `ask` fetches, as the settings want them."""

    def __init__(
        self, settings: OidcSettings, ask: Callable[[], Awaitable[Claims]], clock: Clock
    ) -> None:
        self._settings, self._clock = settings, clock
        self._issuer = Issuer(ask, settings.algorithms, clock, kept=KEPT, again=AGAIN)

    async def identity(self, token: object, *, nonce: str = "", access: str = "") -> Claims:
        """The claims of an ID token (OpenID Connect Core §3.1.3.7).

        Without `nonce` it is one that came with a refresh (§12.2). Raises LoginRefused: signature,
        algorithm, issuer, audience, time, nonce, or a claim that the settings require;
        Unreachable: no keys.
        """
        found = await self._signed(token)
        given = {"nonce": nonce, "client_id": self._settings.client, "access_token": access}
        claims = CodeIDToken(found.claims, found.header, self._options(), given)
        self._validate(claims)
        wrong = [n for n, v in self._settings.require.items() if claims.get(n) != v]
        if wrong:
            raise LoginRefused(f"the claim `{wrong[0]}` is not the one required", where="id_token")
        return cast("Claims", claims)

    async def logout(self, token: object) -> Claims:
        """The claims of a logout token: who, or which session, is logged out.

        Raises LoginRefused, Unreachable.
        """
        found = await self._signed(token)
        options = {**self._options(), "iat": {"essential": True}, "sub": {"essential": False}}
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock.time()),
            leeway=self._settings.leeway_seconds,
            **cast("Any", options),
        )
        claims = found.claims
        try:
            registry.validate(claims)
        except JoseError as error:
            raise LoginRefused(f"token: {error}", where="logout_token") from error
        events = claims.get("events")
        if not isinstance(events, dict) or LOGOUT not in events or "nonce" in claims:
            raise LoginRefused("this is no logout token", where="logout_token")
        if not isinstance(claims.get("sub") or claims.get("sid"), str):
            raise LoginRefused("it names neither person nor session", where="logout_token")
        return claims

    def _options(self) -> dict[str, dict[str, Any]]:
        return {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }

    def _validate(self, claims: Any) -> None:  # noqa: ANN401 - the library names no types
        try:
            claims.validate(now=int(self._clock.time()), leeway=self._settings.leeway_seconds)
        except JoseError as error:
            raise LoginRefused(f"token: {error}", where="id_token") from error

    async def _signed(self, token: object) -> jwt.Token:
        refuse = partial(LoginRefused, where="id_token")
        if not isinstance(token, str):
            raise refuse("there is no token")
        return await self._issuer.decoded(token, refuse)
