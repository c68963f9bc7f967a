"""A trial: a suite replayed as the project stands, and what it could have covered."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

from leitstand.clock import SystemClock
from leitstand.errors import SuiteRefused
from leitstand.evals.case import Versions
from leitstand.evals.result import CaseResult, Coverable, Run
from leitstand.evals.runner import Job, Told, run_cases
from leitstand.evals.suite import Suite
from leitstand.policy import Bundle
from leitstand.project import Project
from leitstand.role import Compiled

__all__ = ["run_suite"]

ANSWERS = ("approve", "edit", "reject")


def run_suite(
    project: Project, suite: Suite, *, supervisor: str = "", told: Told = lambda _: None
) -> tuple[Run, AsyncIterator[CaseResult]]:
    """The head of a run and its results, which come as they are made; another supervisor decides.

    Raises SuiteRefused: the project has no such role. Raises NoVerdict: the suite is empty.
    Raises PolicyRefused, CaseRefused; the results raise what replaying raises.
    """
    table = suite.table
    compiled = project.roles.get(table.role)
    if compiled is None:
        raise SuiteRefused(f"no role `{table.role}` in this project", where=str(suite.file))
    bundle, found, decides = project.bundle(), suite.places, supervisor or table.supervisor
    run = Run(
        suite=suite.name,
        role=table.role,
        suite_hash=suite.digest(),
        versions=Versions(graph=compiled.version, policy=bundle.sha),
        supervisor=decides,
        at=datetime.fromtimestamp(SystemClock().time(), UTC).isoformat(timespec="seconds"),
        coverable=_coverable(compiled, bundle),
    )
    job = Job(project.root, supervisor=decides, ignore=table.ignore, suite=suite.file)
    return run, run_cases(job, found, told)


def _coverable(compiled: Compiled, bundle: Bundle) -> Coverable:
    """All of it that a role can meet; grants let pass and never show in a verdict."""
    causes = sorted(compiled.queue)
    return Coverable(
        rules=tuple(sorted(set(_rules(compiled, bundle)))),
        edges=tuple(f"{a} -> {b}" for a, b in compiled.edges),
        exits=("done", "rejected", *(f"exception: {cause}" for cause in causes)),
        branches=tuple(
            f"{tool.name}: {answer}"
            for tool in compiled.tools
            if tool.writes and any(_asks(bundle, tool.name))
            for answer in ANSWERS
        ),
    )


def _rules(compiled: Compiled, bundle: Bundle) -> Iterator[str]:
    for tool in compiled.tools:
        known = bundle.tools.get(tool.name)
        yield from (r.id for r in known.rules.values() if not r.grants) if known else ()


def _asks(bundle: Bundle, tool: str) -> Iterator[bool]:
    known = bundle.tools.get(tool)
    yield from (not (r.grants or r.marks) for r in known.rules.values()) if known else ()
