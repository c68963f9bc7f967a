"""Linking chat: a person's own page, where they show a code, see their links and cut them."""

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from leitstand.web.guarding import form, gated
from leitstand.web.visit import Visit

if TYPE_CHECKING:
    from leitstand.channels import Channels


@form("/me/chat")
async def make_link(visit: Visit) -> Response:
    """Show a new code: whoever types it in chat within ten minutes is this person there."""
    code = await _channels(visit).links.offer(visit.session.signer)
    return await _shown(visit, code)


@form("/me/chat/cut")
async def cut_link(visit: Visit) -> Response:
    """Cut one's own link, and delete the key that was kept for it."""
    channel, identity = (visit.fields.get(name, "") for name in ("channel", "identity"))
    await _channels(visit).links.cut(visit.person.id, channel, identity)
    return RedirectResponse("/me/chat", status_code=303)


async def _shown(visit: Visit, code: str = "") -> Response:
    """A person's links; a code is shown when they ask for one, and never again."""
    channels = visit.site.channels
    links = await channels.links.of(visit.person.id) if channels else []
    return visit.page("chat", on=channels is not None, links=links, code=code)


def _channels(visit: Visit) -> "Channels":
    channels = visit.site.channels
    if channels is None:
        raise HTTPException(404, "chat")
    return channels


show_links = gated("/me/chat")(_shown)
