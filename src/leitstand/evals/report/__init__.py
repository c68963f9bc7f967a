"""Reports of a run: terminal, JSON, JUnit, Markdown for a pull request, one HTML page."""

from leitstand.evals.report.document import document
from leitstand.evals.report.junit import write_junit
from leitstand.evals.report.markdown import annotations, markdown
from leitstand.evals.report.page import write_page
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
