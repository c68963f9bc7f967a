"""Exceptions in the browser: let go on, supplied with what was missing, handed over, closed."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.errors import ApprovalRefused, Missing, ValueRefused
from leitstand.inbox import Handling, assign_case, close_case, retry_case, supply_case
from leitstand.web.cards import LONGEST
from leitstand.web.files import dossier_of, show_dossier
from leitstand.web.guarding import Fields, form
from leitstand.web.page import site_of, texts_for
from leitstand.web.sessions import Session

__all__ = ["handle"]

_VALUE = "value."


@form
async def handle(request: Request, session: Session, fields: Fields) -> Response:
    """Do what the button says, once; the page of the case then shows what came of it."""
    site, texts = site_of(request), texts_for(request)
    if len(fields.get("reason", "")) > LONGEST:
        said = texts.say("web.too_long", most=LONGEST)
        return await show_dossier(request, session, 400, said, fields)
    try:
        done = await _done(request, session, fields)
    except Missing as error:
        raise HTTPException(404, error.text) from error
    except (ApprovalRefused, ValueRefused) as error:
        status = 409 if isinstance(error, ApprovalRefused) else 422
        return await show_dossier(request, session, status, error.text, fields)
    if not done.won:
        return await show_dossier(request, session, 409, " ".join(done.lines))
    site.live.changed()
    return RedirectResponse(f"/case/{done.case}", status_code=303)


async def _done(request: Request, session: Session, fields: Fields) -> Handling:
    leitstand, texts = site_of(request).leitstand, texts_for(request)
    person, case = session.person, (await dossier_of(request, session)).case.ulid
    act, reason = fields.get("act", ""), fields.get("reason", "")
    if act == "retry":
        return await retry_case(leitstand, person, case, reason, texts)
    if act == "supply":
        given = {n.removeprefix(_VALUE): v for n, v in fields.items() if n.startswith(_VALUE)}
        given = {name: value for name, value in given.items() if value.strip()}
        if not given:
            raise ValueRefused(texts.say("handling.empty"), where=case)
        return await supply_case(leitstand, person, case, given, reason, texts)
    if act == "assign":
        return await assign_case(leitstand, person, case, fields.get("to", ""), reason, texts)
    if act == "close":
        return await close_case(leitstand, person, case, reason, texts)
    raise HTTPException(400, "act")
