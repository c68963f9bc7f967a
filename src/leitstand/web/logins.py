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

__all__ = ["choose_language", "login", "logout", "show_login"]

_FORM = "leitstand_form"


async def show_login(request: Request) -> Response:
    """The form; its token stands in a cookie too, for nobody has a session yet."""
    return _form(request, "", 200)


async def login(request: Request) -> Response:
    """Begin a session. Wrong passphrases are counted; nobody hears which part was wrong."""
    site, fields = site_of(request), await fields_of(request)
    known = request.cookies.get(_FORM, "")
    if not known or not secrets.compare_digest(fields.get("token", "").encode(), known.encode()):
        raise HTTPException(403, "token")
    name = fields.get("name", "").strip()[:200]
    address = request.client.host if request.client else ""
    person = _person(site, name)
    if await site.lockout.locked(person.id if person else name, address):
        return _form(request, "login.locked", 429)
    signer = await _signer(site, person, fields)
    if signer is None:
        await site.lockout.failed(person.id if person else name, address)
        return _form(request, "login.wrong", 401)
    await site.lockout.passed(signer.person.id)
    response = RedirectResponse(_inside(fields.get("next", "/")), status_code=303)
    cookie = await site.sessions.begin(signer)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=site.secure,
    )
    response.delete_cookie(_FORM)
    return response


async def logout(request: Request) -> Response:
    """End the session."""
    await fields_of(request)
    await site_of(request).sessions.end(request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(COOKIE)
    return response


async def choose_language(request: Request) -> Response:
    """Keep the reader's language."""
    fields = await fields_of(request)
    response = RedirectResponse(_inside(fields.get("next", "/")), status_code=303)
    lang = "en" if fields.get("lang") == "en" else "de"
    response.set_cookie("lang", lang, max_age=365 * 86400, samesite="strict")
    return response


def _form(request: Request, problem: str, status: int) -> Response:
    token = request.cookies.get(_FORM) or secrets.token_urlsafe(24)
    place = _inside(request.query_params.get("next", "/"))
    said = texts_for(request).say(problem) if problem else ""
    response = page(request, "login", status=status, problem=said, form_token=token, next=place)
    response.set_cookie(
        _FORM, token, max_age=3600, httponly=True, samesite="strict", secure=site_of(request).secure
    )
    return response


def _inside(place: str) -> str:
    """A path of ours, whatever was asked for: nobody is sent elsewhere after the login."""
    parts = urlsplit(place)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return parts.path if inside and not parts.path.startswith(("//", "/\\")) else "/"


def _person(site: Site, name: str) -> Person | None:
    wanted = name.casefold()
    people = site.leitstand.directory.everybody(site.leitstand.tenant)
    return next((p for p in people if wanted in (p.id.casefold(), p.name.casefold())), None)


async def _signer(site: Site, person: Person | None, fields: Fields) -> Signer | None:
    if person is None:
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
