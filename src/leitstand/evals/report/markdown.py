"""The report for a pull request: a summary in Markdown, and a line a failing case for its diff."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from leitstand.evals.report.report import Report
from leitstand.evals.report.terminal import five_lines, measured_lines
from leitstand.evals.report.wording import Wording, plain

MOST = 50
_SIGNS = {"yes": "✅", "no": "❌", "none": "❔"}
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@])")


def markdown(report: Report, wording: Wording) -> str:
    """The summary: five lines, the gate part by part, failing cases with what is wrong."""
    first, *rest = (*five_lines(report, wording), *measured_lines(report, wording))
    lines = [f"## {_cell(first)}", "", *(f"- {_cell(line)}" for line in rest), ""]
    lines += ["| | | |", "|---|---|---|"]
    for found in report.verdict.findings:
        cells = (wording.say(f"part.{found.part}"), _SIGNS[found.state], wording.finding(found))
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    failing = list(islice(report.failing(), MOST + 1))
    if failing:
        lines += ["", f"| {wording.say('page.case')} | | {wording.say('page.problems')} |"]
        lines.append("|---|---|---|")
    for kind, result in failing[:MOST]:
        problems = "<br>".join(map(_cell, result.problems[:5]))
        lines.append(f"| {_cell(result.case)} | {wording.say(f'kind.{kind}')} | {problems} |")
    if len(failing) > MOST:
        lines += ["", wording.say("head.more", count=MOST)]
    told = (f"{name} {value}" for name, value in report.versions.items())
    return "\n".join([*lines, "", _cell(" · ".join(told)), ""])


def annotations(report: Report, root: Path) -> Iterator[str]:
    """`::error file=…::` lines for the log of a job, newly failing and flaky cases alone.

    Paths are relative to `root` where they lie in it. The form is that of GitHub's workflow
    commands.
    """
    suite = report.suite
    for kind, result in report.failing():
        if kind in ("newly_failing", "flaky") and result.case not in report.signed:
            file = suite.path(suite.table.cases) / result.case / "case.json"
            place = (file if file.is_file() else suite.file).resolve()
            place = place.relative_to(root) if place.is_relative_to(root) else place
            text = f"{result.case}: {'; '.join(result.problems)}"
            yield f"::error file={_property(place.as_posix())},line=1::{_data(text)}"


def _cell(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", plain(text))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
