"""Logging in with the company's account: out to the login service, and back."""

import logging
import secrets
from hmac import compare_digest
from urllib.parse import quote, unquote

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.errors import LoginRefused, Unreachable
from leitstand.web.guarding import fields_of
from leitstand.web.logins import inside, login_form, remember
from leitstand.web.oidc import SignOn, Trip, trip_of
from leitstand.web.page import page, site_of

_LOG = logging.getLogger("leitstand.web.oidc")
_TRIP = "leitstand_oidc"
MINUTES = 10
"""How long the trip to the login service may take."""


async def set_out(request: Request) -> Response:
    """To the login service, with the secret of this trip in a cookie of its own."""
    sign_on = _sign_on(request)
    secret, place = secrets.token_urlsafe(32), inside(request.query_params.get("next", "/"))
    trip = trip_of(secret)
    try:
        address = await sign_on.provider.address(trip.state, trip.nonce, trip.verifier)
    except (LoginRefused, Unreachable) as error:
        return _refused(request, error)
    response = RedirectResponse(address, status_code=303)
    # Lax: the way back begins on another site, and a strict cookie would stay behind.
    response.set_cookie(
        _TRIP,
        f"{secret}.{quote(place, safe='')}",
        max_age=MINUTES * 60,
        path="/oidc",
        httponly=True,
        samesite="lax",
        secure=site_of(request).secure,
    )
    return response


async def come_back(request: Request) -> Response:
    """Back from the login service, with a code or with a refusal."""
    sign_on, asked = _sign_on(request), request.query_params
    secret, _, place = request.cookies.get(_TRIP, "").partition(".")
    try:
        trip = _trip(secret, asked, sign_on.settings.issuer)
        cookie = await sign_on.enter(trip, asked.get("code", ""))
    except (LoginRefused, Unreachable) as error:
        return _refused(request, error)
    # No redirect: the browser would still be on its way from another site, and would not show the
    # session's strict cookie. A page of ours leads on.
    response = page(request, "onward", place=inside(unquote(place)), words="oidc.onward")
    remember(site_of(request), response, cookie)
    response.delete_cookie(_TRIP, path="/oidc")
    return response


async def log_out(request: Request) -> Response:
    """The login service says that somebody is logged out (OpenID Back-Channel Logout §2.5)."""
    fields = await fields_of(request)
    try:
        await _sign_on(request).log_out(fields.get("logout_token"))
    except LoginRefused as error:
        _LOG.warning("logout refused: %s", error)
        return Response(status_code=400)
    except Unreachable as error:
        _LOG.warning("logout not checked: %s", error)
        return Response(status_code=503)
    return Response()


def _trip(secret: str, asked: QueryParams, issuer: str) -> Trip:
    """The trip that this answer belongs to. Raises LoginRefused: none of this browser's.

    Issuer in the answer: RFC 9207 §2.4.
    """
    trip = trip_of(secret)
    if not secret or not compare_digest(asked.get("state", "").encode(), trip.state.encode()):
        raise LoginRefused("the state is not that of this browser", where="callback")
    if asked.get("iss", issuer) != issuer:
        raise LoginRefused("the answer is another issuer's", where="callback")
    if "error" in asked:
        raise LoginRefused(f"the login service says {asked['error'][:80]!r}", where="callback")
    return trip


def _refused(request: Request, error: LoginRefused | Unreachable) -> Response:
    """To the login page, with what people can do about it; what was wrong is for the log."""
    address = request.client.host if request.client else ""
    _LOG.warning("login from %s refused: %s", address, error)
    known = {"barred": "oidc.barred", "roles": "oidc.no_role", "key": "oidc.key"}
    problem, status = known.get(error.where, "oidc.refused"), 403
    if isinstance(error, Unreachable):
        problem, status = "oidc.unreachable", 503
    response = login_form(request, problem, status)
    response.delete_cookie(_TRIP, path="/oidc")
    return response


def _sign_on(request: Request) -> SignOn:
    sign_on = site_of(request).sign_on
    if sign_on is None:
        raise HTTPException(404, "oidc")
    return sign_on
