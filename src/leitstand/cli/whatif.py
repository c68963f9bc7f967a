"""`leitstand whatif`: what cases would have done under other rules or another graph."""

import io
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import hint, progress, show_table
from leitstand.errors import UsageRefused
from leitstand.evals.live import Live
from leitstand.evals.report import Wording
from leitstand.evals.runner import Job
from leitstand.evals.shelf import places
from leitstand.evals.whatif import Outlook, outlook, shelve
from leitstand.project import Project
from leitstand.values import show_money

_SECONDS = 60
"""What a decision costs a supervisor, unless the tenant says `decision_seconds`."""


@command("state", "lang", plain=True)
async def whatif(
    place: Place,
    *,
    policy: Annotated[
        str, typer.Option("--policy", metavar="REF", help="Folder of rules, or a git revision.")
    ] = "",
    graph: Annotated[
        str, typer.Option("--graph", metavar="REF", help="Folder of a project, or a git revision.")
    ] = "",
    prompt: Annotated[
        list[str] | None,
        typer.Option("--prompt", metavar="NAME=FILE", help="Another text of a prompt; repeatable."),
    ] = None,
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="A model of the project, for all.")
    ] = "",
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="First day; all cases without it."),
    ] = None,
) -> None:
    """Replay what happened under other rules; without a reference, under those of the folder.

    With --prompt or --model the cases that ask them are asked again, of the project's models.
    """
    prompts = dict(map(_named, prompt or ()))
    live = Live(changed=True, prompts=prompts, model=model) if prompts or model else None
    day = since.replace(tzinfo=UTC).timestamp() if since else 0.0
    with _reference(place.project, policy, graph) as job:
        found, seconds = await _looked(place, replace(job, live=live), day)
    data = {**found.model_dump(mode="json"), **_summary(found, seconds)}
    place.emit(data, lambda: _show(found, seconds, place.lang))


async def _looked(place: Place, job: Job, since: float) -> tuple[Outlook, float]:
    with tempfile.TemporaryDirectory(prefix="leitstand-whatif-") as folder:
        shelf = Path(folder)
        async with place.opened(write=False) as leitstand:
            known, refused = await shelve(leitstand, since, shelf)
            seconds = float(leitstand.limits.get("decision_seconds", _SECONDS))
        with progress("whatif", len(places(shelf))) as told:
            found = await outlook(job, shelf, place.project.tools, known, refused, told)
    return found, seconds


def _named(text: str) -> tuple[str, Path]:
    """A prompt's name and file. Raises UsageRefused: not of the form, or no such file."""
    name, equals, file = text.partition("=")
    if not name or not equals or not Path(file).is_file():
        raise UsageRefused(f"`{text}` names no file of a prompt", mend="--prompt NAME=FILE")
    return name, Path(file).resolve()


@contextmanager
def _reference(project: Project, policy: str, graph: str) -> Generator[Job]:
    """The other side of the comparison, checked out beside where it is a git revision."""
    with tempfile.TemporaryDirectory(prefix="leitstand-ref-") as folder:
        place = Path(folder)
        root = _folder(project, graph, "", place / "graph") if graph else project.root
        rules = _folder(project, policy, project.table.policies, place / "policy")
        yield Job(
            root,
            policies=rules if policy else None,
            world=project.world,
            steps="none",
            apart=bool(graph),
        )


def _folder(project: Project, reference: str, inside: str, place: Path) -> Path:
    """A folder as it is named, or that part of the project at a git revision."""
    if not reference or Path(reference).is_dir():
        return Path(reference)
    command = ["git", "-C", str(project.root), "archive", "--format=tar", reference]
    done = subprocess.run([*command, inside or "."], capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        text = done.stderr.decode(errors="replace").strip()
        raise UsageRefused(f"`{reference}` is neither a folder nor a revision: {text}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(place, filter="data")
    return place / inside if inside else place


def _summary(found: Outlook, seconds: float) -> dict[str, object]:
    return {
        "flips": sum(bool(c.gone or c.new) for c in found.changes),
        "cents": found.cents,
        "asks": found.asks,
        "supervisor_hours": round(found.asks * seconds / 3600, 2),
        "corrections_avoided": sum(len(c.avoided) for c in found.changes),
        "corrections_caused": sum(len(c.caused) for c in found.changes),
    }


def _show(found: Outlook, seconds: float, lang: Literal["de", "en"]) -> None:
    words = Wording(lang).words["whatif"]
    counts = _summary(found, seconds)
    amount = show_money(found.cents)
    typer.echo(words["head"].format(cases=found.cases, amount=amount, **counts))
    if found.asked:
        typer.echo(words["asked"].format(asked=found.asked, tokens=found.tokens))
    rows = [
        (
            change.title or change.case,
            f"{change.before} → {change.after}",
            ", ".join(
                (*(f"- {e.tool}" for e in change.gone), *(f"+ {e.tool}" for e in change.new))
            ),
            show_money(change.cents),
            f"{change.asks:+d}" if change.asks else "",
            words[change.certainty],
            ", ".join(change.why),
        )
        for change in found.changes
    ]
    if rows:
        show_table("", words["columns"].split("|"), rows)
    if found.unknown:
        hint(words["unknown_cases"].format(names=", ".join(found.unknown)))
    reasons = Counter(text.splitlines()[0] for text in found.refused.values())
    for text, count in reasons.most_common():
        hint(words["refused"].format(count=count, text=text))
