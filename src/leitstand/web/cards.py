"""Cards: one checkpoint on a page of its own, and what a person can do with it."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
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
from leitstand.web.guarding import form, gated
from leitstand.web.page import unfit
from leitstand.web.visit import Fields, Visit

LATER = 4 * 3600.0
"""Seconds that "later" hides a card from a person's own list."""
_EDIT = "edit."


@gated("/card/{id}/document")
async def show_document(visit: Visit) -> Response:
    """The document that the card rests on, the value that the query asks for marked."""
    leitstand = visit.leitstand
    pending = await _pending(visit)
    names = pending.frozen.body["readings"]
    reads = await readings_of(pending.dossier.journal, leitstand.rules.tools, names)
    return shown_document(visit, reads)


@form("/card/{id}/decide")
async def decide_card(visit: Visit) -> Response:
    """Approve, edit and approve, or reject: signed with the person's key, bound to what was shown.

    409 with the card as it stands if somebody was quicker or the action has changed; 422 if a value
    is none, or would be lost: typed, and approved as it was proposed.
    """
    site, texts = visit.site, visit.texts
    name = visit.request.path_params["id"]
    kind, seen = visit.fields.get("answer", ""), visit.fields.get("seen", "")
    if kind not in ("approve", "edit", "reject") or not seen:
        raise HTTPException(400, "answer")
    reason = _reason(visit.fields)
    if said := unfit(reason, texts):
        return await _shown(visit, 400, said)
    card = await _card(visit)
    typed = _edits(card, visit.fields, texts)
    if kind == "approve" and typed and card.state == "open" and seen == card.seen:
        said = texts.say("web.changed", fields=", ".join(map(texts.field, typed)))
        return await _shown(visit, 422, said)
    edits = written(typed, card, texts) if kind == "edit" else {}
    wanted = Decision(checkpoint=name, seen=seen, answer=kind, reason=reason, edits=edits)
    try:
        receipt = await decide(site.leitstand, visit.session.signer, wanted, texts)
    except (ValueRefused, ApprovalRefused) as error:
        status = 422 if isinstance(error, ValueRefused) else 409
        return await _shown(visit, status, error.text)
    finally:
        site.live.changed()
    await site.notes.keep_draft(visit.person.id, name, {})
    return visit.page("receipt", receipt=receipt)


@gated("/card/{id}/receipt")
async def show_receipt(visit: Visit) -> Response:
    """What has come by now of this person's last decision on the card."""
    pending = await _pending(visit)
    given = [a for a in pending.given if a.person == visit.person.id]
    if not given:
        raise HTTPException(404, "receipt")
    leitstand, texts = visit.leitstand, visit.texts
    receipt = await receipt_of(leitstand, pending, given[-1], texts)
    return visit.page("receipt", receipt=receipt)


@form("/card/{id}/ask")
async def ask(visit: Visit) -> Response:
    """Write into the case's thread, which the journal answers; nothing is decided by words."""
    site, texts = visit.site, visit.texts
    text = visit.fields.get("text", "").strip()
    if said := unfit(text, texts, "web.empty"):
        return await _shown(visit, 400, said)
    card = await _card(visit)
    await answer(site.leitstand, visit.person, card.case, text, texts, to="thread")
    nobody = visit.person.model_copy(update={"id": AGENT, "name": AGENT})
    found = reply(card, text, texts)
    await answer(site.leitstand, nobody, card.case, found, texts, to="thread")
    site.live.changed()
    return _back(card)


@form("/card/{id}/delegate")
async def delegate(visit: Visit) -> Response:
    """Pass a card on to somebody who may decide it; it still waits for all who may."""
    site, texts = visit.site, visit.texts
    card = await _card(visit)
    to = next((w for w in card.may if w.person == visit.fields.get("to")), None)
    if to is None:
        return await _shown(visit, 400, texts.say("web.not_theirs"))
    await site.notes.assign(card.id, to.person, visit.person.id)
    text = texts.say("web.passed_on", name=to.name)
    await answer(site.leitstand, visit.person, card.case, text, texts, to="thread")
    site.live.changed()
    return RedirectResponse("/", status_code=303)


@form("/card/{id}/propose")
async def propose(visit: Visit) -> Response:
    """Propose a change of a rule that asked: kept for its owner, and nothing changes by it."""
    site, texts = visit.site, visit.texts
    card, text = await _card(visit), visit.fields.get("text", "").strip()
    rule = next((r.rule for r in card.rules if r.rule == visit.fields.get("rule")), "")
    if said := unfit(text if rule else "", texts, "web.empty"):
        return await _shown(visit, 400, said)
    await site.notes.propose(card.id, rule, visit.person.id, text)
    return _back(card)


@form("/card/{id}/later")
async def later(visit: Visit) -> Response:
    """Hide a card from this person's own list for a while: no answer, and no "no"."""
    card = await _card(visit)
    await visit.site.notes.postpone(visit.person.id, card.id, LATER)
    return RedirectResponse("/", status_code=303)


@form("/card/{id}/draft")
async def keep_draft(visit: Visit) -> Response:
    """Keep what a person has typed, for them alone."""
    card = await _card(visit)
    await visit.site.notes.keep_draft(
        visit.person.id, card.id, _edits(card, visit.fields, visit.texts)
    )
    return _back(card)


async def _pending(visit: Visit) -> Pending:
    """The checkpoint of the path. Raises HTTPException: there is none that this person sees."""
    leitstand, name = visit.leitstand, visit.request.path_params["id"]
    try:
        found = await find_pending(leitstand, name, visit.texts)
    except ApprovalRefused as error:
        raise HTTPException(404, error.text) from error
    if not await sight_of(leitstand, visit.person).of(leitstand, found.checkpoint.case):
        raise HTTPException(404, "sight")
    return found


async def _card(visit: Visit) -> Card:
    pending = await _pending(visit)
    return await card_of(visit.leitstand, pending, visit.texts)


async def _shown(visit: Visit, status: int = 200, problem: str = "") -> Response:
    """The card as it is now, with what this person has typed: just now, or before."""
    card = await _card(visit)
    site, texts = visit.site, visit.texts
    draft: Mapping[str, str] = _edits(card, visit.fields, texts) if visit.fields else {}
    draft = draft or await site.notes.draft(visit.person.id, card.id)
    mine = any(w.person == visit.person.id for w in card.may)
    reasons = texts.known("web.reasons").split("|")
    return visit.page(
        "card",
        status=status,
        card=card,
        escalated=await site.reminders.escalated(card.id),
        problem=problem,
        draft=draft,
        mine=mine,
        entries=entries_of(card, texts),
        reason=visit.fields.get("reason", ""),
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


show_card = gated("/card/{id}")(_shown)
