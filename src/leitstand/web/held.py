"""Held cases: a person says why one may go on, and what became of writes of unknown outcome."""

from collections.abc import Iterator

from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from leitstand.approval import fill
from leitstand.errors import UsageRefused, ValueRefused
from leitstand.web.files import Unsettled, dossier_of, may_release, show_dossier, unsettled
from leitstand.web.guarding import form
from leitstand.web.page import unfit
from leitstand.web.visit import Fields, Visit


@form("/case/{ulid}/release")
async def release(visit: Visit) -> Response:
    """Let the case go on, with the person and the reason in its journal.

    What is said of a write is recorded as its outcome: with a wrong word it is never done, or
    taken as done though it was not. So nothing is preset, and what is left open is asked of the
    system once more.
    """
    site, texts = visit.site, visit.texts
    dossier, reason = await dossier_of(visit), visit.fields.get("reason", "").strip()
    if not may_release(visit, dossier):
        return await show_dossier(visit, 409, texts.say("held.not_now"))
    if said := unfit(reason, texts, "held.why_missing"):
        return await show_dossier(visit, 400, said)
    try:
        told = dict(_said(unsettled(visit, dossier), visit.fields))
        await site.leitstand.runtime.release(dossier.case.ulid, visit.person.id, reason, told)
    except (ValueRefused, UsageRefused) as error:
        return await show_dossier(visit, 422, error.text)
    await site.leitstand.go_on(dossier.case.ulid)
    site.live.changed()
    return RedirectResponse(f"/case/{dossier.case.ulid}", status_code=303)


def _said(found: list[Unsettled], fields: Fields) -> Iterator[tuple[str, BaseModel | str]]:
    """What a person said of each write, by its key. Raises ValueRefused."""
    for at, one in enumerate(found):
        said, why = fields.get(f"said.{at}", ""), fields.get(f"why.{at}", "").strip()
        if said == "undone":
            if not why:
                raise ValueRefused("why did it not happen?", where=one.key)
            yield one.key, why
        if said == "done":
            start = f"result.{at}."
            typed = {k.removeprefix(start): v for k, v in fields.items() if k.startswith(start)}
            given = {name: text for name, text in typed.items() if text.strip()}
            yield one.key, fill(one.tool.result, given, one.tool.name)
