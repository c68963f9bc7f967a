"""Cards: one checkpoint on a page of its own, and what a person can do with it."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leitstand.errors import ApprovalRefused, ValueRefused
from leitstand.inbox import (
    AGENT,
    Card,
    Decision,
    Pending,
    Texts,
    answer,
    card_of,
    decide,
    find_pending,
    receipt_of,
    reply,
    sight_of,
)
from leitstand.inbox.evidence import readings_of
from leitstand.web.documents import shown_document
from leitstand.web.entry import entries_of, written
from leitstand.web.guarding import Fields, form, gated
from leitstand.web.page import page, site_of, texts_for, unfit
from leitstand.web.sessions import Session

LATER = 4 * 3600.0
"""Seconds that "later" hides a card from a person's own list."""
_EDIT = "edit."


@gated
async def show_card(request: Request, session: Session) -> Response:
    """The card as it is now, with what this person has typed before."""
    return await _shown(request, session)


@gated
async def show_document(request: Request, session: Session) -> Response:
    """The document that the card rests on, the value that the query asks for marked."""
    leitstand = site_of(request).leitstand
    pending = await _pending(request, session)
    names = pending.frozen.body["readings"]
    reads = await readings_of(pending.dossier.journal, leitstand.rules.tools, names)
    return shown_document(request, session, reads)


@form
async def decide_card(request: Request, session: Session, fields: Fields) -> Response:
    """Approve, edit and approve, or reject: signed with the person's key, bound to what was shown.

    409 with the card as it stands if somebody was quicker or the action has changed; 422 if a value
    is none, or would be lost: typed, and approved as it was proposed.
    """
    site, texts = site_of(request), texts_for(request)
    name = request.path_params["id"]
    kind = fields.get("answer", "")
    if kind not in ("approve", "edit", "reject") or not fields.get("seen"):
        raise HTTPException(400, "answer")
    reason = _reason(fields)
    if said := unfit(reason, texts):
        return await _shown(request, session, 400, said, fields)
    card = await _card(request, session)
    typed = _edits(card, fields, texts)
    if kind == "approve" and typed and card.state == "open" and fields["seen"] == card.seen:
        said = texts.say("web.changed", fields=", ".join(map(texts.field, typed)))
        return await _shown(request, session, 422, said, fields)
    edits = written(typed, card, texts) if kind == "edit" else {}
    wanted = Decision(checkpoint=name, seen=fields["seen"], answer=kind, reason=reason, edits=edits)
    try:
        receipt = await decide(site.leitstand, session.signer, wanted, texts)
    except (ValueRefused, ApprovalRefused) as error:
        status = 422 if isinstance(error, ValueRefused) else 409
        return await _shown(request, session, status, error.text, fields)
    finally:
        site.live.changed()
    await site.notes.keep_draft(session.person.id, name, {})
    return page(request, "receipt", session, receipt=receipt)


@gated
async def show_receipt(request: Request, session: Session) -> Response:
    """What has come by now of this person's last decision on the card."""
    pending = await _pending(request, session)
    given = [a for a in pending.given if a.person == session.person.id]
    if not given:
        raise HTTPException(404, "receipt")
    leitstand, texts = site_of(request).leitstand, texts_for(request)
    receipt = await receipt_of(leitstand, pending, given[-1], texts)
    return page(request, "receipt", session, receipt=receipt)


@form
async def ask(request: Request, session: Session, fields: Fields) -> Response:
    """Write into the case's thread, which the journal answers; nothing is decided by words."""
    site, texts = site_of(request), texts_for(request)
    text = fields.get("text", "").strip()
    if said := unfit(text, texts, "web.empty"):
        return await _shown(request, session, 400, said, fields)
    card = await _card(request, session)
    await answer(site.leitstand, session.person, card.case, text, texts, to="thread")
    nobody = session.person.model_copy(update={"id": AGENT, "name": AGENT})
    found = reply(card, text, texts)
    await answer(site.leitstand, nobody, card.case, found, texts, to="thread")
    site.live.changed()
    return _back(card)


