"""`leitstand policy`: check the rules, explain what they said of a case, release them."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from difflib import unified_diff
from functools import partial
from typing import Annotated

import typer

from leitstand.approval import Releases
from leitstand.cli.case import dossier_of
from leitstand.cli.command import Place, command
from leitstand.cli.options import CaseName
from leitstand.cli.session import signer_of
from leitstand.inbox import explained
from leitstand.policy import Finding, changes
from leitstand.policy import check as checked
from leitstand.project import Project


@command()
async def check(place: Place) -> int:
    """Check the policies: everything that keeps them from loading or cannot be meant."""
    findings = findings_of(place.project)
    counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "note")}
    lines = [f"{f.severity}: {f}" for f in findings]
    lines.append(", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items()))
    data = {"ok": not counts["error"], "findings": list(map(asdict, findings))}
    place.emit(data, lambda: typer.echo("\n".join(lines)))
    return int(counts["error"] > 0)


@command("state", "lang")
async def explain(place: Place, case: CaseName) -> None:
    """Say in words what the rules decided on each write of a case; --json adds the facts."""
    async with place.opened(write=False) as leitstand:
        dossier, bundle = await dossier_of(leitstand, case), leitstand.rules.bundle
    words = partial(explained, texts=place.texts, bundle=bundle)
    said = [(j, tuple(words(j.verdict, tool=j.tool))) for j in dossier.judged]

    def people() -> None:
        for judged, rows in said:
            typer.echo(f"{place.texts.tool(judged.tool)} ({judged.address})")
            typer.echo("".join(f"  {row}\n" for row in rows), nl=False)

    data = [{**judged.model_dump(mode="json"), "words": rows} for judged, rows in said]
    place.emit({"case": dossier.case.ulid, "judged": data}, people)


@command("person", "state")
async def release(
    place: Place,
    *,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what changed rule by rule; sign nothing.")
    ] = False,
) -> None:
    """Show what changed since the last release, and sign what is yours to sign."""
    project, new = place.project, list[str]()
    releases = Releases.open(project.policies, project.table.release)
    shown = [f"{f.severity}: {f}" for f in findings_of(project) if f.severity != "note"]
    shown += [line for file in releases.files for line in _changed(releases, file)]
    if not place.json:
        typer.echo("\n".join(shown or ["nothing has changed"]))
    if not diff:
        async with place.opened(write=False) as leitstand:
            signer = await signer_of(leitstand, place.person)
            known = partial(leitstand.directory.person, leitstand.tenant)
            day = str(leitstand.rules.today(leitstand.tenant))
        signed = replace(releases, known=known).sign(signer.person, signer.key, day)
        new = [f"{r.file}@{r.version}" for r in signed]
    data = {"changed": shown, "signed": new}
    place.emit(data, lambda: typer.echo("".join(f"signed: {n}\n" for n in new), nl=False))


def findings_of(project: Project) -> list[Finding]:
    """What a policy folder has to mend; where releases are set, what is not released as well."""
    found = list(checked(project.policies, project.tools, project.facts))
    if project.table.release:
        releases = Releases.open(project.policies, project.table.release)
        faults = ((f, releases.fault(f)) for f in releases.files)
        found += [Finding("note", "not-released", text, f) for f, text in faults if text]
    return found


def _changed(releases: Releases, file: str) -> Iterator[str]:
    """A file and what changed in it: rule by rule, or line by line where it holds none."""
    before, after = releases.text(file), releases.texts.get(file, b"").decode(errors="replace")
    if fault := releases.fault(file):
        lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        found = changes(before, after) if file.endswith(".cedar") else list(lines)[2:]
        yield from (f"{file} {fault}", *(f"  {line}" for line in found))
