"""The report at a terminal: five lines that decide, then why."""

from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leitstand.evals.report.report import Report
from leitstand.evals.report.wording import Wording, plain

__all__ = ["five_lines", "show"]

MOST = 50
"""Failing cases that a terminal lists; the other forms list them all."""

STYLES = {"released": "bold green", "refused": "bold red", "none": "bold yellow"}
STATES = {"yes": "green", "no": "red", "none": "yellow"}


def show(report: Report, wording: Wording, console: Console) -> None:
    """Print a report."""
    first, *rest = five_lines(report, wording)
    console.print(Text(first, STYLES[report.verdict.state]))
    for line in rest:
        console.print(Text(line))
    console.print(_findings(report, wording))
    failing = list(islice(report.failing(), MOST + 1))
    for kind, result in failing[:MOST]:
        console.print(Text(f"{wording.say(f'kind.{kind}')}: {plain(result.case)}", "bold"))
        for problem in result.problems:
            console.print(Text(f"  {plain(problem)}"))
        if result.case in report.signed:
            console.print(Text(f"  {wording.say('page.signed')}: {report.signed[result.case]}"))
    if len(failing) > MOST:
        console.print(Text(wording.say("head.more", count=MOST)))
    seconds = report.saved.times.seconds
    console.print(Text(wording.say("head.times", seconds=seconds), "dim"))


def five_lines(report: Report, wording: Wording) -> tuple[str, ...]:
    """Verdict, newly failing cases, corrections per 100 proposals, n with interval, unsafe."""
    figures, change = report.figures, report.verdict.change
    right, rate = figures.correctness, figures.corrections
    names = ", ".join(plain(n) for n in change.newly_failing[:5])
    more = ", …" if len(change.newly_failing) > 5 else ""  # noqa: PLR2004 - a line's worth
    return (
        wording.say(f"verdict.{report.verdict.state}", suite=report.suite.name),
        wording.say(
            "head.newly_failing",
            count=len(change.newly_failing),
            signed=len(change.signed),
            names=f" ({names}{more})" if names else "",
        ),
        wording.say("head.corrections", rate=rate.per_100, proposals=rate.all.proposals),
        wording.say(
            "head.correctness", passed=right.passed, n=right.n, low=right.low, high=right.high
        ),
        wording.say("head.unsafe", count=figures.oversight.unsafe_effects),
    )


def _findings(report: Report, wording: Wording) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for found in report.verdict.findings:
        names = ", ".join(plain(n) for n in found.cases[:8])
        more = " …" if len(found.cases) > 8 else ""  # noqa: PLR2004 - a line's worth
        tail = f" {names}{more}" if names else ""
        table.add_row(
            wording.say(f"part.{found.part}"),
            Text(wording.say(f"state.{found.state}"), STATES[found.state]),
            Text(wording.finding(found) + tail),
        )
    return table
