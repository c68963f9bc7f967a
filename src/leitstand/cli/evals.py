"""`leitstand eval`: recorded cases replayed, measured, and held against the gate of a release."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.eval_report import Html, Junit, Markdown, publish
from leitstand.cli.output import hint, progress
from leitstand.clock import SystemClock
from leitstand.errors import SuiteRefused, UsageRefused
from leitstand.evals.foreign.fidelity import fidelity as measured
from leitstand.evals.foreign.fidelity import import_recordings, open_recordings
from leitstand.evals.report import Report, conclude
from leitstand.evals.runner import run_suite, unanswered
from leitstand.evals.suite import Suite, load_suite
from leitstand.evals.worlds import import_rows, import_world
from leitstand.inbox import row_of
from leitstand.project import Project, named
from leitstand.runtime import Leitstand


@command("lang", plain=True)
async def run(
    place: Place,
    suite: Annotated[
        str, typer.Argument(help="Name of a suite in `evals`, or its folder; all where none is.")
    ] = "",
    *,
    supervisor: Annotated[
        str, typer.Option(help="recorded, grant-all, refuse-all, oracle or fallible:0.1.")
    ] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Ask the models for real, as `live` of the suite says.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder that the run is saved in.")
    ] = None,
    html: Html = None,
    junit: Junit = None,
    markdown: Markdown = None,
) -> int:
    """Replay a suite, or all, and judge; ends as the gate does: 0 released, 1 no, 4 no verdict."""
    project = place.project
    suites = _suites(project, suite)
    if len(suites) > 1 and any((out, html, junit, markdown)):
        raise UsageRefused("one file or folder for several suites", mend="name the suite")
    codes: set[int] = set()
    for one in suites:
        folder = out or project.state / "evals" / one.name
        # Of all suites those are asked live that say how.
        asked = live and (bool(suite) or one.table.live is not None)
        found = await _run(project, one, supervisor, folder, live=asked)
        publish(place, found, html, junit, markdown)
        codes.add(found.verdict.exit_code)
    if not suite and (left := unanswered(project, suites)):
        hint(f"no suite answers for: {', '.join(left)}")
    return next((code for code in (1, 4) if code in codes), 0)


@command()
async def import_(
    place: Place,
    form: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="rows, or what the project names in `worlds` or `recordings`.",
        ),
    ],
    path: Annotated[Path, typer.Argument(help="Folder of the set, or its file of rows.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder of the suite.")],
    role: Annotated[str, typer.Option(help="Role that works a world's documents off.")] = "",
) -> None:
    """Make a suite of recordings or worlds from elsewhere."""
    if form == "rows":
        data = await _import_rows(place.project, path, out, role)
    elif form in place.project.table.worlds:
        data = await _import_world(place.project, form, path, out, role)
    else:
        data = _import_recordings(place.project, form, path, out)
    place.emit(data, lambda: None)


@command()
async def fidelity(
    place: Place,
    suite: Annotated[Path, typer.Argument(help="Folder of a suite of recordings.")],
    *,
    state: Annotated[
        Path | None, typer.Option("--state", help="Folder for the journals, one a process.")
    ] = None,
) -> int:
    """Execute every recorded call under guard and journal, and judge what came of each run."""
    with progress("fidelity", open_recordings(suite).rows) as told:
        found = await measured(suite, state or suite / "journals", told)
    data = found.model_dump(
        mode="json", exclude={"agree", "disagree"} if found.agree is None else {}
    )
    place.emit(data, lambda: _show(data))
    return 1 if found.disagree else 0


def _suites(project: Project, name: str) -> Sequence[Suite]:
    """The suite of this name or folder; without one all of a project. Raises SuiteRefused."""
    shelf = project.root / "evals"
    files = [Path(name)] if name else sorted(shelf.glob("*/suite.yaml"))
    if not files:
        raise SuiteRefused("no suite", where=str(shelf))
    return [load_suite(project.root, file) for file in files]


async def _run(
    project: Project, suite: Suite, supervisor: str, folder: Path, *, live: bool
) -> Report:
    now = datetime.fromtimestamp(SystemClock().time(), UTC)
    if suite.table.live is not None and not live:
        hint(f"{suite.name}: models answer from the tape; ask them for real with --live")
    with progress(suite.name, len(suite.places)) as told:
        head, results = run_suite(project, suite, supervisor=supervisor, live=live, told=told)
        head = head.model_copy(update={"at": now.isoformat(timespec="seconds")})
        return await conclude(suite, head, results, folder, now.date())


def _show(data: dict[str, Any]) -> None:
    """Every figure but the verdicts, one a line."""
    for name, value in data.items():
        if name != "verdicts":
            typer.echo(f"{name}: {value}")


async def _import_rows(project: Project, path: Path, out: Path, role: str) -> object:
    async def shown(leitstand: Leitstand, case: str) -> Mapping[str, Any]:
        return (await row_of(leitstand, case, "")).flat()

    laid = await import_rows(project, role, path, out / "cases", shown)
    hint(f"{laid.cases} cases in {out / 'cases'}")
    for one in laid.differing:
        hint(f"left out: {one}")
    return {"cases": laid.cases, "left_out": laid.differing}


async def _import_world(project: Project, form: str, path: Path, out: Path, role: str) -> object:
    name = role or next(iter(project.roles))
    names = (path / "cases.jsonl", path / "truth.jsonl", path.parent / "truth.jsonl")
    truth = next((file for file in names if file.is_file()), names[0])
    expecting = named(project.root, project.table.worlds[form])(project, truth)
    count = await import_world(project, name, path, truth, out / "cases", expecting)
    hint(f"{count} cases in {out / 'cases'}")
    return {"cases": count}


def _import_recordings(project: Project, form: str, path: Path, out: Path) -> object:
    made = import_recordings(form, path, out, project)
    hint(f"{made.rows} recordings of {made.format}; next: leitstand eval fidelity {out}")
    return {"format": made.format, "recordings": made.rows}
