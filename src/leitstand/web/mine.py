"""Mine: a person's own account: their second factor, and who stands in while they are away."""

from datetime import date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.errors import ApprovalRefused
from leitstand.inbox import holders
from leitstand.records import Absence
from leitstand.web.factors import Offer
from leitstand.web.guarding import Fields, form, gated
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.sessions import Session
from leitstand.web.site import Site


@gated
async def show_me(request: Request, session: Session) -> Response:
    """What a person can settle for themselves."""
    return await _shown(request, session)


@form
async def offer_factor(request: Request, session: Session, _fields: Fields) -> Response:
    """A secret for the authenticator, shown until its first code has confirmed it."""
    factors = site_of(request).factors
    if await factors.wanted(session.person):
        return RedirectResponse("/me", status_code=303)
    return await _shown(request, session, offer=await factors.offer(session.person))


@form
async def confirm_factor(request: Request, session: Session, fields: Fields) -> Response:
    """The first code: from now on every login asks for one."""
    factors = site_of(request).factors
    if await factors.wanted(session.person) or await _right(request, session, fields):
        return RedirectResponse("/me", status_code=303)
    offer = await factors.offer(session.person)
    said = texts_for(request).say("me.factor_wrong")
    return await _shown(request, session, status=401, problem=said, offer=offer)


@form
async def remove_factor(request: Request, session: Session, fields: Fields) -> Response:
    """Whoever removes the second factor has it in their hands."""
    factors = site_of(request).factors
    if await factors.wanted(session.person) and not await _right(request, session, fields):
        said = texts_for(request).say("me.factor_wrong")
        return await _shown(request, session, status=401, problem=said)
    await factors.remove(session.person)
    return RedirectResponse("/me", status_code=303)


@form
async def leave(request: Request, session: Session, fields: Fields) -> Response:
    """Name who stands in, from the first day to the last; with no name nobody does any more."""
    site, me = site_of(request), session.person
    directory = site.leitstand.directory
    name = fields.get("substitute", "")
    if not name:
        directory.come_back(me.tenant, me.id)
        return RedirectResponse("/me", status_code=303)
    try:
        days = [date.fromisoformat(fields.get(n, "")) for n in ("first", "last")]
        since, until = (_midnight(site, d) for d in (days[0], days[1] + timedelta(days=1)))
        absence = Absence(tenant=me.tenant, person=me.id, substitute=name, since=since, until=until)
        directory.leave(absence)
    except (ValueError, OverflowError, ApprovalRefused):
        said = texts_for(request).say("me.absence_wrong")
        return await _shown(request, session, status=400, problem=said)
    site.live.changed()
    return RedirectResponse("/me", status_code=303)


def _midnight(site: Site, day: date) -> float:
    """When a day begins where the tenant is, seconds since the epoch."""
    return datetime.combine(day, time(), site.leitstand.zone).timestamp()


async def _right(request: Request, session: Session, fields: Fields) -> bool:
    """Whether the code is right; wrong ones are counted as at the login."""
    site, person = site_of(request), session.person
    address = request.client.host if request.client else ""
    if await site.lockout.locked(person.id, address):
        return False
    if await site.factors.passes(person, fields.get("code", "").strip()[:20]):
        return True
    await site.lockout.failed(person.id, address)
    return False


async def _shown(
    request: Request,
    session: Session,
    *,
    status: int = 200,
    problem: str = "",
    offer: Offer | None = None,
) -> Response:
    site, me = site_of(request), session.person
    people = site.leitstand.directory.everybody(me.tenant)
    absence = site.leitstand.directory.absence(me.tenant, me.id)
    return page(
        request,
        "me",
        session,
        status=status,
        problem=problem,
        offer=offer,
        factor=await site.factors.wanted(me),
        by_service=site.leitstand.directory.identity(me.tenant, me.id) is not None,
        absence=absence,
        days=_days(site, absence),
        people=[p for p in people if p.id != me.id],
        away=[p.name for p in holders(site.leitstand, me)[1:]],
    )


def _days(site: Site, absence: Absence | None) -> tuple[str, str]:
    """First and last day of an absence as a form holds them."""
    if absence is None:
        return "", ""
    zone = site.leitstand.zone
    first, last = (
        datetime.fromtimestamp(at, zone).date() for at in (absence.since, absence.until - 1)
    )
    return first.isoformat(), last.isoformat()
