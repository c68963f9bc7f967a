"""A case on a page: its journal as a readable timeline, and its thread."""

from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from leitstand.errors import ApprovalRefused, Missing
from leitstand.inbox import Dossier, Message, Texts, answer, line_of, open_dossier, thread_of
from leitstand.web.cards import DOCUMENT, LONGEST
from leitstand.web.guarding import Fields, form, gated
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.samples import document_of
from leitstand.web.sessions import Session

__all__ = ["show_case", "show_document", "write_thread"]


@gated
async def show_case(request: Request, session: Session) -> Response:
    """The case as its journal tells it."""
    return await _shown(request, session)


@gated
async def show_document(request: Request, session: Session) -> Response:
    """The document of the case, as the project shows it: nothing in it can run."""
    del session
    await _dossier(request)
    html = await document_of(request, request.path_params["ulid"])
    if html is None:
        raise HTTPException(404, "document")
    return HTMLResponse(html, headers={"content-security-policy": DOCUMENT})


@form
async def write_thread(request: Request, session: Session, fields: Fields) -> Response:
    """A message of a person about the case; whatever it says, it decides nothing."""
    site, texts = site_of(request), texts_for(request)
    text = fields.get("text", "").strip()
    if not text or len(text) > LONGEST:
        said = texts.say("web.too_long", most=LONGEST) if text else texts.say("web.empty")
        return await _shown(request, session, 400, said)
    dossier = await _dossier(request)
    try:
        ulid = dossier.case.ulid
        await answer(site.leitstand, session.person, ulid, text, texts, to="thread")
    except ApprovalRefused as error:
        return await _shown(request, session, 409, error.text)
    site.live.changed()
    return RedirectResponse(f"/case/{dossier.case.ulid}", status_code=303)


async def _shown(
    request: Request, session: Session, status: int = 200, problem: str = ""
) -> Response:
    dossier, texts = await _dossier(request), texts_for(request)
    people = site_of(request).leitstand.directory.everybody(dossier.case.tenant)
    return page(
        request,
        "case",
        session,
        status=status,
        problem=problem,
        case=dossier.case,
        dossier=dossier,
        lines=[line_of(h, texts) for h in dossier.happened],
        decisions=list(_decisions(dossier, texts)),
        open=[c.id for c in dossier.tape.open_checkpoints()],
        thread=tuple[Message, ...](thread_of(dossier)),
        names={p.id: p.name for p in people},
    )


def _decisions(dossier: Dossier, texts: Texts) -> Iterator[tuple[str, str, float, str]]:
    for approval in dossier.approvals:
        said = texts.known(f"answer.{approval.answer}", approval.answer)
        yield approval.person, said, approval.at, approval.reason


async def _dossier(request: Request) -> Dossier:
    leitstand = site_of(request).leitstand
    try:
        found = await open_dossier(
            leitstand.store, leitstand.rules.tools, request.path_params["ulid"]
        )
    except Missing as error:
        raise HTTPException(404, error.text) from error
    if found.case.tenant != leitstand.tenant:
        raise HTTPException(404, "case")
    return found
