"""`leitstand policy`: check the rules, explain what they said of a case."""

from typing import Annotated

import typer

from leitstand.cli.options import Json, Lang, State

__all__ = ["app"]

app = typer.Typer(help="Rules: check, explain.", no_args_is_help=True, rich_markup_mode=None)


@app.command("check")
def check(*, json: Json = False) -> None:
    """Check the policies: everything that keeps them from loading or cannot be meant."""
    from leitstand.cli.output import emit
    from leitstand.cli.place import load
    from leitstand.policy import check as findings_of

    project = load()
    findings = findings_of(project.policies, project.tools, project.facts)
    worst = any(f.severity == "error" for f in findings)
    rows = [
        {"severity": f.severity, "code": f.code, "text": f.text, "file": f.file, "rule": f.rule}
        for f in findings
    ]

    def people() -> None:
        for finding in findings:
            typer.echo(f"{finding.severity}: {finding}")
        counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "note")}
        typer.echo(", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items()))

    emit({"ok": not worst, "findings": rows}, people, json=json)
    raise typer.Exit(1 if worst else 0)


@app.command("explain")
def explain(
    case: Annotated[str, typer.Argument(help="The case: its ULID, title, or checkpoint number.")],
    *,
    state: State = None,
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Say in words what the rules decided on each write of a case, and on which facts."""
    from leitstand.cli.place import run

    run(_explain(case, state, lang, json=json))


async def _explain(name: str, state: State, lang: Lang, *, json: bool) -> None:
    from leitstand.cli.case import find_case
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.inbox import open_dossier, texts_of
    from leitstand.policy import explain as words

    project = load()
    async with opened(project, state, write=False) as leitstand:
        case = await find_case(leitstand, name)
        dossier = await open_dossier(leitstand.store, leitstand.rules.tools, case)
        texts = texts_of(lang, project.texts)

        def people() -> None:
            for judged in dossier.judged:
                typer.echo(f"{texts.tool(judged.tool)} ({judged.address})")
                for row in words(judged.verdict, lang):
                    typer.echo(f"  {row}")

        rows = [
            {**j.model_dump(mode="json"), "words": words(j.verdict, lang)} for j in dossier.judged
        ]
        emit({"case": case, "judged": rows}, people, json=json)
