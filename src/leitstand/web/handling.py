"""Exceptions in the browser: let go on, supplied with what was missing, handed over, closed."""

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from leitstand.errors import ApprovalRefused, Missing, ValueRefused
from leitstand.inbox import Act
from leitstand.inbox import handle as handle_case
from leitstand.web.files import dossier_of, show_dossier
from leitstand.web.guarding import form
from leitstand.web.page import unfit
from leitstand.web.visit import Fields, Visit

_VALUE = "value."


@form("/case/{ulid}/handle")
async def handle(visit: Visit) -> Response:
    """Do what the button says, once; the page of the case then shows what came of it."""
    site, texts = visit.site, visit.texts
    if said := unfit(visit.fields.get("reason", ""), texts):
        return await show_dossier(visit, 400, said)
    act = _act((await dossier_of(visit)).case.ulid, visit.fields)
    if act.kind == "supply" and not act.values:
        return await show_dossier(visit, 422, texts.say("handling.empty"))
    try:
        done = await handle_case(site.leitstand, visit.person, act, texts)
    except Missing as error:
        raise HTTPException(404, error.text) from error
    except (ApprovalRefused, ValueRefused) as error:
        status = 409 if isinstance(error, ApprovalRefused) else 422
        return await show_dossier(visit, status, error.text)
    if not done.won:
        return await show_dossier(visit, 409, " ".join(done.lines))
    site.live.changed()
    return RedirectResponse(f"/case/{done.case}", status_code=303)


def _act(case: str, fields: Fields) -> Act:
    """What the form says. Raises HTTPException: no button of ours."""
    typed = {n.removeprefix(_VALUE): v for n, v in fields.items() if n.startswith(_VALUE)}
    values = {name: value for name, value in typed.items() if value.strip()}
    named = {name: fields.get(name, "") for name in ("reason", "to")}
    try:
        return Act.model_validate(
            {"kind": fields.get("act", ""), "case": case, "values": values, **named}
        )
    except ValidationError as error:
        raise HTTPException(400, "act") from error
