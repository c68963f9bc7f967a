"""Samples: cases that ran without anybody being asked, looked at blindly to keep attention.

A person sees the document and says whether she would have let it run; only then is she shown what
was done. What she says is counted, never shown by person (PAINS no. 16).
"""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from leitstand.inbox import Sought, cases_of, effect_of, open_dossier
from leitstand.records import Person
from leitstand.runtime import Leitstand
from leitstand.web.guarding import form, gated
from leitstand.web.visit import Visit

CHOSEN = 200
"""Newest cases that a sample is drawn from."""


@gated("/sample")
async def show_sample(visit: Visit) -> Response:
    """A case that nobody was asked about and that this person has not seen, drawn by chance."""
    site = visit.site
    seen = {s.ulid for s in await site.notes.samples() if s.person == visit.person.id}
    quiet = await _quiet(site.leitstand, visit.person)
    names = [n for n in quiet if n not in seen]
    drawn = int.from_bytes(site.leitstand.rules.clock.token(8))
    name = names[drawn % len(names)] if names else ""
    title = (await open_dossier(site.leitstand, name)).case.title if name else ""
    return visit.page("sample", ulid=name, title=title, told=None)


@form("/sample")
async def compare(visit: Visit) -> Response:
    """Keep what the person said, and show what was done."""
    site, texts = visit.site, visit.texts
    name, said = visit.fields.get("ulid", ""), visit.fields.get("said", "")
    if said not in ("yes", "no") or name not in await _quiet(site.leitstand, visit.person):
        raise HTTPException(400, "sample")
    dossier = await open_dossier(site.leitstand, name)
    await site.notes.sampled(name, visit.person.id, same=said == "yes")
    done = (e for e in dossier.effects if e.state == "done")
    told = [(await effect_of(site.leitstand, dossier, e.tool, e.args, texts))[0] for e in done]
    return visit.page("sample", ulid=name, title=dossier.case.title, told=told, said=said)


async def _quiet(leitstand: Leitstand, person: Person) -> list[str]:
    """The newest cases that are seen, are done, and never asked anybody."""
    found, _ = await cases_of(leitstand, Sought(alone=True), person=person, limit=CHOSEN)
    return [one.case for one in found]
