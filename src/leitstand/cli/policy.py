"""`leitstand policy`: check the rules, explain what they said of a case."""

from dataclasses import asdict

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.options import CaseName

__all__ = ["check", "explain"]


@command()
async def check(place: Place) -> int:
    """Check the policies: everything that keeps them from loading or cannot be meant."""
    from leitstand.policy import check as findings_of

    project = place.project
    findings = findings_of(project.policies, project.tools, project.facts)
    counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "note")}
    lines = [f"{f.severity}: {f}" for f in findings]
    lines.append(", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items()))
    data = {"ok": not counts["error"], "findings": list(map(asdict, findings))}
    place.emit(data, lambda: typer.echo("\n".join(lines)))
    return int(counts["error"] > 0)


@command("state", "lang")
async def explain(place: Place, case: CaseName) -> None:
    """Say in words what the rules decided on each write of a case, and on which facts."""
    from leitstand.cli.case import dossier_of
    from leitstand.inbox import explained

    async with place.opened(write=False) as leitstand:
        dossier = await dossier_of(leitstand, case)
    said = [(j, tuple(explained(j.verdict, place.texts))) for j in dossier.judged]

    def people() -> None:
        for judged, rows in said:
            typer.echo(f"{place.texts.tool(judged.tool)} ({judged.address})")
            typer.echo("".join(f"  {row}\n" for row in rows), nl=False)

    data = [{**judged.model_dump(mode="json"), "words": rows} for judged, rows in said]
    place.emit({"case": dossier.case.ulid, "judged": data}, people)