@form
async def delegate(request: Request, session: Session, fields: Fields) -> Response:
    """Pass a card on to somebody who may decide it; it still waits for all who may."""
    site, texts = site_of(request), texts_for(request)
    card = await _card(request, session)
    to = next((w for w in card.may if w.person == fields.get("to")), None)
    if to is None:
        return await _shown(request, session, 400, texts.say("web.not_theirs"), fields)
    await site.notes.assign(card.id, to.person, session.person.id)
    text = texts.say("web.passed_on", name=to.name)
    await answer(site.leitstand, session.person, card.case, text, texts, to="thread")
    site.live.changed()
    return RedirectResponse("/", status_code=303)


@form
async def propose(request: Request, session: Session, fields: Fields) -> Response:
    """Propose a change of a rule that asked: kept for its owner, and nothing changes by it."""
    site, texts = site_of(request), texts_for(request)
    card, text = await _card(request, session), fields.get("text", "").strip()
    rule = next((r.rule for r in card.rules if r.rule == fields.get("rule")), "")
    if said := unfit(text if rule else "", texts, "web.empty"):
        return await _shown(request, session, 400, said, fields)
    await site.notes.propose(card.id, rule, session.person.id, text)
    return _back(card)


@form
async def later(request: Request, session: Session, _fields: Fields) -> Response:
    """Hide a card from this person's own list for a while: no answer, and no "no"."""
    card = await _card(request, session)
    await site_of(request).notes.postpone(session.person.id, card.id, LATER)
    return RedirectResponse("/", status_code=303)


@form
async def keep_draft(request: Request, session: Session, fields: Fields) -> Response:
    """Keep what a person has typed, for them alone."""
    card = await _card(request, session)
    await site_of(request).notes.keep_draft(
        session.person.id, card.id, _edits(card, fields, texts_for(request))
    )
    return _back(card)


async def _pending(request: Request, session: Session) -> Pending:
    """The checkpoint of the path. Raises HTTPException: there is none that this person sees."""
    leitstand, name = site_of(request).leitstand, request.path_params["id"]
    try:
        found = await find_pending(leitstand, name, texts_for(request))
    except ApprovalRefused as error:
        raise HTTPException(404, error.text) from error
    if not await sight_of(leitstand, session.person).of(leitstand, found.checkpoint.case):
        raise HTTPException(404, "sight")
    return found


async def _card(request: Request, session: Session) -> Card:
    pending = await _pending(request, session)
    return await card_of(site_of(request).leitstand, pending, texts_for(request))


async def _shown(
    request: Request,
    session: Session,
    status: int = 200,
    problem: str = "",
    fields: Fields | None = None,
) -> Response:
    """The card; what was typed is typed still."""
    card = await _card(request, session)
    site, texts = site_of(request), texts_for(request)
    draft: Mapping[str, str] = _edits(card, fields, texts) if fields else {}
    draft = draft or await site.notes.draft(session.person.id, card.id)
    mine = any(w.person == session.person.id for w in card.may)
    reasons = texts.known("web.reasons").split("|")
    return page(
        request,
        "card",
        session,
        status=status,
        card=card,
        escalated=await site.reminders.escalated(card.id),
        problem=problem,
        draft=draft,
        mine=mine,
        entries=entries_of(card, texts),
        reason=(fields or {}).get("reason", ""),
        reasons=reasons,
    )


def _edits(card: Card, fields: Fields, texts: Texts) -> dict[str, str]:
    """What a person has typed that is not what stood there."""
    before = entries_of(card, texts)
    given = {k.removeprefix(_EDIT): v.strip() for k, v in fields.items() if k.startswith(_EDIT)}
    return {name: text for name, text in given.items() if before.get(name, "") != text}


def _reason(fields: Fields) -> str:
    """From the list and the text beside it."""
    parts = (fields.get("reason_listed", "").strip(), fields.get("reason", "").strip())
    return ": ".join(p for p in parts if p)


def _back(card: Card) -> Response:
    return RedirectResponse(f"/card/{card.id}", status_code=303)
