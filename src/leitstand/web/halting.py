"""Halting in the browser: a button a role, for those whom the project names."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.errors import UsageRefused
from leitstand.inbox import halt
from leitstand.web.guarding import Fields, form
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.sessions import Session


def offered(request: Request, session: Session) -> list[tuple[str, bool]]:
    """What this person may halt (empty: every role at once), and whether it is; maybe nothing."""
    leitstand = site_of(request).leitstand
    if not {*leitstand.project.table.web.halt} & {*session.person.roles}:
        return []
    halted = {known.role for known in leitstand.rules.halts.now()}
    return [(role, role in halted) for role in ("", *sorted(leitstand.project.roles))]


@form
async def say(request: Request, session: Session, fields: Fields) -> Response:
    """Halt, or let go on; every page then says so."""
    site, role = site_of(request), fields.get("role", "")
    reason, on = fields.get("reason", ""), fields.get("on") == "1"
    if role not in dict(offered(request, session)):
        raise HTTPException(404, "role")
    try:
        halt(site.leitstand, session.person, role, reason, texts_for(request), on=on)
    except UsageRefused as error:
        return page(request, "problem", session, status=422, problem=error.text)
    site.live.changed()
    return RedirectResponse("/monitor", status_code=303)
