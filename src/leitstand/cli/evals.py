"""`leitstand eval`: recorded cases replayed, measured, and held against the gate of a release."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from leitstand.cli.eval_record import record
from leitstand.cli.eval_report import Html, Junit, Markdown, accept, diff, publish, report
from leitstand.cli.options import Json, Lang

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leitstand.evals.report import Report
    from leitstand.evals.suite import Suite
    from leitstand.project import Project
    from leitstand.runtime import Leitstand

__all__ = ["app", "progress", "suite_at"]


class _Suites(TyperGroup):
    """A word that is no command is a suite: `eval accounting` is `eval run accounting`.

    No word at all means every suite: `eval --json` is `eval run --json`.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own
        """The words of the command line."""
        option = args[:1] and args[0].startswith("-") and args[0] not in ctx.help_option_names
        return super().parse_args(ctx, ["run", *args] if option or not args else args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own
        """The command that a first word means."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["run", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    help="Recorded cases: run a suite against its gate, import, record, compare.",
    rich_markup_mode=None,
    cls=_Suites,
)
app.command("record")(record)
app.command("report")(report)
app.command("diff")(diff)
app.command("accept")(accept)


@app.command("run")
def run(
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
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Replay a suite, or all, and judge; ends as the gate does: 0 released, 1 no, 4 no verdict."""
    from leitstand.cli.place import load
    from leitstand.cli.place import run as run_to_end
    from leitstand.errors import UsageRefused

    project = load()
    places = [suite_at(project, suite)] if suite else suites_of(project)
    if len(places) > 1 and any((out, html, junit, markdown)):
        raise UsageRefused("one file or folder for several suites", mend="name the suite")
    codes: set[int] = set()
    for place in places:
        folder = out or project.state / "evals" / place.name
        asked = live and (bool(suite) or _told_live(project, place))
        found = run_to_end(_run(project, place, supervisor, folder, live=asked), plain=True)
        publish(found, lang, html=html, junit=junit, markdown=markdown, json=json)
        codes.add(found.verdict.exit_code)
    raise typer.Exit(next((code for code in (1, 4) if code in codes), 0))


@app.command("import")
def import_(
    form: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="rows, ap-world, tau-bench, workbench, state-bench, agentdojo, or one's own.",
        ),
    ],
    path: Annotated[Path, typer.Argument(help="Folder of the set, or its file of rows.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder of the suite.")],
    role: Annotated[str, typer.Option(help="Role that works a world's documents off.")] = "",
) -> None:
    """Make a suite of recordings or worlds from elsewhere."""
    from leitstand.cli.output import hint
    from leitstand.cli.place import load
    from leitstand.evals.foreign.fidelity import FORMATS, import_recordings

    if form == "rows":
        _import_rows(path, out, role)
        return
    if form == "ap-world":
        _import_world(path, out, role)
        return
    project = "" if form in FORMATS else str(load().root.resolve())
    made = import_recordings(form, path, out, project)
    hint(f"{made.rows} recordings of {made.format}; next: leitstand eval fidelity {out}")


@app.command("fidelity")
def fidelity(
    suite: Annotated[Path, typer.Argument(help="Folder of a suite of recordings.")],
    *,
    state: Annotated[
        Path | None, typer.Option("--state", help="Folder for the journals, one a process.")
    ] = None,
    json: Json = False,
) -> None:
    """Execute every recorded call under guard and journal, and judge what came of each run."""
    from leitstand.cli.output import emit
    from leitstand.cli.place import run as run_to_end
    from leitstand.evals.foreign.fidelity import fidelity as measured
    from leitstand.evals.foreign.fidelity import open_recordings

    with progress("fidelity", open_recordings(suite).rows) as told:
        found = run_to_end(measured(suite, state or suite / "journals", told))
    data = found.model_dump(mode="json")
    if found.agree is None:
        data = {k: v for k, v in data.items() if k not in ("agree", "disagree")}
    emit(data, lambda: _show(data), json=json)
    raise typer.Exit(1 if found.disagree else 0)


def suite_at(project: "Project", name: str) -> Path:
    """The folder of a suite, by name in the project or as a path. Raises SuiteRefused."""
    from leitstand.errors import SuiteRefused

    for place in (project.root / "evals" / name, Path(name)):
        if (place / "suite.yaml").is_file():
            return place
        if place.name == "suite.yaml" and place.is_file():
            return place.parent
    raise SuiteRefused(f"no suite `{name}`", where=str(project.root / "evals"))


def suites_of(project: "Project") -> list[Path]:
    """The folders of all suites of a project. Raises SuiteRefused: there is none."""
    from leitstand.errors import SuiteRefused

    shelf = project.root / "evals"
    found = sorted(file.parent for file in shelf.glob("*/suite.yaml"))
    if not found:
        raise SuiteRefused("no suite", where=str(shelf))
    return found


@contextmanager
def progress(what: str, total: int) -> Generator[Callable[[int], None]]:
    """A bar with rate and remaining time on a terminal, nothing elsewhere."""
    import sys

    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    speed = TaskProgressColumn("{task.percentage:>3.0f} %", show_speed=True)
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    columns += [speed, TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _told_live(project: "Project", place: Path) -> bool:
    """Whether a suite says how models are asked; of all suites those that do not go by tape."""
    from leitstand.evals.suite import load_suite

    return load_suite(project.root, place).table.live is not None


async def _run(
    project: "Project", place: Path, supervisor: str, folder: Path, *, live: bool
) -> "Report":
    from leitstand.cli.output import hint
    from leitstand.clock import SystemClock
    from leitstand.evals.report import conclude
    from leitstand.evals.runner import run_suite
    from leitstand.evals.suite import load_suite

    suite: Suite = load_suite(project.root, place)
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


def _import_rows(path: Path, out: Path, role: str) -> None:
    from leitstand.cli.output import hint
    from leitstand.cli.place import load
    from leitstand.cli.place import run as run_to_end
    from leitstand.evals.worlds import import_rows
    from leitstand.inbox import row_of

    async def shown(leitstand: "Leitstand", case: str) -> "Mapping[str, Any]":
        return (await row_of(leitstand, case, "")).flat()

    laid = run_to_end(import_rows(load(), role, path, out / "cases", shown))
    hint(f"{laid.cases} cases in {out / 'cases'}")
    for one in laid.differing:
        hint(f"left out: {one}")


def _import_world(path: Path, out: Path, role: str) -> None:
    from leitstand.cli.output import hint
    from leitstand.cli.place import load
    from leitstand.cli.place import run as run_to_end
    from leitstand.evals.worlds import import_world

    project = load()
    name = role or next(iter(project.roles))
    names = (path / "cases.jsonl", path / "truth.jsonl", path.parent / "truth.jsonl")
    truth = next((file for file in names if file.is_file()), names[0])
    count = run_to_end(import_world(project, name, path, truth, out / "cases"))
    hint(f"{count} cases in {out / 'cases'}")
