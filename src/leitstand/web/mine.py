"""Mine: a person's own account: their second factor, and who stands in while they are away."""

from datetime import date, datetime, time, timedelta

from starlette.responses import RedirectResponse, Response

from leitstand.errors import ApprovalRefused
from leitstand.inbox import holders
from leitstand.records import Absence
from leitstand.web.factors import Offer
from leitstand.web.guarding import form, gated
from leitstand.web.site import Site
from leitstand.web.visit import Visit


@form("/me/factor")
async def offer_factor(visit: Visit) -> Response:
    """A secret for the authenticator, shown until its first code has confirmed it."""
    factors = visit.site.factors
    if await factors.wanted(visit.person):
        return RedirectResponse("/me", status_code=303)
    return await _shown(visit, offer=await factors.offer(visit.person))


@form("/me/factor/confirm")
async def confirm_factor(visit: Visit) -> Response:
    """The first code: from now on every login asks for one."""
    factors = visit.site.factors
    if await factors.wanted(visit.person) or await _right(visit):
        return RedirectResponse("/me", status_code=303)
    offer = await factors.offer(visit.person)
    return await _shown(visit, status=401, problem=visit.texts.say("me.factor_wrong"), offer=offer)


@form("/me/factor/remove")
async def remove_factor(visit: Visit) -> Response:
    """Whoever removes the second factor has it in their hands."""
    factors = visit.site.factors
    if await factors.wanted(visit.person) and not await _right(visit):
        return await _shown(visit, status=401, problem=visit.texts.say("me.factor_wrong"))
    await factors.remove(visit.person)
    return RedirectResponse("/me", status_code=303)


@form("/me/absence")
async def leave(visit: Visit) -> Response:
    """Name who stands in, from the first day to the last; with no name nobody does any more."""
    site, me = visit.site, visit.person
    directory = site.leitstand.directory
    name = visit.fields.get("substitute", "")
    if not name:
        directory.come_back(me.tenant, me.id)
        return RedirectResponse("/me", status_code=303)
    try:
        days = [date.fromisoformat(visit.fields.get(n, "")) for n in ("first", "last")]
        since, until = (_midnight(site, d) for d in (days[0], days[1] + timedelta(days=1)))
        absence = Absence(tenant=me.tenant, person=me.id, substitute=name, since=since, until=until)
        directory.leave(absence)
    except (ValueError, OverflowError, ApprovalRefused):
        return await _shown(visit, status=400, problem=visit.texts.say("me.absence_wrong"))
    site.live.changed()
    return RedirectResponse("/me", status_code=303)


def _midnight(site: Site, day: date) -> float:
    """When a day begins where the tenant is, seconds since the epoch."""
    return datetime.combine(day, time(), site.leitstand.zone).timestamp()


async def _right(visit: Visit) -> bool:
    """Whether the code is right; wrong ones are counted as at the login."""
    site, person = visit.site, visit.person
    address = visit.request.client.host if visit.request.client else ""
    async with site.lockout.turn:
        if await site.lockout.locked(person.id, address):
            return False
        if await site.factors.passes(person, visit.fields.get("code", "").strip()[:20]):
            return True
        await site.lockout.failed(person.id, address)
    return False


async def _shown(
    visit: Visit, *, status: int = 200, problem: str = "", offer: Offer | None = None
) -> Response:
    """What a person can settle for themselves."""
    site, me = visit.site, visit.person
    absence = site.leitstand.directory.absence(me.tenant, me.id)
    return visit.page(
        "me",
        status=status,
        problem=problem,
        offer=offer,
        factor=await site.factors.wanted(me),
        by_service=site.leitstand.directory.identity(me.tenant, me.id) is not None,
        absence=absence,
        days=_days(site, absence),
        people=[p for p in site.leitstand.people if p.id != me.id],
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


show_me = gated("/me")(_shown)
