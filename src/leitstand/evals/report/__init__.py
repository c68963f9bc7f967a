"""Reports of a run: terminal, JSON, JUnit, Markdown for a pull request, one HTML page."""

from leitstand.evals.report.document import document
from leitstand.evals.report.form import annotations, markdown, write_junit, write_page
from leitstand.evals.report.report import Report, conclude, reopen
from leitstand.evals.report.terminal import five_lines, show
from leitstand.evals.report.wording import Wording

__all__ = [
    "Report",
    "Wording",
    "annotations",
    "conclude",
    "document",
    "five_lines",
    "markdown",
    "reopen",
    "show",
    "write_junit",
    "write_page",
]
