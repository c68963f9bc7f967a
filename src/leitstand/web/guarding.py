"""Guarding: who may ask for a page, and which forms are theirs.

A page needs a session. A form needs its session's token and comes from our own pages: a GET never
decides (PAINS no. 9).
"""

from collections.abc import Awaitable, Callable
from hmac import compare_digest
from urllib.parse import quote, urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leitstand.errors import Unreachable
from leitstand.web.page import here_of, site_of
from leitstand.web.sessions import COOKIE, Session
from leitstand.web.visit import Fields, Visit

MOST = 200_000
"""Bytes of a form; a longer one is refused unread."""
Answer = Callable[[Visit], Awaitable[Response]]


def gated(path: str, role: str = "") -> Callable[[Answer], Route]:
    """A page for people who are logged in; others are asked to, and come back to it.

    With `role` for those who hold it alone; others get 403.
    """

    def made(show: Answer) -> Route:
        async def shown(request: Request) -> Response:
            session = await _session(request)
            if session is None:
                return _login(request)
            _check_holds(session, role)
            return await show(Visit(request, session))

        return Route(path, shown)

    return made


def form(path: str, role: str = "") -> Callable[[Answer], Route]:
    """A form that a person who is logged in sends from one of our pages; `role` as of a page."""

    def made(take: Answer) -> Route:
        async def taken(request: Request) -> Response:
            session = await _session(request, signing=True)
            if session is None:
                return _login(request)
            fields = await fields_of(request)
            if not compare_digest(fields.get("token", "").encode(), session.token.encode()):
                raise HTTPException(403, "token")
            _check_holds(session, role)
            return await take(Visit(request, session, fields))

        return Route(path, taken, methods=["POST"])

    return made


async def fields_of(request: Request) -> Fields:
    """A form's fields as text. Raises HTTPException: from elsewhere, too long, or no form."""
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "origin")
    if int(request.headers.get("content-length") or MOST + 1) > MOST:
        raise HTTPException(413, "length")
    found = await request.form(max_fields=400, max_files=0)
    return {k: v for k, v in found.multi_items() if not isinstance(v, UploadFile)}


def _check_holds(session: Session, role: str) -> None:
    if role and role not in session.person.roles:
        raise HTTPException(403, role)


async def _session(request: Request, *, signing: bool = False) -> Session | None:
    """Whose request this is: by a passphrase, or as long as the login service stands by them.

    Raises HTTPException: the service would have to be asked, and cannot be reached.
    """
    site, cookie = site_of(request), request.cookies.get(COOKIE, "")
    session = await site.sessions.find(cookie)
    if session is None:
        return None
    person, sign_on = session.person, site.sign_on
    identity = site.leitstand.directory.identity(person.tenant, person.id)
    if identity is None:
        return session if sign_on is None or sign_on.admits(person) else None
    if sign_on is None:
        return None
    try:
        return await sign_on.holds(cookie, session, identity, signing=signing)
    except Unreachable as error:
        raise HTTPException(503, "oidc") from error


def _login(request: Request) -> Response:
    """To the login, and from there back to the page, or to the page that the form was on."""
    place = here_of(request)  # Our pages send no referrer.
    response = RedirectResponse(f"/login?next={quote(place)}", status_code=303)
    if request.headers.get("hx-request"):
        response = Response(status_code=204, headers={"hx-redirect": f"/login?next={quote(place)}"})
    return response
