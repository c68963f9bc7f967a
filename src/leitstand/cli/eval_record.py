"""`leitstand eval record`: a case of production made a case of a suite, under pseudonyms."""

import hashlib
import hmac
from pathlib import Path
from typing import Annotated

import typer

from leitstand.cli.case import find_case
from leitstand.cli.command import Place, command
from leitstand.cli.options import CaseName
from leitstand.cli.output import hint
from leitstand.cli.session import who
from leitstand.errors import CaseRefused, UsageRefused
from leitstand.evals.correction import Settled, corrected, settle
from leitstand.evals.pseudonym import Retold, retell
from leitstand.evals.record import record as as_it_was
from leitstand.evals.replay import Bench
from leitstand.evals.shelf import put
from leitstand.evals.vocabulary import Vocabulary
from leitstand.runtime import Leitstand


@command("state")
async def record(
    place: Place,
    case: CaseName,
    *,
    name: Annotated[str, typer.Option("--as", help="What the recorded case is called.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of cases; else `evals/ROLE/cases`.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Keep it though it takes another way under pseudonyms.")
    ] = False,
) -> None:
    """Record a case as a test: inputs, answers and decisions, with pseudonyms for all names."""
    if not name.replace("-", "").replace("_", "").isalnum():
        raise UsageRefused(f"`{name}` is no name of a folder", mend="letters, digits, - and _")
    async with place.opened(write=False) as leitstand:
        ulid = await find_case(leitstand, case)
        told = await recorded_as(leitstand, ulid, name)
        left = "; ".join(told.differences)
        if left and not force:
            text = f"under pseudonyms it takes another way: {left}"
            mend = "mark fields with closed values as Kept, or keep it as it is with --force"
            raise CaseRefused(text, where=name, mend=mend)
        folder = (out or leitstand.project.root / "evals" / told.case.role / "cases") / name
        note = f"takes another way than its original: {left}"[:2000] if left else ""
        laid = put(folder, told.case.model_copy(update={"note": note}), told.lines)
        await _noted(leitstand, ulid, name)
    data = {"case": name, "origin": laid.origin, "path": str(folder), "course": laid.course}
    place.emit({**data, "tape": laid.tape}, lambda: typer.echo(str(folder)))
    hint(f"{name}: {laid.origin}, {len(told.lines)} answers; next: leitstand eval {laid.role}")


async def recorded_as(leitstand: Leitstand, ulid: str, name: str) -> Retold:
    """The pseudonymised re-recording of a case of an open project. Raises CaseRefused, Missing."""
    project, limits = leitstand.project, leitstand.limits
    claimed = await leitstand.store.journal(ulid)
    role = project.roles.get(claimed.case.role)
    if role is None:
        raise CaseRefused(f"no role `{claimed.case.role}` in this project", where=ulid)
    found = await as_it_was(leitstand.store, leitstand.rules, ulid, name)
    names = (
        [*project.roles, *(t.name for t in project.tools), *(h.name for h in found.case.heard)],
        [{c: t.roles for c, t in r.queue.items()} for r in project.roles.values()],
        [said.role for said in found.case.said],
    )
    files = [project.root / file for file in project.table.lexicon]
    bench = Bench(project.roles, project.tools, leitstand.rules.bundle, limits, project.graphs)
    secret = hmac.digest(leitstand.store.master, ulid.encode(), hashlib.sha256)
    return await retell(found, bench, secret, Vocabulary.of(files, dict(limits), names))


async def _noted(leitstand: Leitstand, ulid: str, name: str) -> None:
    """What people changed in the case is a recorded case from now on, unless it was settled."""
    person, at = who(leitstand), leitstand.rules.clock.time()
    for one in await corrected(leitstand):
        if one.case == ulid and one.state == "open":
            settled = Settled(id=one.id, state="case", text=name, person=person, at=at)
            await settle(leitstand, settled)
