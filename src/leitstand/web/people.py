"""People: those with the role `admin` take people in and out; everybody sets their own passphrase.

A person who is taken out, or loses a role, has neither session nor authority at the next request.
"""

from collections.abc import Iterable
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.approval import id_of
from leitstand.errors import ApprovalRefused
from leitstand.records import Person
from leitstand.runtime import Leitstand
from leitstand.values import nodes
from leitstand.web.guarding import fields_of, form, gated
from leitstand.web.invitations import ADMIN, Invitation
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.site import Site
from leitstand.web.visit import Fields, Visit

SHORTEST = 8
"""Characters of a passphrase at least, as the keyring asks."""
_ROLE = "role."


def roles_in(leitstand: Leitstand) -> tuple[str, ...]:
    """Roles that people can be given: of the rules, the tenant's data, the people there are."""
    asked = {role for rule in leitstand.rules.bundle.rules for role in rule.notes.roles}
    found = {role.rpartition(":")[2] for role in asked}
    found |= {role for member in leitstand.project.table.people for role in member.roles}
    found |= {r for p in leitstand.people for r in p.roles}
    for path, roles in nodes(leitstand.limits):
        found |= set(map(str, cast("Iterable[Any]", roles))) if path[-1:] == ("roles",) else set()
    return tuple(sorted(found - {ADMIN}))


async def first_key(site: Site) -> str:
    """The key of a link that makes the first person; empty where there are people."""
    if site.leitstand.people or _local(site) == "none":
        return ""
    return await site.invitations.make("", (ADMIN,))


@form("/people/invite", ADMIN)
async def invite(visit: Visit) -> Response:
    """A link for somebody new, or for somebody known who has lost their passphrase."""
    site, texts = visit.site, visit.texts
    known = site.leitstand.person(visit.fields.get("person", ""))
    name = known.name if known else " ".join(visit.fields.get("name", "").split())[:120]
    roles = known.roles if known else _roles(site, visit.fields)
    problem = _not_local(site, known, roles)
    problem = problem or ("" if known else _problem(site, name, roles))
    if problem:
        return await _shown(visit, 400, texts.say(problem))
    key = await site.invitations.make(name, roles)
    link = f"{visit.request.base_url}begin?key={key}"
    return await _shown(visit, link=(name, link))


@form("/people/roles", ADMIN)
async def change_roles(visit: Visit) -> Response:
    """Other roles, from the next request on."""
    site, texts = visit.site, visit.texts
    person, roles = _known(site, visit.fields), _roles(site, visit.fields)
    if site.leitstand.directory.identity(person.tenant, person.id):
        said = texts.say("people.roles_by_service", roles=texts.roles(person.roles))
        return await _shown(visit, 409, said)
    if not roles:
        return await _shown(visit, 400, texts.say("people.no_roles"))
    if ADMIN not in roles and _last_admin(site, person):
        return await _shown(visit, 409, texts.say("people.last_admin"))
    site.leitstand.directory.change(person.model_copy(update={"roles": roles}))
    return RedirectResponse("/people", status_code=303)


@form("/people/sessions", ADMIN)
async def end_sessions(visit: Visit) -> Response:
    """Whoever sits there has to log in again."""
    site = visit.site
    await site.sessions.end_all(_known(site, visit.fields).id)
    return RedirectResponse("/people", status_code=303)


@form("/people/key", ADMIN)
async def renew_key(visit: Visit) -> Response:
    """A new key at the next login of somebody who comes by the login service."""
    site = visit.site
    person = _known(site, visit.fields)
    if site.sign_on is None or not site.leitstand.directory.identity(person.tenant, person.id):
        raise HTTPException(404, "identity")
    site.sign_on.accounts.renew(person)
    await site.sessions.end_all(person.id)
    return RedirectResponse("/people", status_code=303)


@form("/people/admit", ADMIN)
async def admit(visit: Visit) -> Response:
    """Let somebody who was taken out come by the login service again, as somebody new."""
    site = visit.site
    site.leitstand.directory.admit(site.leitstand.tenant, visit.fields.get("person", ""))
    return RedirectResponse("/people", status_code=303)


@form("/people/remove", ADMIN)
async def remove(visit: Visit) -> Response:
    """Take a person out, with key, second factor and sessions."""
    site = visit.site
    person = _known(site, visit.fields)
    if _last_admin(site, person):
        return await _shown(visit, 409, visit.texts.say("people.last_admin"))
    site.leitstand.directory.remove(person.tenant, person.id)
    site.keyring.forget(person)
    if site.sign_on:
        site.sign_on.accounts.renew(person)
    await site.factors.remove(person)
    await site.sessions.end_all(person.id)
    return RedirectResponse("/people", status_code=303)


