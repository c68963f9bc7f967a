"""The report at a terminal: five lines that decide, then why."""

from collections.abc import Iterator
from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leitstand.evals.calibration import ENOUGH
from leitstand.evals.report.report import Report
from leitstand.evals.report.wording import Wording, plain

FIRST = ("1", "2", "3", "4", "5")
"""Values of k that are shown of pass^k, beside the last."""
MOST = 50
"""Failing cases that a terminal lists; the other forms list them all."""

STYLES = {"released": "bold green", "refused": "bold red", "none": "bold yellow"}
STATES = {"yes": "green", "no": "red", "none": "yellow"}


def show(report: Report, wording: Wording, console: Console) -> None:
    """Print a report."""
    first, *rest = five_lines(report, wording)
    console.print(Text(first, STYLES[report.verdict.state]))
    for line in (*rest, *measured_lines(report, wording)):
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


def measured_lines(report: Report, wording: Wording) -> Iterator[str]:
    """What live models came to, and how far readings are as sure as they say; often nothing."""
    live, sure = report.figures.live, report.figures.calibration
    if live.cases:
        yield wording.say("head.live", **live.model_dump())
        few = (*FIRST, *(k for k in live.pass_hat if int(k) == live.repeat))
        hats = {k: live.pass_hat[k] for k in dict.fromkeys(few) if k in live.pass_hat}
        told = (wording.format("{k}: {hat:percent}", k=k, hat=hat) for k, hat in hats.items())
        yield wording.say("head.pass_hat", hats=", ".join(told))
    for of, found in sure.items():
        known = {"of": of, "fields": found.fields, "enough": ENOUGH, "error": found.error}
        yield wording.say(f"head.calibration{'_open' if found.error is None else ''}", **known)
    if live.cases and not sure:
        yield wording.say("head.calibration_none")


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
