"""`leitstand case`: list cases, show one with all that happened, export it, release it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leitstand.cli.options import As, Json, Lang, State, pairs

if TYPE_CHECKING:
    from pydantic import BaseModel

    from leitstand.inbox import Dossier, Texts
    from leitstand.runtime import Leitstand
    from leitstand.store.export import Enclosed

__all__ = ["app", "data_of", "find_case"]

app = typer.Typer(
    help="Cases: list, show, export, release.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(help="The case: its ULID, title, or checkpoint number.")]


@app.command("list")
def listed(
    *,
    state: State = None,
    status: Annotated[str, typer.Option(help="Only cases of this status.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 200,
    json: Json = False,
) -> None:
    """List cases, the newest first."""
    from leitstand.cli.place import run

    run(_list(state, status, limit, json=json))


@app.command("show")
def show(name: Name, *, state: State = None, lang: Lang = "de", json: Json = False) -> None:
    """Show one case: what it did, what the rules said, who decided, what it changed."""
    from leitstand.cli.place import run

    run(_show(name, state, lang, json=json))


@app.command("export")
def export(
    name: Name,
    *,
    answers: Annotated[
        bool, typer.Option("--answers", help="With all that the case read, and its key.")
    ] = False,
    person: As = "",
    state: State = None,
    json: Json = True,
) -> None:
    """Export a case so that it can be checked without Leitstand; the export is itself recorded."""
    from leitstand.cli.place import run

    del json  # An export is JSON in any case.
    run(_export(name, person, state, answers=answers))


@app.command("verifier")
def verifier() -> None:
    """Print the program that checks an export with Python alone."""
    from leitstand.store.export import verifier as source

    typer.echo(source(), nl=False)


@app.command("release")
def release(
    name: Name,
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
    person: As = "",
    state: State = None,
    json: Json = False,
) -> None:
    """Let a held case go on, and say what became of writes whose outcome is unknown."""
    from leitstand.cli.place import run

    said = (pairs(done or []), pairs(undone or []))
    run(_release(name, reason, said, (person, state), json=json))


async def find_case(leitstand: "Leitstand", name: str) -> str:
    """The ULID of a case by ULID or its end, by title, or by a checkpoint's number.

    Raises UsageRefused: none, or several.
    """
    from sqlalchemy import or_, select

    from leitstand.errors import UsageRefused
    from leitstand.store.schema import cases, checkpoints

    wanted = name.upper()
    query = (
        select(cases.c.ulid, cases.c.title)
        .outerjoin(checkpoints, checkpoints.c.case_no == cases.c.case_no)
        .where(cases.c.tenant == leitstand.tenant)
        .where(
            or_(
                cases.c.ulid.endswith(wanted, autoescape=True),
                cases.c.title == name,
                cases.c.title.startswith(f"{name}.", autoescape=True),
                checkpoints.c.id == name,
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
        raise UsageRefused(f"`{name}` is ambiguous: {names}")
    return str(found[0][0])


def data_of(dossier: "Dossier") -> dict[str, Any]:
    """A dossier as plain data."""
    case = dossier.case
    return {
        "case": case.ulid,
        "title": case.title,
        "role": case.role,
        "version": case.version,
        "tenant": case.tenant,
        "requester": case.requester,
        "parent": case.parent,
        "status": dossier.status,
        "reason": dossier.reason,
        "opened": dossier.opened,
        "changed": dossier.changed,
        "happened": dossier.happened,
        "judged": dossier.judged,
        "effects": dossier.effects,
        "approvals": dossier.approvals,
        "corrections": dossier.corrections,
        "exit": dossier.exit,
    }


async def _list(state: State, status: str, limit: int, *, json: bool) -> None:
    from sqlalchemy import select

    from leitstand.cli.output import line, show_table
    from leitstand.cli.place import load, opened
    from leitstand.store.schema import cases

    c = cases.c
    columns = (c.ulid, c.title, c.role, c.status, c.reason, c.requester, c.parent, c.opened)
    fields = [str(column.name) for column in columns]
    async with opened(load(), state, write=False) as leitstand:
        query = select(*columns).where(c.tenant == leitstand.tenant)
        query = query.where(c.status == status) if status else query
        query = query.order_by(c.case_no.desc()).limit(limit)
        rows = await leitstand.store.read(
            lambda conn: [dict(zip(fields, r, strict=True)) for r in conn.execute(query)]
        )
    if json:
        for row in rows:
            line({**row, "case": row.pop("ulid")})
        return
    names = ("ulid", "title", "role", "status", "requester")
    show_table("", names, [[row[n] for n in names] for row in rows])


async def _show(name: str, state: State, lang: Lang, *, json: bool) -> None:
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.inbox import open_dossier, texts_of

    project = load()
    async with opened(project, state, write=False) as leitstand:
        case = await find_case(leitstand, name)
        dossier = await open_dossier(leitstand.store, leitstand.rules.tools, case)
        texts = texts_of(lang, project.texts)
        emit(data_of(dossier), lambda: _print(dossier, texts), json=json)


def _print(dossier: "Dossier", texts: "Texts") -> None:
    from leitstand.cli.sheet import cut

    typer.echo("\n".join(map(cut, _lines(dossier, texts))))


def _lines(dossier: "Dossier", texts: "Texts") -> Iterator[str]:
    from leitstand.inbox import line_of

    case, leave = dossier.case, dossier.exit
    yield f"{case.title or case.ulid}: {dossier.status} {dossier.reason}".rstrip()
    yield f"  {case.ulid}  {case.role} {case.version[:8]}  {case.requester}"
    yield from (f"  {line_of(happened, texts)}" for happened in dossier.happened)
    for a in dossier.approvals:
        said = texts.known(f"answer.{a.answer}", a.answer)
        yield f"  {said}: {a.person} ({texts.role(a.role)}) {texts.time(a.at)} {a.reason}".rstrip()
    for c in dossier.corrections:
        yield f"  {texts.field(c.field)}: {c.old} -> {c.new} ({c.person})"
    for effect in dossier.effects:
        yield f"  = {texts.tool(effect.tool)} [{effect.state}] {effect.key}"
    if leave is not None:
        cause = texts.known(f"cause.{leave.cause}") if leave.cause else ""
        yield f"  {' '.join(p for p in (leave.kind, cause, leave.reason) if p)}"


async def _export(name: str, person: str, state: State, *, answers: bool) -> None:
    from leitstand.cli.output import line
    from leitstand.cli.place import load, opened
    from leitstand.cli.session import signer_of
    from leitstand.store.export import Sender
    from leitstand.store.export import export as exported

    async with opened(load(), state) as leitstand:
        who = (await signer_of(leitstand, person)).person.id
        case = await find_case(leitstand, name)
        sender = Sender(who, leitstand.seal.key, leitstand.seal.file)
        line(await exported(leitstand.store, case, sender, _enclosed(leitstand), answers=answers))


def _enclosed(leitstand: "Leitstand") -> "Enclosed":
    """Keys of the people, the rules in force, and the roles as drawings by version."""
    from leitstand.policy import texts_of
    from leitstand.role import mermaid
    from leitstand.store.export import Enclosed

    bundle, project = leitstand.rules.bundle, leitstand.project
    people = leitstand.directory.everybody(leitstand.tenant)
    rules = {"texts": texts_of(project.policies), "schema": bundle.schema}
    return Enclosed(
        persons={p.id: p.public_key for p in people},
        policies={bundle.sha: rules},
        texts={f"graph {r.name} {r.version}": mermaid(r) for r in project.roles.values()},
    )


async def _release(
    name: str,
    reason: str,
    said: tuple[dict[str, str], dict[str, str]],
    common: tuple[str, State],
    *,
    json: bool,
) -> None:
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.cli.session import signer_of
    from leitstand.errors import UsageRefused
    from leitstand.inbox import open_dossier

    person, state = common
    async with opened(load(), state) as leitstand:
        who = (await signer_of(leitstand, person)).person.id
        case = await find_case(leitstand, name)
        before = await open_dossier(leitstand.store, leitstand.rules.tools, case)
        if before.status != "held":
            raise UsageRefused(f"the case is `{before.status}`, not held", where=case)
        effects = {k: _result(leitstand, before, k, text) for k, text in said[0].items()}
        await leitstand.runtime.release(case, who, reason, {**effects, **said[1]})
        await leitstand.runtime.run_until_idle()
        after = await open_dossier(leitstand.store, leitstand.rules.tools, case)
        data = {"case": case, "status": after.status, "reason": after.reason}
        emit(data, lambda: typer.echo(f"{case}: {after.status} {after.reason}"), json=json)


def _result(leitstand: "Leitstand", dossier: "Dossier", key: str, text: str) -> "BaseModel":
    """What a system shows of a write, as the result of its tool. Raises UsageRefused."""
    from pydantic import ValidationError

    from leitstand.errors import UsageRefused

    effect = next((e for e in dossier.effects if e.key == key), None)
    if effect is None:
        raise UsageRefused(f"the case has no write `{key}`", where=dossier.case.ulid)
    model = leitstand.rules.tools[effect.tool].result
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        faults = "; ".join(f"{e['loc']}: {e['msg']}" for e in error.errors())
        raise UsageRefused(f"that is no `{model.__name__}`: {faults}", where=effect.tool) from error
