"""Logging in and out, with a passphrase and, where a person has set one up, a second factor."""

import secrets
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.errors import ApprovalRefused
from leitstand.inbox import Signer
from leitstand.records import Person
from leitstand.web.guarding import Fields, fields_of
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.sessions import COOKIE, HOURS
from leitstand.web.site import Site

_FORM = "leitstand_form"


async def show_login(request: Request) -> Response:
    """The form; its token stands in a cookie too, for nobody has a session yet."""
    return login_form(request, "", 200)


async def login(request: Request) -> Response:
    """Begin a session. Wrong passphrases are counted; nobody hears which part was wrong."""
    site, fields = site_of(request), await fields_of(request)
    if site.sign_on and site.sign_on.settings.local == "none":
        raise HTTPException(404, "local")
    known = request.cookies.get(_FORM, "")
    if not known or not secrets.compare_digest(fields.get("token", "").encode(), known.encode()):
        raise HTTPException(403, "token")
    name = fields.get("name", "").strip()[:200]
    address = request.client.host if request.client else ""
    person = _person(site, name)
    async with site.lockout.turn:
        if await site.lockout.locked(person.id if person else name, address):
            return login_form(request, "login.locked", 429, fields)
        signer = await _signer(site, person, fields)
        if signer is None:
            await site.lockout.failed(person.id if person else name, address)
            return login_form(request, "login.wrong", 401, fields)
        await site.lockout.passed(signer.person.id)
    response = RedirectResponse(inside(fields.get("next", "/")), status_code=303)
    remember(site, response, await site.sessions.begin(signer))
    response.delete_cookie(_FORM)
    return response


def remember(site: Site, response: Response, cookie: str) -> None:
    """Give a session's cookie to the browser."""
    response.set_cookie(
        COOKIE, cookie, max_age=HOURS * 3600, httponly=True, samesite="strict", secure=site.secure
    )


async def logout(request: Request) -> Response:
    """End the session; whoever came by the login service is led to its own logout."""
    await fields_of(request)
    site, cookie = site_of(request), request.cookies.get(COOKIE, "")
    place = await site.sign_on.farewell(cookie) if site.sign_on else ""
    await site.sessions.end(cookie)
    response = page(request, "onward", place=place, words="oidc.out") if place else None
    response = response or RedirectResponse("/login", status_code=303)
    response.delete_cookie(COOKIE)
    return response


async def choose_language(request: Request) -> Response:
    """Keep the reader's language."""
    fields = await fields_of(request)
    response = RedirectResponse(inside(fields.get("next", "/")), status_code=303)
    lang = "en" if fields.get("lang") == "en" else "de"
    response.set_cookie("lang", lang, max_age=365 * 86400, samesite="strict")
    return response


def login_form(
    request: Request, problem: str, status: int, typed: Fields | None = None
) -> Response:
    """The page on which people log in; `problem` is a key of the texts, `typed` is kept."""
    site = site_of(request)
    token = request.cookies.get(_FORM) or secrets.token_urlsafe(24)
    said = texts_for(request).say(problem) if problem else ""
    response = page(
        request,
        "login",
        status=status,
        problem=said,
        form_token=token,
        next=inside((typed or request.query_params).get("next", "/")),
        name=(typed or {}).get("name", ""),
        sign_on=site.sign_on.settings if site.sign_on else None,
    )
    response.set_cookie(
        _FORM, token, max_age=3600, httponly=True, samesite="strict", secure=site.secure
    )
    return response


def inside(place: str) -> str:
    """A path of ours, whatever was asked for: nobody is sent elsewhere after the login."""
    parts = urlsplit(place)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return parts.path if inside and not parts.path.startswith(("//", "/\\")) else "/"


def _person(site: Site, name: str) -> Person | None:
    wanted = name.casefold()
    directory, tenant = site.leitstand.directory, site.leitstand.tenant
    people = [p for p in directory.everybody(tenant) if directory.identity(tenant, p.id) is None]
    return next((p for p in people if wanted in (p.id.casefold(), p.name.casefold())), None)


async def _signer(site: Site, person: Person | None, fields: Fields) -> Signer | None:
    if person is None or (site.sign_on and not site.sign_on.admits(person)):
        await site.keyring.waste(fields.get("passphrase", ""))
        return None
    try:
        key = await site.keyring.unlock(person, fields.get("passphrase", ""))
    except ApprovalRefused:
        return None
    # A code is used up by being right: it is looked at last.
    if await site.factors.wanted(person) and not await site.factors.passes(person, _code(fields)):
        return None
    return Signer(person, key)


def _code(fields: Fields) -> str:
    return fields.get("code", "").strip()[:20]
