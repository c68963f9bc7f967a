"""A login service on loopback: Authlib's server part over HTTP, whose tokens a test can bend.

It checks what a service checks (client, redirect address, code for one use, PKCE) and rotates its
refresh tokens; nothing of it is patched in the product.
"""
# pyright: reportUntypedBaseClass=false, reportUnknownMemberType=false

import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import create_server, socket
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import orjson
import uvicorn
from authlib.oauth2 import OAuth2Error, rfc6749
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "leitstand", "a secret that the service knows"
LIBRARY: Any = rfc6749
"""Authlib's server part, whose types say too little."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def key(name: str) -> RSAKey:
    """A key of the service's."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


FIRST, SECOND = key("first"), key("second")


@dataclass
class Service:
    """What the service knows, and how it misbehaves.

    `users` are claims by subject; whoever is not `active` gets nothing more. `who` is the subject
    that logs in. `bend` changes claims of ID tokens (None leaves one out), `header` the header of
    them, `foreign` signs them with a key that is not published, `plain` not at all. `down` answers
    503 everywhere. `asked` counts requests by path.
    """

    url: str = ""
    back: str = ""
    users: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    active: set[str] = field(default_factory=set[str])
    who: str = ""
    bend: dict[str, Any] = field(default_factory=dict[str, Any])
    header: dict[str, Any] = field(default_factory=dict[str, Any])
    described: dict[str, Any] = field(default_factory=dict[str, Any])
    foreign: bool = False
    plain: bool = False
    down: bool = False
    refreshes: bool = True
    keys: list[RSAKey] = field(default_factory=lambda: [FIRST])
    asked: list[str] = field(default_factory=list[str])
    codes: dict[str, Any] = field(default_factory=dict[str, Any])
    access: dict[str, str] = field(default_factory=dict[str, str])
    refresh: dict[str, Any] = field(default_factory=dict[str, Any])

    def take(self, subject: str, *groups: str, **claims: Any) -> str:  # noqa: ANN401 - claims
        """A user in these groups; the next login is theirs."""
        self.users[subject] = {"name": subject.title(), "groups": list(groups), **claims}
        self.active.add(subject)
        self.who = subject
        return subject

    def disable(self, subject: str) -> None:
        """The company lets somebody go."""
        self.active.discard(subject)

    def token(self, claims: Mapping[str, Any], *, header: Mapping[str, Any] | None = None) -> str:
        """Claims, signed as the service signs."""
        used = key("foreign") if self.foreign else self.keys[-1]
        named: dict[str, Any] = {"alg": "RS256", "kid": self.keys[-1].kid} | self.header
        named |= dict(header or {})
        signer = used if str(named["alg"]).startswith("RS") else OctKey.import_key(SECRET)
        kept = {k: v for k, v in claims.items() if v is not None}
        registry = JWSRegistry(algorithms=[named["alg"]], strict_check_header=False)
        if self.plain:
            parts = (orjson.dumps(part) for part in ({"alg": "none"}, kept))
            return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        return jwt.encode(named, kept, signer, registry=registry)

    def identity(self, subject: str, access: str, nonce: str) -> str:
        """An ID token."""
        del access
        now = int(time.time())
        claims = {"iss": self.url, "sub": subject, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": nonce or None, "sid": f"sid-{subject}"} | self.users[subject]
        return self.token(claims | self.bend)

    def logout_token(self, **changed: Any) -> str:  # noqa: ANN401 - claims
        """A logout token, with claims of it changed."""
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 120}
        claims["events"] = {LOGOUT: {}}
        return self.token(claims | changed, header={"typ": "logout+jwt"})


class Client:
    """Leitstand, as the service knows it."""

    client_id = CLIENT

    def __init__(self, service: Service) -> None:
        self._service = service

    def get_client_id(self) -> str:
        """Its id."""
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        """None: it says where to."""
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        """All it asks for."""
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """One address alone."""
        return redirect_uri == self._service.back

    def check_client_secret(self, client_secret: str) -> bool:
        """The secret, to the letter."""
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """With its secret, never without."""
        return method.startswith("client_secret_")

    def check_response_type(self, response_type: str) -> bool:
        """Codes alone."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Both that are registered."""
        return True


