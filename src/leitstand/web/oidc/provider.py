"""The login service over the network: discovery, codes for tokens, refresh, userinfo.

OpenID Connect Core 1.0 and Discovery 1.0, authorization code with PKCE (RFC 7636).
"""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from leitstand.clock import Clock
from leitstand.errors import LoginRefused, Unreachable
from leitstand.values import Secret, text_at
from leitstand.web.oidc.keys import Keys
from leitstand.web.oidc.settings import OidcSettings, is_safe
from leitstand.web.oidc.tokens import Claims, Confirmed, Tokens

KEPT = 3600.0
"""Seconds that the service's description is kept."""
SECONDS = 10.0
"""After which a request to it has failed."""
_OURS = frozenset(
    ["invalid_client", "unauthorized_client", "server_error", "temporarily_unavailable"]
)
"""Refusals that are about us, or about the service, and say nothing of the person."""
_GONE = frozenset([400, 401, 403])
"""Answers of userinfo to a token that is worth nothing (any more, RFC 6750 §3.1)."""


class Provider:
    """One login service. `close` it at the end."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._known: Claims = {}
        self._asked = float("-inf")
        self.keys = Keys(settings, self._jwks, clock)
        self._http: Any = AsyncOAuth2Client(
            client_id=settings.client,
            client_secret=Secret(settings.secret).reveal().strip(),
            scope=" ".join(settings.scopes),
            redirect_uri=settings.back,
            code_challenge_method="S256",
            timeout=SECONDS,
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where a person is sent to log in. Raises Unreachable, LoginRefused."""
        place = await self._place("authorization_endpoint")
        url, _ = self._http.create_authorization_url(
            place, state=state, nonce=nonce, code_verifier=verifier
        )
        return str(url)

    async def exchange(self, code: str, nonce: str, verifier: str) -> Confirmed:
        """What a code stands for; the service takes it once.

        Raises LoginRefused: it does not, or its token is not valid. Raises Unreachable.
        """
        found = await self._token(
            "fetch_token", grant_type="authorization_code", code=code, code_verifier=verifier
        )
        return await self._confirmed(found, nonce=nonce)

    async def again(self, tokens: Tokens, subject: str) -> Confirmed:
        """The service's word of now, by refresh token, else by userinfo.

        Raises LoginRefused: it stands by this person no more. Raises Unreachable: who knows.
        """
        if not tokens.refresh:
            claims = await self._userinfo(tokens.access, subject)
            silent = not tokens.asks and self._settings.groups(claims) is None
            return Confirmed(claims, tokens, silent)
        found = await self._token("refresh_token", refresh_token=tokens.refresh)
        return await self._confirmed(found, subject=subject, before=tokens)

    async def farewell(self, tokens: Tokens) -> str:
        """Where a person logs out of the service itself; empty if it has no such page.

        OpenID Connect RP-Initiated Logout 1.0 §2. Raises Unreachable, LoginRefused.
        """
        if "end_session_endpoint" not in await self._described():
            return ""
        place = await self._place("end_session_endpoint")
        fields = {
            "client_id": self._settings.client,
            "post_logout_redirect_uri": f"{self._settings.url.rstrip('/')}/login",
        }
        fields |= {"id_token_hint": tokens.identity} if tokens.identity else {}
        return f"{place}{'&' if '?' in place else '?'}{urlencode(fields)}"

    async def _confirmed(
        self,
        found: Mapping[str, Any],
        *,
        nonce: str = "",
        subject: str = "",
        before: Tokens | None = None,
    ) -> Confirmed:
        """After a login there is an ID token; after a refresh there may be (Core §12.2)."""
        tokens = Tokens(
            access=text_at(found, "access_token"),
            refresh=text_at(found, "refresh_token") or (before.refresh if before else ""),
            identity=text_at(found, "id_token") or (before.identity if before else ""),
            asks=before.asks if before else False,
        )
        claims: Claims = {}
        if before is None or "id_token" in found:
            claims = await self.keys.identity(
                found.get("id_token"), nonce=nonce, access=tokens.access
            )
            if subject and claims["sub"] != subject:
                raise LoginRefused("the token is another person's", where="id_token")
        signed = bool(claims)
        if self._settings.groups(claims) is None:
            who = str(claims["sub"]) if signed else subject
            claims = {**await self._userinfo(tokens.access, who), **claims}
            asks = self._settings.groups(claims) is not None
            tokens = tokens._replace(asks=tokens.asks or asks)
        silent = not signed and not tokens.asks and self._settings.groups(claims) is None
        return Confirmed(claims, tokens, silent)

    async def _userinfo(self, access: str, subject: str) -> Claims:
        if "userinfo_endpoint" not in await self._described():
            return {"sub": subject}
        place = await self._place("userinfo_endpoint")
        claims = await self._json(place, {"authorization": f"Bearer {access}"})
        if claims.get("sub") != subject:
            raise LoginRefused("userinfo is another person's", where="userinfo")
        return claims

    async def _token(self, ask: str, **fields: str) -> Mapping[str, Any]:
        place = await self._place("token_endpoint")
        methods = (await self._described()).get("token_endpoint_auth_methods_supported")
        basic = not isinstance(methods, list) or "client_secret_basic" in methods
        auth = self._http.client_auth("client_secret_basic" if basic else "client_secret_post")
        try:
            found = await getattr(self._http, ask)(place, auth=auth, **fields)
        except OAuthError as error:
            said = f"the login service says `{error.error}`"
            if error.error in _OURS:
                raise Unreachable(said, where="oidc") from error
            raise LoginRefused(said, where="token") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise Unreachable(f"no token ({type(error).__name__})", where="oidc") from error
        given = cast("Mapping[str, Any]", found)
        if not text_at(given, "access_token"):
            raise Unreachable("the login service gives no token", where="oidc")
        return given

    async def _jwks(self) -> Claims:
        return await self._json(await self._place("jwks_uri"))

    async def _place(self, name: str) -> str:
        place = (await self._described()).get(name)
        if not isinstance(place, str) or not is_safe(place):
            raise LoginRefused(f"the login service names no safe `{name}`", where="discovery")
        return place

    async def _described(self) -> Claims:
        """The discovery document. The issuer in it is ours, letter by letter (Discovery §4.3)."""
        now = self._clock.monotonic()
        if now - self._asked > KEPT:
            issuer = self._settings.issuer
            found = await self._json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise LoginRefused("the discovery document is another issuer's", where="discovery")
            self._known, self._asked = found, now
        return self._known

    async def _json(self, place: str, headers: Mapping[str, str] | None = None) -> Claims:
        try:
            answer = await self._http.request(
                "GET", place, withhold_token=True, auth=None, headers=headers
            )
            if headers and answer.status_code in _GONE:
                raise LoginRefused(f"userinfo answers {answer.status_code}", where="userinfo")
            answer.raise_for_status()
            found: Any = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            msg = f"the login service does not answer ({type(error).__name__})"
            raise Unreachable(msg, where="oidc") from error
        if not isinstance(found, dict):
            raise Unreachable("the login service answers with no object", where="oidc")
        return cast("Claims", found)
