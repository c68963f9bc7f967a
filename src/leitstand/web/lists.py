"""Lists: what waits, what left the automation, what was decided, and how often people corrected."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from leitstand.errors import ApprovalRefused, LeitstandError, UsageRefused
from leitstand.inbox import (
    GROUP,
    STATUSES,
    Decision,
    Listed,
    Sought,
    Waiting,
    cases_of,
    decide,
    exceptions_of,
    find_pending,
    report_of,
    retry_each,
    roles_of,
    sight_of,
    sought_of,
    waiting_of,
)
from leitstand.records import Approval
from leitstand.role import CAUSES
from leitstand.runtime import Leitstand
from leitstand.store.schema import approvals, checkpoints
from leitstand.store.schema import cases as case_rows
from leitstand.store.waiting import Place, beyond
from leitstand.web.guarding import form, gated
from leitstand.web.halting import offered
from leitstand.web.page import unfit
from leitstand.web.visit import Visit

T = TypeVar("T")
SHOWN = 50
BATCH = 20
"""Cards that one signature round may take: same tool, same rules, same roles (PAINS no. 16)."""
PERIODS = ("7", "30", "90", "")
"""Days back to which figures are shown; the last one: all."""


@gated("/")
async def inbox(visit: Visit) -> Response:
    """What waits for this person, in parts; `?all=1` also what they may not decide."""
    site, me = visit.site, visit.person
    everything = visit.request.query_params.get("all") == "1"
    found, total = await waiting_of(
        site.leitstand,
        visit.texts,
        person=me.id,
        roles=None if everything else roles_of(site.leitstand, me),
        after=_after(visit),
        limit=SHOWN + 1,
        known=site.rows,
    )
    found, more = _part(visit, found, lambda w: (w.opened, w.id))
    hidden, assigned = await site.notes.later(me.id), await site.notes.assigned()
    rows = [w for w in found if everything or (w.yours and w.id not in hidden)]
    rows.sort(key=lambda w: (assigned.get(w.id) != me.id, w.opened))
    return visit.page(
        "inbox",
        groups=_groups(rows),
        total=total,
        more=more,
        everything=everything,
        hidden=len(hidden & {w.id for w in found}),
        assigned=assigned,
        notices=await site.reminders.of(me.id),
        batch=BATCH,
    )


@form("/batch")
async def batch(visit: Visit) -> Response:
    """Approve several cards of one kind, each with a signature of its own."""
    site, texts = visit.site, visit.texts
    wanted = {k.removeprefix("card."): v for k, v in visit.fields.items() if k.startswith("card.")}
    found = [await _picked(visit, name) for name in list(wanted)[: BATCH + 1]]
    rows = [row for row in found if row is not None]
    if not rows or len(rows) < len(wanted) or len(rows) > BATCH or len(_groups(rows)) > 1:
        said = texts.say("web.batch_refused", most=BATCH)
        return visit.page("done", status=400, lines=(said,))

    async def approve(row: Waiting) -> str:
        decision = Decision(checkpoint=row.id, seen=wanted[row.id], answer="approve")
        try:
            receipt = await decide(site.leitstand, visit.session.signer, decision, texts)
        except LeitstandError as error:
            return f"{row.title}: {texts.told(error.text)}"
        return f"{row.title}: {' '.join(receipt.lines)}"

    # Side by side: the page waits once for all of them, not for each.
    lines = await asyncio.gather(*map(approve, rows))
    site.live.changed()
    return visit.page("done", lines=lines)


@gated("/exceptions")
async def exceptions(visit: Visit) -> Response:
    """Cases that left the automation or are held, and who takes over."""
    leitstand, cause = visit.leitstand, visit.request.query_params.get("cause", "")
    found, total = await exceptions_of(
        leitstand,
        visit.texts,
        person=visit.person.id,
        cause=cause,
        after=_after(visit),
        limit=SHOWN + 1,
    )
    found, more = _part(visit, found, lambda e: (e.changed, e.case))
    return visit.page(
        "exceptions", exceptions=found, total=total, more=more, cause=cause, causes=CAUSES
    )


@form("/exceptions/retry")
async def retry(visit: Visit) -> Response:
    """Let all exceptions of a page that are of one cause go on."""
    site, texts = visit.site, visit.texts
    names = [k.removeprefix("case.") for k in visit.fields if k.startswith("case.")][:SHOWN]
    if said := unfit(visit.fields.get("reason", ""), texts):
        return visit.page("done", status=400, lines=(said,))
    why = visit.fields.get("reason", "")
    done = await retry_each(site.leitstand, visit.person, names, why, texts)
    site.live.changed()
    lines = [f"{visit.fields['case.' + one.case]}: {' '.join(one.lines)}" for one in done]
    return visit.page("done", lines=lines or (texts.say("list.nothing"),))


@gated("/history")
async def history(visit: Visit) -> Response:
    """What was decided last, by whom, and for whom they stood in."""
    leitstand, tenant = visit.leitstand, visit.leitstand.tenant
    seen = sight_of(leitstand, visit.person).where
    after = _after(visit)
    found = await leitstand.store.read(lambda c: _decided(c, tenant, seen, after))
    rows, more = _part(visit, found, lambda r: (r.at, r.nonce))
    behalf = await _behalf(leitstand, rows)
    return visit.page("history", rows=rows, behalf=behalf, more=more)


@gated("/cases")
async def cases(visit: Visit) -> Response:
    """Every case that this person sees: found by words, status, role and day."""
    leitstand, asked = visit.leitstand, dict(visit.request.query_params)
    problem, rows, total, more = "", list[Listed](), 0, ""
    try:
        sought = sought_of(leitstand, asked)
    except UsageRefused as error:
        problem = error.text
    else:
        found, total = await cases_of(
            leitstand, sought, person=visit.person, after=_after(visit), limit=SHOWN + 1
        )
        rows, more = _part(visit, found, lambda c: c.place)
    return visit.page(
        "cases",
        status=422 if problem else 200,
        problem=problem,
        asked=asked,
        rows=rows,
        total=total,
        more=more,
        statuses=STATUSES,
        roles=sorted(leitstand.project.roles),
    )


@gated("/monitor")
async def monitor(visit: Visit) -> Response:
    """How often automation ran, was corrected, in which field, and where it stopped."""
    site, asked = visit.site, visit.request.query_params
    leitstand, sight = site.leitstand, sight_of(site.leitstand, visit.person)
    role, days = asked.get("role", ""), asked.get("days", PERIODS[1])
    if role not in ("", *leitstand.project.roles) or days not in PERIODS:
        raise HTTPException(400, "monitor")
    since = leitstand.rules.clock.time() - 86_400 * int(days) if days else 0.0
    report = await report_of(leitstand, Sought(role=role, since=since), visit.person)
    proposals, samples = await site.notes.proposed(), await site.notes.samples()
    names = [p.checkpoint for p in proposals]
    cards = await sight.cards(leitstand, names)
    seen = await sight.among(leitstand, [s.ulid for s in samples])
    same = [s.same for s in samples if s.ulid in seen]
    return visit.page(
        "monitor",
        report=report,
        rules=[(rule.notes.shows or rule.id, rule.notes) for rule in leitstand.rules.bundle.rules],
        proposals=[p for p in proposals if p.checkpoint in cards],
        sampled=len(same),
        same=sum(same),
        periods=PERIODS,
        days=days,
        role=role,
        roles=sorted(leitstand.project.roles),
        group=GROUP,
        halting=offered(visit),
    )


async def _picked(visit: Visit, name: str) -> Waiting | None:
    """A card that this person may decide, as its row; None if it is none of theirs."""
    site, texts = visit.site, visit.texts
    try:
        pending = await find_pending(site.leitstand, name, texts)
    except ApprovalRefused:
        return None
    found, _ = await waiting_of(
        site.leitstand,
        texts,
        person=visit.person.id,
        roles=roles_of(site.leitstand, visit.person),
        after=(pending.checkpoint.opened, ""),
        known=site.rows,
    )
    return next((w for w in found if w.id == pending.checkpoint.id and w.yours), None)


def _part(visit: Visit, found: Sequence[T], place: Callable[[T], Place]) -> tuple[list[T], str]:
    """What a page shows of a list, and the address of its next part; empty at the end."""
    shown = [*found[:SHOWN]]
    if len(found) <= SHOWN:
        return shown, ""
    at, name = place(shown[-1])
    asked = {**visit.request.query_params, "after": f"{at!r},{name}"}
    return shown, f"{visit.request.url.path}?{urlencode(asked)}"


def _after(visit: Visit) -> Place | None:
    opened, _, name = visit.request.query_params.get("after", "").partition(",")
    try:
        return (float(opened), name) if name else None
    except ValueError:
        return None


def _groups(rows: Sequence[Waiting]) -> list[list[Waiting]]:
    """Rows of one kind together, in the order of the first of each."""
    found: dict[tuple[object, ...], list[Waiting]] = {}
    for row in rows:
        found.setdefault((row.tool, row.rules, row.roles), []).append(row)
    return list(found.values())


async def _behalf(leitstand: Leitstand, rows: Sequence[Any]) -> dict[str, str]:
    """Whom a decision was made for, by its nonce: it stands in the signed decision alone."""
    names = {row.ulid for row in rows if not {row.status, row.reason} & {"erased", "restricted"}}
    journals = await leitstand.store.journals([*names])
    events = (e for claimed in journals.values() for e in claimed.events if e.kind == "approval")
    given = [Approval.model_validate_json(event.body) for event in events]
    return {a.nonce: a.on_behalf_of for a in given if a.on_behalf_of}


def _decided(
    conn: Connection, tenant: str, seen: ColumnElement[bool], after: Place | None
) -> Sequence[Any]:
    given = (approvals.c[name] for name in ("checkpoint", "nonce", "person", "answer", "at"))
    of_case = (case_rows.c[name] for name in ("title", "ulid", "status", "reason"))
    order = (approvals.c.at, approvals.c.nonce)
    query = (
        select(*given, checkpoints.c.tool, checkpoints.c.state, *of_case)
        .join(checkpoints, checkpoints.c.id == approvals.c.checkpoint)
        .join(case_rows, case_rows.c.case_no == checkpoints.c.case_no)
        .where(approvals.c.tenant == tenant, seen, beyond(*order, after, newest=True))
        .order_by(*(column.desc() for column in order))
        .limit(SHOWN + 1)
    )
    return conn.execute(query).all()