class Asked(LIBRARY.OAuth2Request):
    """A request to the service; that it came over loopback without TLS is known."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.method, "https://loopback/", headers=request.headers)
        self.payload = BasicOAuth2Payload(request.state.fields)

    @property
    def form(self) -> dict[str, str]:
        """The fields that were sent."""
        return self.payload.data


class Server(LIBRARY.AuthorizationServer):
    """Authlib's server with Starlette's requests and answers."""

    def __init__(self, service: Service) -> None:
        super().__init__()
        self.service = service
        self.client = Client(service)

    def query_client(self, client_id: str) -> Client | None:
        """The one client."""
        return self.client if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:  # noqa: ANN401 - Authlib's
        """Remember whose token it is; the ID token goes with it."""
        service, subject = self.service, request.user
        service.access[token["access_token"]] = subject
        known = request.authorization_code or request.refresh_token
        nonce = getattr(known, "nonce", "") if request.authorization_code else ""
        if "refresh_token" in token:
            service.refresh[token["refresh_token"]] = SimpleNamespace(
                subject=subject,
                check_client=bool,
                get_scope=lambda: "openid profile",
                get_user=lambda: subject,
            )
        token["id_token"] = service.identity(subject, token["access_token"], nonce)

    def create_oauth2_request(self, request: Any) -> Asked:  # noqa: ANN401 - Authlib's
        """A request as Authlib knows it."""
        return Asked(request)

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:  # noqa: ANN401
        """An answer of Starlette's."""
        if isinstance(body, dict):
            return JSONResponse(body, status, dict(headers))
        return Response(body, status, dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


class CodeGrant(LIBRARY.grants.AuthorizationCodeGrant):
    """Codes that are good once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:  # noqa: ANN401 - Authlib's
        """Remember what the code stands for."""
        data = request.payload.data
        self.server.service.codes[code] = SimpleNamespace(
            code=code,
            subject=request.user,
            nonce=data.get("nonce", ""),
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
            get_redirect_uri=lambda: data.get("redirect_uri"),
            get_scope=lambda: data.get("scope"),
        )

    def query_authorization_code(self, code: str, client: object) -> object:
        """What a code stands for."""
        return self.server.service.codes.get(code)

    def delete_authorization_code(self, authorization_code: Any) -> None:  # noqa: ANN401
        """Used up."""
        del self.server.service.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Any) -> str | None:  # noqa: ANN401
        """Whoever is still with the company."""
        subject = authorization_code.subject
        return subject if subject in self.server.service.active else None


class RefreshGrant(LIBRARY.grants.RefreshTokenGrant):
    """Refresh tokens that are good once, each time with a new one."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> object:
        """A token that is known and whose person is still with the company; used up by it."""
        known = self.server.service.refresh.pop(refresh_token, None)
        return known if known and known.subject in self.server.service.active else None

    def authenticate_user(self, refresh_token: Any) -> str:  # noqa: ANN401 - Authlib's
        """Whose it is."""
        return refresh_token.subject

    def revoke_old_credential(self, refresh_token: object) -> None:
        """Done when it was used."""


def _random(*_: object, **__: object) -> str:
    return secrets.token_urlsafe(20)


class Pages:
    """The addresses of the service."""

    def __init__(self, service: Service) -> None:
        self.service, self.server = service, cast("Any", Server(service))
        self.server.register_token_generator("default", self._generated)
        self.server.register_grant(CodeGrant, [CodeChallenge(required=True)])
        self.server.register_grant(RefreshGrant)

    def _generated(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - Authlib's
        kwargs["include_refresh_token"] = self.service.refreshes
        made: Any = BearerTokenGenerator(_random, _random)
        return made(**kwargs)

    async def describe(self, request: Request) -> Response:
        """The discovery document."""
        at = self.service.url
        page = {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/jwks",
            "end_session_endpoint": f"{at}/end",
        }
        return JSONResponse(page | self.service.described)

    async def jwks(self, request: Request) -> Response:
        """The public keys, beside some that no client of ours understands."""
        known = KeySet(list(self.service.keys)).as_dict(private=False)
        strange = [{"kty": "AKP", "kid": "later"}, {"kty": "oct", "kid": "first", "k": "AAAA"}]
        return JSONResponse({"keys": [*strange, *known["keys"]]})

    async def authorize(self, request: Request) -> Response:
        """Where people log in: whoever is to is logged in at once, or asked by a button."""
        request.state.fields = dict(request.query_params)
        made = self.server.create_oauth2_request(request)
        try:
            grant = self.server.get_authorization_grant(made)
        except OAuth2Error as error:
            return self.server.handle_error_response(made, error)
        answer = self.server.create_authorization_response(made, self.service.who, grant)
        place = answer.headers.get("location", "")
        if request.headers.get("sec-fetch-mode") != "navigate" or not place:
            return answer
        return HTMLResponse(f'<h1>Login</h1><a id="go" href="{place.replace("&", "&amp;")}">go</a>')

    async def token(self, request: Request) -> Response:
        """Codes and refresh tokens for tokens."""
        request.state.fields = dict(await request.form())
        return self.server.create_token_response(request)

    async def userinfo(self, request: Request) -> Response:
        """What is known of whoever has this access token."""
        subject = self.service.access.get(request.headers["authorization"].split()[-1], "")
        if subject not in self.service.active:
            return Response(status_code=401)
        return JSONResponse({"sub": subject} | self.service.users[subject])

    async def end(self, request: Request) -> Response:
        """The service's own logout."""
        place = request.query_params["post_logout_redirect_uri"]
        return RedirectResponse(f"{place}?{urlencode({'logged': 'out'})}")

    async def __call__(self, request: Request) -> Response:
        """Every address, counted; none while the service is down."""
        name = urlsplit(str(request.url)).path
        self.service.asked.append(name)
        if self.service.down:
            return Response(status_code=503)
        pages = {
            "/.well-known/openid-configuration": self.describe,
            "/jwks": self.jwks,
            "/authorize": self.authorize,
            "/token": self.token,
            "/userinfo": self.userinfo,
            "/end": self.end,
        }
        page = pages.get(name)
        return await page(request) if page else Response(status_code=404)


@contextmanager
def running() -> Generator[Service]:
    """A service that listens on this machine, in a thread of its own."""
    service = Service()
    pages = Pages(service)

    async def answer(request: Request) -> Response:
        return await pages(request)

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    with create_server(("127.0.0.1", 0)) as at, _served(app, at):
        service.url = f"http://localhost:{at.getsockname()[1]}"
        yield service


@contextmanager
def _served(app: Starlette, at: socket) -> Generator[None]:
    config = uvicorn.Config(app, log_level="error", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
