"""Linking chat: a person's own page, where they show a code, see their links and cut them."""

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.web.guarding import Fields, form, gated
from leitstand.web.page import page, site_of
from leitstand.web.sessions import Session

if TYPE_CHECKING:
    from leitstand.channels import Channels


@gated
async def show_links(request: Request, session: Session) -> Response:
    """A person's links; a code is shown when they ask for one, and never again."""
    return await _shown(request, session)


@form
async def make_link(request: Request, session: Session, _fields: Fields) -> Response:
    """Show a new code: whoever types it in chat within ten minutes is this person there."""
    code = await _channels(request).links.offer(session.signer)
    return await _shown(request, session, code)


@form
async def cut_link(request: Request, session: Session, fields: Fields) -> Response:
    """Cut one's own link, and delete the key that was kept for it."""
    links = _channels(request).links
    await links.cut(session.person.id, fields.get("channel", ""), fields.get("identity", ""))
    return RedirectResponse("/me/chat", status_code=303)


async def _shown(request: Request, session: Session, code: str = "") -> Response:
    channels = site_of(request).channels
    links = await channels.links.of(session.person.id) if channels else []
    return page(request, "chat", session, on=channels is not None, links=links, code=code)


def _channels(request: Request) -> "Channels":
    channels = site_of(request).channels
    if channels is None:
        raise HTTPException(404, "chat")
    return channels
