"""Halting in the browser: a button a role, for those whom the project names."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from leitstand.errors import UsageRefused
from leitstand.inbox import halt
from leitstand.web.guarding import form
from leitstand.web.visit import Visit


def offered(visit: Visit) -> list[tuple[str, bool]]:
    """What this person may halt (empty: every role at once), and whether it is; maybe nothing."""
    leitstand = visit.leitstand
    if not {*leitstand.project.table.web.halt} & {*visit.person.roles}:
        return []
    halted = {known.role for known in leitstand.rules.halts.now()}
    return [(role, role in halted) for role in ("", *sorted(leitstand.project.roles))]


@form("/halt")
async def say(visit: Visit) -> Response:
    """Halt, or let go on; every page then says so."""
    site, role = visit.site, visit.fields.get("role", "")
    reason, on = visit.fields.get("reason", ""), visit.fields.get("on") == "1"
    if role not in dict(offered(visit)):
        raise HTTPException(404, "role")
    try:
        halt(site.leitstand, visit.person, role, reason, visit.texts, on=on)
    except UsageRefused as error:
        return visit.page("problem", status=422, problem=error.text)
    site.live.changed()
    return RedirectResponse("/monitor", status_code=303)