async def show_begin(request: Request) -> Response:
    """The form behind a one-time link; looking at it does not use it up."""
    key = request.query_params.get("key", "")
    return _begin(request, key, await site_of(request).invitations.find(key))


async def begin(request: Request) -> Response:
    """Make the person, with a passphrase that they alone know; the link is used up by it."""
    site, fields = site_of(request), await fields_of(request)
    key, phrase = fields.get("key", ""), fields.get("passphrase", "")
    invited = await site.invitations.find(key)
    if invited is None or _local(site) == "none" or (not invited.name and site.leitstand.people):
        return _begin(request, key, None)
    name = invited.name or " ".join(fields.get("name", "").split())[:120]
    problem = _unfit(name, phrase, fields.get("again", ""))
    if problem:
        return _begin(request, key, invited, problem)
    if not await site.invitations.take(key):
        return _begin(request, key, None)
    roles = invited.roles if invited.name else (ADMIN, *_roles(site, fields, but=ADMIN))
    await _made(site, name, roles, phrase)
    return RedirectResponse("/login", status_code=303)


async def _made(site: Site, name: str, roles: tuple[str, ...], phrase: str) -> None:
    leitstand = site.leitstand
    known = leitstand.person(id_of(name))
    if known is None:
        await site.keyring.create_person(leitstand.directory, leitstand.tenant, name, roles, phrase)
        return
    await site.keyring.renew_person(leitstand.directory, known, phrase)
    await site.sessions.end_all(known.id)


def _local(site: Site) -> str:
    """Who may log in with a passphrase of their own."""
    return site.sign_on.settings.local if site.sign_on else "all"


def _not_local(site: Site, known: Person | None, roles: tuple[str, ...]) -> str:
    """Why nobody is invited to set a passphrase; empty if they may be."""
    identified = known and site.leitstand.directory.identity(known.tenant, known.id)
    if _local(site) == "none" or identified:
        return "people.local_off"
    return "people.local_admin" if _local(site) == "admin" and ADMIN not in roles else ""


def _unfit(name: str, phrase: str, again: str) -> str:
    if not _identity(name):
        return "people.no_name"
    if len(phrase) < SHORTEST:
        return "people.short"
    return "" if phrase == again else "people.differ"


def _problem(site: Site, name: str, roles: tuple[str, ...]) -> str:
    identity = _identity(name)
    if not identity:
        return "people.no_name"
    if site.leitstand.person(identity):
        return "people.known"
    return "" if roles else "people.no_roles"


def _identity(name: str) -> str:
    try:
        return id_of(name)
    except ApprovalRefused:
        return ""


def _known(site: Site, fields: Fields) -> Person:
    found = site.leitstand.person(fields.get("person", ""))
    if found is None:
        raise HTTPException(404, "person")
    return found


def _last_admin(site: Site, person: Person) -> bool:
    admins = [p.id for p in site.leitstand.people if ADMIN in p.roles]
    return admins == [person.id]


def _roles(site: Site, fields: Fields, but: str = "") -> tuple[str, ...]:
    """The roles that are ticked, of those there are."""
    return tuple(r for r in (ADMIN, *roles_in(site.leitstand)) if _ROLE + r in fields and r != but)


def _begin(request: Request, key: str, invited: Invitation | None, problem: str = "") -> Response:
    texts = texts_for(request)
    problem = problem if invited else "people.link_over"
    status = 400 if problem and invited else (200 if invited else 410)
    return page(
        request,
        "begin",
        status=status,
        key=key,
        invited=invited,
        problem=texts.say(problem) if problem else "",
        roles=roles_in(site_of(request).leitstand),
    )


async def _shown(
    visit: Visit, status: int = 200, problem: str = "", link: tuple[str, str] | None = None
) -> Response:
    """Everybody with their roles, and who is invited."""
    site = visit.site
    identities = site.leitstand.directory.identities(site.leitstand.tenant)
    values: dict[str, Any] = {
        "people": site.leitstand.people,
        "identified": {i.person for i in identities if not i.barred},
        "barred": sorted(i.person for i in identities if i.barred),
        "local": _local(site),
        "invited": await site.invitations.waiting(),
        "roles": (ADMIN, *roles_in(site.leitstand)),
        "link": link,
    }
    return visit.page("people", status=status, problem=problem, **values)


show_people = gated("/people", ADMIN)(_shown)
