"""Mine: a person's own account: their second factor."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.web.factors import Offer
from leitstand.web.guarding import Fields, form, gated
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.sessions import Session

__all__ = ["confirm_factor", "offer_factor", "remove_factor", "show_me"]


@gated
async def show_me(request: Request, session: Session) -> Response:
    """What a person can settle for themselves."""
    return await _shown(request, session)


@form
async def offer_factor(request: Request, session: Session, fields: Fields) -> Response:
    """A secret for the authenticator, shown until its first code has confirmed it."""
    del fields
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
    wanted = await site_of(request).factors.wanted(session.person)
    return page(request, "me", session, status=status, problem=problem, offer=offer, factor=wanted)
