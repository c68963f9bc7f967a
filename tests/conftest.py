"""What all tests share: the data folder, hypothesis profiles, and the rule on skips in CI."""

import os
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI") == "true"
ALLOWED_SKIP = "shared data absent"

settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if IN_CI else "default")

SKIPS = pytest.StashKey[dict[str, str]]()


class Worker(Protocol):
    """What xdist says of a worker that is done."""

    config: pytest.Config
    workeroutput: dict[str, dict[str, str]]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder that holds `domain/`: real invoices that are read here and not kept in the repo.

    From `LEITSTAND_DATA`, else beside the repository; a test is skipped where neither is there.
    """
    folder = Path(os.environ.get("LEITSTAND_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "domain").is_dir():
        pytest.skip(f"{ALLOWED_SKIP}: no `domain` in `{folder}` (set LEITSTAND_DATA)")
    return folder


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests run on the loop that the product runs on."""
    return "asyncio", {"use_uvloop": True}


def pytest_configure(config: pytest.Config) -> None:
    """Start the list of skips."""
    config.stash[SKIPS] = {}


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Note a module that skips as a whole."""
    report = yield
    note(collector.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note a test that skips."""
    report = yield
    note(item.config, report)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Worker) -> None:
    """Take over what a worker noted."""
    node.config.stash[SKIPS].update(node.workeroutput.get("skips", {}))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skip is a failure, unless it is for the data that lie outside the repository."""
    skips = session.config.stash[SKIPS]
    output: dict[str, dict[str, str]] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["skips"] = skips
    elif IN_CI and refused(skips) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skips that CI refuses."""
    refusals = refused(terminalreporter.config.stash[SKIPS]) if IN_CI else {}
    if refusals:
        terminalreporter.section("skipped, which CI does not allow", red=True)
    for test, reason in refusals.items():
        terminalreporter.line(f"{test}: {reason}")


def note(config: pytest.Config, report: pytest.CollectReport | pytest.TestReport) -> None:
    """Keep the reason of a skip under the test's id; an expected failure is no skip."""
    if report.skipped and not hasattr(report, "wasxfail"):
        place = report.longrepr
        reason = place[2] if isinstance(place, tuple) else str(place)
        config.stash[SKIPS][report.nodeid] = reason.removeprefix("Skipped: ")


def refused(skips: Mapping[str, str]) -> dict[str, str]:
    """The skips that are for another reason than absent shared data."""
    return {test: why for test, why in skips.items() if not why.startswith(ALLOWED_SKIP)}
