"""A case on a page: its journal as a readable timeline, and its thread."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from leitstand.errors import ApprovalRefused, Missing
from leitstand.inbox import (
    Dossier,
    Message,
    Texts,
    answer,
    effect_of,
    handled_of,
    handling_line,
    line_of,
    may_handle,
    meant_by,
    open_dossier,
    reason_of,
    requester_of,
    roles_of,
    sight_of,
    takeover_of,
    thread_of,
)
from leitstand.inbox.evidence import readings_of
from leitstand.inbox.export import export_case
from leitstand.records import Approval
from leitstand.role import Takeover
from leitstand.runtime import Leitstand
from leitstand.tool import Tool
from leitstand.web.documents import shown_document
from leitstand.web.guarding import form, gated
from leitstand.web.page import unfit
from leitstand.web.visit import Visit


class Unsettled(NamedTuple):
    """A write whose outcome is unknown: its key, the tool, and what was to be written."""

    key: str
    tool: Tool[Any, Any]
    args: Mapping[str, Any]


@gated("/case/{ulid}/document")
async def show_document(visit: Visit) -> Response:
    """The document of the case, the value that the query asks for marked."""
    dossier = await dossier_of(visit)
    tools, names = visit.leitstand.rules.tools, tuple(dossier.tape.answers)
    reads = await readings_of(dossier.journal, tools, names)
    return shown_document(visit, reads)


@form("/case/{ulid}/thread")
async def write_thread(visit: Visit) -> Response:
    """A message of a person about the case; whatever it says, it decides nothing."""
    site, texts = visit.site, visit.texts
    text = visit.fields.get("text", "").strip()
    if said := unfit(text, texts, "web.empty"):
        return await show_dossier(visit, 400, said)
    dossier = await dossier_of(visit)
    try:
        ulid = dossier.case.ulid
        await answer(site.leitstand, visit.person, ulid, text, texts, to="thread")
    except ApprovalRefused as error:
        return await show_dossier(visit, 409, error.text)
    site.live.changed()
    return RedirectResponse(f"/case/{dossier.case.ulid}", status_code=303)


@form("/case/{ulid}/export")
async def export(visit: Visit) -> Response:
    """The case as a file that proves it without Leitstand; it is on record who took it."""
    dossier = await dossier_of(visit)
    ulid = dossier.case.ulid
    made = await export_case(visit.leitstand, ulid, visit.person)
    named = {"content-disposition": f'attachment; filename="{ulid}.json"'}
    return Response(orjson.dumps(made), media_type="application/json", headers=named)


async def show_dossier(visit: Visit, status: int = 200, problem: str = "") -> Response:
    """The case as its journal tells it; what was typed into a form stands there still."""
    dossier, texts = await dossier_of(visit), visit.texts
    leitstand, effects = visit.leitstand, dossier.effects
    tools = leitstand.rules.tools
    return visit.page(
        "case",
        status=status,
        problem=problem,
        case=dossier.case,
        dossier=dossier,
        requester=requester_of(leitstand, dossier.case.requester, texts),
        ended=reason_of(leitstand, dossier, texts),
        meant=await meant_by(leitstand, dossier, texts) if dossier.status == "exception" else "",
        people=leitstand.people,
        effects=[(e, *await effect_of(leitstand, dossier, e.tool, e.args, texts)) for e in effects],
        lines=[line_of(h, texts) for h in dossier.happened],
        decisions=list(_decisions(dossier, texts)),
        handled=[handling_line(_named(h, leitstand), texts) for h in handled_of(dossier)],
        read=any(
            tools[h.tool].authority == "document" for h in dossier.happened if h.tool in tools
        ),
        open=[c.id for c in dossier.tape.open_checkpoints()],
        thread=tuple[Message, ...](thread_of(dossier)),
        unsettled=unsettled(visit, dossier) if may_release(visit, dossier) else None,
        takeover=_offered(visit, dossier),
        roles=sorted({role for person in leitstand.people for role in person.roles}),
        typed=visit.fields,
    )


def _named(handled: Mapping[str, Any], leitstand: Leitstand) -> Mapping[str, Any]:
    """What somebody did in the queue, people by their names."""
    people = {k: v for k, v in handled.items() if k in ("person", "to_person")}
    return {**handled, **{k: leitstand.name_of(v) for k, v in people.items()}}


def _offered(visit: Visit, dossier: Dossier) -> Takeover | None:
    """What this person may do with the case; None where it is no exception of theirs."""
    if dossier.status != "exception" or not may_handle(visit.leitstand, dossier, visit.person):
        return None
    return takeover_of(visit.leitstand, dossier)


def may_release(visit: Visit, dossier: Dossier) -> bool:
    """Whether this person may let the case go on; it is held, then."""
    leitstand = visit.leitstand
    wanted, roles = leitstand.project.table.web.release, roles_of(leitstand, visit.person)
    return dossier.status == "held" and (not wanted or not set(wanted).isdisjoint(roles))


def unsettled(visit: Visit, dossier: Dossier) -> list[Unsettled]:
    """The writes of which nobody knows what became of them."""
    tools, tape = visit.leitstand.rules.tools, dossier.tape
    intents = [tape.intents[address] for address in tape.unsettled()]
    return [Unsettled(i["key"], tools[i["tool"]], i["args"]) for i in intents]


def _decisions(dossier: Dossier, texts: Texts) -> Iterator[tuple[Approval, str]]:
    for approval in dossier.approvals:
        yield approval, texts.known(f"answer.{approval.answer}", approval.answer)


async def dossier_of(visit: Visit) -> Dossier:
    """The case of the path. Raises HTTPException: there is none that this person sees."""
    leitstand = visit.leitstand
    try:
        roles = roles_of(leitstand, visit.person)
        found = await open_dossier(leitstand, visit.request.path_params["ulid"], roles)
    except Missing as error:
        raise HTTPException(404, error.text) from error
    if not await sight_of(leitstand, visit.person).of(leitstand, found.case.ulid):
        raise HTTPException(404, "case")
    return found


show_case = gated("/case/{ulid}")(show_dossier)
