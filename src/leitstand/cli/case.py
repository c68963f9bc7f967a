"""`leitstand case`: list cases, show one with all that happened, export it, release it."""

from functools import partial
from typing import Annotated, Any

import typer
from sqlalchemy import or_, select

from leitstand.cli.command import Place, command
from leitstand.cli.options import CaseName, pairs
from leitstand.cli.output import filled, hint, line, show_table
from leitstand.cli.session import signer_of, who
from leitstand.errors import UsageRefused
from leitstand.inbox import (
    Dossier,
    Texts,
    cases_of,
    handled_of,
    handling_line,
    line_of,
    open_dossier,
    reason_of,
    sought_of,
)
from leitstand.inbox.export import export_case
from leitstand.inbox.texts import cut
from leitstand.runtime import Leitstand
from leitstand.store.export import verifier as source
from leitstand.store.schema import cases, checkpoints


@command("state")
async def listed(
    place: Place,
    *,
    find: Annotated[str, typer.Option(help="Words of the title, numbers, names.")] = "",
    status: Annotated[str, typer.Option(help="Only this status; `alone`: nobody was asked.")] = "",
    role: Annotated[str, typer.Option(help="Only cases of this role.")] = "",
    since: Annotated[str, typer.Option(metavar="DAY", help="Begun on this day or later.")] = "",
    due: Annotated[
        bool, typer.Option("--due", help="Restricted cases, by the day from which to erase them.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 200,
) -> None:
    """List cases, the newest first."""
    async with place.opened(write=False) as leitstand:
        status = "restricted" if due else status
        asked = {"find": find, "status": status, "role": role, "since": since}
        rows, total = await cases_of(leitstand, sought_of(leitstand, asked), limit=limit)
    rows = sorted(rows, key=lambda row: row.due or 0.0) if due else rows
    shown = ("case", "title", "role", "status", "due" if due else "requester")
    cells = [[str(getattr(row, name)) for name in shown] for row in rows]
    place.emit_each(rows, lambda: show_table("", shown, cells))
    if total > len(rows):
        hint(f"{len(rows)} of {total}; --limit shows more")


@command("state", "lang")
async def show(place: Place, name: CaseName) -> None:
    """Show one case: what it did, what the rules said, who decided, what it changed."""
    async with place.opened(write=False) as leitstand:
        dossier = await dossier_of(leitstand, name)
    told = {"case": dossier.case, "dossier": dossier, "texts": place.texts, "stands": _stands}
    words = {
        "line": line_of,
        "handled": handled_of,
        "did": handling_line,
        "reason": partial(reason_of, leitstand),
    }
    page = cut(filled("case.txt", **told, **words)).rstrip()
    place.emit(_data_of(dossier), lambda: typer.echo(page))


@command("person", "state")
async def export(
    place: Place,
    name: CaseName,
    *,
    answers: Annotated[
        bool, typer.Option("--answers", help="With all that the case read, and its key.")
    ] = False,
) -> None:
    """Export a case so that it can be checked without Leitstand; the export is itself recorded."""
    async with place.opened() as leitstand:
        who = (await signer_of(leitstand, place.person)).person
        case = await find_case(leitstand, name)
        line(await export_case(leitstand, case, who, answers=answers))


@command()
async def verifier(place: Place) -> None:
    """Print the program that checks an export with Python alone."""
    place.emit({"program": source()}, lambda: typer.echo(source(), nl=False))


@command("person", "state", "lang")
async def release(
    place: Place,
    name: CaseName,
    *,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why it may go on.")],
    done: Annotated[
        list[str] | None,
        typer.Option("--done", metavar="KEY=JSON", help="A write of unknown outcome: its result."),
    ] = None,
    undone: Annotated[
        list[str] | None,
        typer.Option("--not-done", metavar="KEY=WHY", help="A write that surely did not happen."),
    ] = None,
) -> None:
    """Let a held case go on, and say what became of writes whose outcome is unknown."""
    async with place.opened() as leitstand:
        who = (await signer_of(leitstand, place.person)).person.id
        before = await dossier_of(leitstand, name)
        case = before.case.ulid
        if before.status != "held":
            mend = "`leitstand case list --status held` names those that are"
            raise UsageRefused(f"the case is `{before.status}`, not held", where=case, mend=mend)
        said = pairs([*(done or []), *(undone or [])])  # Together: nothing is done and not done.
        shown = {key: text.encode() for key, text in pairs(done or []).items()}
        await leitstand.runtime.release(case, who, reason, {**said, **shown})
        await leitstand.runtime.run_until_idle()
        after = await dossier_of(leitstand, case)
    data = {"case": case, "status": after.status, "reason": after.reason}
    place.emit(data, lambda: typer.echo(f"{case}: {_stands(after, place.texts)}"))


async def dossier_of(leitstand: Leitstand, name: str) -> Dossier:
    """The dossier of the case with this name. Raises UsageRefused: none, or several."""
    reader = leitstand.person(who(leitstand))
    case = await find_case(leitstand, name)
    return await open_dossier(leitstand, case, reader.roles if reader else ())


async def find_case(leitstand: Leitstand, name: str) -> str:
    """The ULID of a case by ULID or its end, by title, or by how a checkpoint's number begins.

    Raises UsageRefused: none, or several.
    """
    query = (
        select(cases.c.ulid, cases.c.title)
        .outerjoin(checkpoints, checkpoints.c.case_no == cases.c.case_no)
        .where(cases.c.tenant == leitstand.tenant)
        .where(
            or_(
                cases.c.ulid.endswith(name.upper(), autoescape=True),
                cases.c.title == name,
                cases.c.title.startswith(f"{name}.", autoescape=True),
                checkpoints.c.id.startswith(name.lower(), autoescape=True),
            )
        )
        .distinct()
        .limit(6)
    )
    found = await leitstand.store.read(lambda c: [tuple(r) for r in c.execute(query)])
    if not name or not found:
        raise UsageRefused(f"no case `{name}`", mend="`leitstand case list` names them")
    if len(found) > 1:
        names = ", ".join(f"{ulid} ({title})" for ulid, title in found)
        raise UsageRefused(f"`{name}` is ambiguous: {names}", mend="give the ULID, or its end")
    return str(found[0][0])


def _data_of(dossier: Dossier) -> dict[str, Any]:
    """A dossier as plain data."""
    case = dossier.case
    of_case = ("title", "role", "version", "tenant", "requester", "parent")
    of_dossier = ("status", "reason", "held", "opened", "changed", "happened", "judged", "effects")
    decided = ("approvals", "corrections", "exit")
    return {
        "case": case.ulid,
        **{name: getattr(case, name) for name in of_case},
        **{name: getattr(dossier, name) for name in (*of_dossier, *decided)},
        "handled": tuple(handled_of(dossier)),
    }


def _stands(dossier: Dossier, texts: Texts) -> str:
    if dossier.status == "held":
        return texts.known(f"held.{dossier.reason}", dossier.reason)
    return texts.known(f"status.{dossier.status}", dossier.status)
