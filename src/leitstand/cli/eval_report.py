"""`leitstand eval report|diff|accept`: saved runs as reports, side by side, and as a baseline."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import hint, show_table, stdout
from leitstand.clock import SystemClock
from leitstand.errors import UsageRefused
from leitstand.evals import report as forms
from leitstand.evals.difference import Difference, difference
from leitstand.evals.figures import Figures
from leitstand.evals.report import Report, Wording, reopen
from leitstand.evals.saved import accept as keep
from leitstand.evals.saved import open_run
from leitstand.evals.suite import load_suite

Folder = Annotated[Path, typer.Argument(help="Folder of a saved run.")]
Named = Annotated[Path, typer.Argument(help="Name of a suite in `evals`, or its folder.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write one HTML file.")]
Junit = Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML.")]
Markdown = Annotated[Path | None, typer.Option("--markdown", help="Write Markdown.")]


@command("lang")
async def report(
    place: Place,
    suite: Named,
    run: Folder,
    html: Html = None,
    junit: Junit = None,
    markdown: Markdown = None,
) -> int:
    """Judge a saved run anew and report on it; ends as the gate does: 0, 1 or 4."""
    found = _reopened(place, suite, run)
    publish(place, found, html, junit, markdown)
    return found.verdict.exit_code


def publish(
    place: Place, found: Report, html: Path | None, junit: Path | None, markdown: Path | None
) -> None:
    """Give out a report in every form that is asked for; on GitHub also where it shows them."""
    wording = forms.Wording(place.lang)
    if html:
        forms.write_page(found, html)
    if junit:
        forms.write_junit(found, wording, junit)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    for out in (*([markdown] if markdown else []), *([Path(summary)] if summary else [])):
        with out.open("a" if summary else "w", encoding="utf-8") as file:
            file.write(forms.markdown(found, wording))
    for line in forms.annotations(found, place.project.root) if summary else ():
        hint(line)
    # Beside the document: it is the same for the same state, and times never are.
    data = {**forms.document(found), "times": found.saved.times.model_dump()}
    place.emit(data, lambda: forms.show(found, wording, stdout()))


@command("lang")
async def diff(place: Place, first: Folder, second: Folder) -> None:
    """Compare two saved runs: cases newly failing and passing, values that changed, figures."""
    found = difference(open_run(first), open_run(second))
    place.emit(found, lambda: _side_by_side(found, Wording(place.lang)))


@command()
async def accept(place: Place, suite: Named, run: Folder) -> int:
    """Make a saved run the baseline of its suite: what later runs are compared with.

    Ends with 1 where a case fails newly, unsafely or in the dark, and nobody has signed it off.
    """
    found = _reopened(place, suite, run)
    baseline = found.suite.table.gate.baseline
    if not baseline:
        raise UsageRefused("the suite names no baseline", mend="add `gate: baseline:` to it")
    wrong = (f for f in found.verdict.findings if f.part in ("hard", "change") and f.state != "yes")
    names = {n for f in wrong for n in f.cases}
    left = sorted(names | set(found.verdict.change.unknown))
    if left:
        hint(f"not accepted: mend or sign off {', '.join(left[:20])}")
    else:
        keep(found.saved, found.suite.path(baseline))
    place.emit({"accepted": not left, "left": left}, lambda: None)
    return int(bool(left))


def _reopened(place: Place, suite: Path, run: Path) -> Report:
    today = datetime.fromtimestamp(SystemClock().time(), UTC).date()
    return reopen(load_suite(place.project.root, suite), run, today)


def _side_by_side(found: Difference, wording: Wording) -> None:
    for name in ("newly_failing", "newly_passing", "only_first", "only_second"):
        cases: tuple[str, ...] = getattr(found, name)
        typer.echo(f"{wording.say(f'difference.{name}')}: {len(cases)} {', '.join(cases[:20])}")
    typer.echo(f"{wording.say('difference.changed')}: {found.changed}")
    words = wording.words["page"]
    rows = [(c.case, f.field, f.expected, f.actual) for c in found.cases[:20] for f in c.fields]
    if rows:
        show_table("", (words["case"], words["field"], "A", "B"), rows)
    columns = [_figures(figures, wording) for figures in (found.first, found.second)]
    labels = (wording.say(f"difference.{name}") for name in columns[0])
    figures = zip(labels, *(c.values() for c in columns), strict=True)
    show_table("", ("", "A", "B"), list(figures))


def _figures(figures: Figures, wording: Wording) -> dict[str, str]:
    right = figures.correctness
    return {
        "good": f"{right.passed} / {right.n}",
        "proven": wording.format("{x:percent}", x=right.low),
        "corrections": wording.format("{x}", x=figures.corrections.per_100),
        "unsafe": str(figures.oversight.unsafe_effects),
        "asks": wording.format("{x}", x=figures.oversight.asks_per_case),
    }
