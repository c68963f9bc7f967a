"""Samples: cases that ran without anybody being asked, looked at blindly to keep attention.

A person sees the document and says whether she would have let it run; only then is she shown what
was done. What she says is counted, never shown by person (PAINS no. 16).
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from leitstand.inbox import effect_of, open_dossier, sight_of
from leitstand.store.schema import cases, checkpoints
from leitstand.web.guarding import Fields, form, gated
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.sessions import Session

__all__ = ["compare", "show_sample"]

CHOSEN = 200
"""Newest cases that a sample is drawn from."""


@gated
async def show_sample(request: Request, session: Session) -> Response:
    """A case that nobody was asked about and that this person has not seen, drawn by chance."""
    site, tenant = site_of(request), site_of(request).leitstand.tenant
    seen = {s.ulid for s in await site.notes.samples() if s.person == session.person.id}
    sight = sight_of(site.leitstand, session.person).where
    quiet = await site.leitstand.store.read(lambda c: _quiet(c, tenant, sight))
    names = [n for n in quiet if n not in seen]
    drawn = int.from_bytes(site.leitstand.rules.clock.token(8))
    name = names[drawn % len(names)] if names else ""
    title = (await open_dossier(site.leitstand, name)).case.title if name else ""
    return page(request, "sample", session, ulid=name, title=title, told=None)


@form
async def compare(request: Request, session: Session, fields: Fields) -> Response:
    """Keep what the person said, and show what was done."""
    site, texts = site_of(request), texts_for(request)
    name, said = fields.get("ulid", ""), fields.get("said", "")
    tenant, sight = site.leitstand.tenant, sight_of(site.leitstand, session.person).where
    if said not in ("yes", "no") or name not in await site.leitstand.store.read(
        lambda c: _quiet(c, tenant, sight)
    ):
        raise HTTPException(400, "sample")
    dossier = await open_dossier(site.leitstand, name)
    await site.notes.sampled(name, session.person.id, same=said == "yes")
    done = (e for e in dossier.effects if e.state == "done")
    told = [await effect_of(site.leitstand, dossier, e.tool, e.args, texts) for e in done]
    return page(
        request, "sample", session, ulid=name, title=dossier.case.title, told=told, said=said
    )


def _quiet(conn: Connection, tenant: str, seen: ColumnElement[bool]) -> Sequence[str]:
    """The newest cases that are seen, are done, and never asked anybody."""
    asked = select(checkpoints.c.case_no).where(checkpoints.c.case_no == cases.c.case_no)
    query = (
        select(cases.c.ulid)
        .where(cases.c.tenant == tenant, cases.c.status == "done", ~asked.exists(), seen)
        .where(cases.c.reason != "restricted")
        .order_by(cases.c.changed.desc())
        .limit(CHOSEN)
    )
    return conn.execute(query).scalars().all()
