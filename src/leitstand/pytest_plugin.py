"""Suites as tests of pytest: an item a case, and one for the gate.

Asked for in the project's pytest settings: `leitstand_suites = ["evals/accounting"]`, folders from
the root. They are collected where pytest comes by their `suite.yaml`: on the command line, or under
`testpaths`.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from leitstand.evals.report import Report
    from leitstand.evals.result import CaseResult

SETTING = "leitstand_suites"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let projects name their suites."""
    parser.addini(SETTING, "folders of suites that are collected", type="linelist", default=[])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SuiteFile | None":
    """Take a `suite.yaml` that the project has asked for."""
    if file_path.name != "suite.yaml":
        return None
    wanted: list[str] = parent.config.getini(SETTING)
    if file_path.parent not in [parent.config.rootpath / folder for folder in wanted]:
        return None
    return SuiteFile.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType]


class CaseFailed(Exception):
    """A case is not good, or the gate does not release: a line for each reason."""


class SuiteFile(pytest.File):
    """A suite. It is replayed once, when the first of its items runs."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item a case, then the gate."""
        from leitstand.errors import LeitstandError
        from leitstand.evals.shelf import take
        from leitstand.evals.suite import load_suite
        from leitstand.project import find_root, load_project

        try:
            self.project = load_project(find_root(self.path.parent))
            self.suite = load_suite(self.project.root, self.path)
            names = [take(place)[0].name for place in self.suite.places]
        except LeitstandError as error:
            raise self.CollectError(str(error)) from error
        for name in names:
            yield CaseItem.from_parent(self, name=name)  # pyright: ignore[reportUnknownMemberType]
        yield GateItem.from_parent(self, name="gate")  # pyright: ignore[reportUnknownMemberType]

    @cached_property
    def report(self) -> "Report":
        """The report of the suite's run. Raises what replaying raises."""
        from leitstand.clock import SystemClock
        from leitstand.evals.report import conclude
        from leitstand.evals.runner import run_suite

        folder = tempfile.TemporaryDirectory(prefix="leitstand-suite-")
        self.config.add_cleanup(folder.cleanup)
        today = datetime.fromtimestamp(SystemClock().time(), UTC).date()
        run, results = run_suite(self.project, self.suite)
        return asyncio.run(conclude(self.suite, run, results, Path(folder.name), today))

    @cached_property
    def failing(self) -> "dict[str, CaseResult]":
        """Cases that are not good, by name."""
        return {result.case: result for _, result in self.report.failing()}


class _Judged(pytest.Item):
    @property
    def file(self) -> SuiteFile:
        """The suite that this belongs to."""
        assert isinstance(self.parent, SuiteFile)  # noqa: S101 - made there and nowhere else
        return self.parent

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands."""
        return self.path, None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The reasons alone: the trace of a replay says nothing of a case."""
        return str(excinfo.value)


class CaseItem(_Judged):
    """A case of the suite."""

    def runtest(self) -> None:
        """Fail with what is wrong; a case that somebody answers for fails as expected."""
        report, result = self.file.report, self.file.failing.get(self.name)
        if result is None:
            return
        if self.name in report.signed and not result.critical and not result.unsafe:
            pytest.xfail(report.signed[self.name])
        raise CaseFailed("\n".join((self.name, *result.problems)))


class GateItem(_Judged):
    """The gate of the suite."""

    def runtest(self) -> None:
        """Fail with every part of the gate that does not say yes."""
        from leitstand.evals.report import Wording, five_lines

        report, wording = self.file.report, Wording("en")
        if report.verdict.exit_code:
            open_ = [wording.finding(f) for f in report.verdict.findings if f.state != "yes"]
            raise CaseFailed("\n".join((*five_lines(report, wording), *open_)))
