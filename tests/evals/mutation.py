"""Whether the gate refuses a mutant: its cases under the changed project, its own verdict.

That the gate has no verdict on a change which no case shows does not count here: what is asked is
whether a case notices.
"""

import asyncio
import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

from leitstand.evals.figures import Tally
from leitstand.evals.gate import Judge
from leitstand.evals.runner import Job, run_cases, run_suite
from leitstand.evals.suite import load_suite
from leitstand.project import Project, load_project
from policies.facts import letters, tax, wording
from tests.evals.mutants import POLICIES, ROOT, TABLES, WORLD, Mutant

SUITES = ("accounting", "accounting-rules")
_READS: dict[str, tuple[ModuleType, tuple[str, ...]]] = {
    "lexicon.toml": (wording, ("_read",)),
    "letters.toml": (letters, ("_own", "_rows")),
    "vat.toml": (tax, ("_table",)),
}
"""What reads a table, and what it remembers of it."""
assert tuple(_READS) == TABLES


def stopped(mutant: Mutant, folder: Path) -> str:
    """What refuses the mutant, in words; empty if no suite does."""
    with _read_anew(mutant, folder):
        project, world = _project(mutant, folder), _world(mutant, folder)
        return next((w for s in SUITES if (w := asyncio.run(_judged(s, project, world)))), "")


async def _judged(name: str, project: Project, world: Path) -> str:
    """Why a suite refuses the project; a case that newly fails is reason enough."""
    suite = load_suite(ROOT, Path(name))
    head, _ = run_suite(project, suite)
    job = Job(ROOT, "recorded", project.policies, world, suite.file)
    judge, tally = Judge(suite, head, date(2026, 11, 28)), Tally(head.coverable)
    async for result in run_cases(job, suite.places):
        tally.add(result)
        if (kind := judge.see(result)) in ("newly_failing", "unknown"):
            return f"{kind}: {result.case}: {'; '.join(result.problems)}"
    findings = judge.verdict(tally.figures(), 0.0).findings
    return "; ".join(f.key for f in findings if f.state == "no")


def _project(mutant: Mutant, folder: Path) -> Project:
    """The project with the mutant's policies, so that what could be covered is theirs."""
    policies = folder / "policies"
    policies.mkdir(parents=True)
    whole = {file.name: file.read_text("utf-8") for file in POLICIES.glob("*.cedar")}
    for name, text in {**whole, **mutant.cedar}.items():
        (policies / name).write_text(text, "utf-8")
    project = load_project(ROOT)
    return replace(project, table=project.table.model_copy(update={"policies": str(policies)}))


def _world(mutant: Mutant, folder: Path) -> Path:
    world = folder / "world"
    shutil.copytree(WORLD, world, ignore=shutil.ignore_patterns("invoices"))
    tenant = {**json.loads((WORLD / "policy.json").read_text("utf-8")), **mutant.tenant}
    (world / "policy.json").write_text(json.dumps(tenant), "utf-8")
    return world


@contextmanager
def _read_anew(mutant: Mutant, folder: Path) -> Generator[None]:
    """The mutant's tables in the place of those of the rules, and nothing remembered of either."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, text in mutant.table.items():
            (folder / name).write_text(text, "utf-8")
            _point(name, folder / name)
        yield
    finally:
        for name in mutant.table:
            _point(name, POLICIES / name)


def _point(name: str, file: Path) -> None:
    module, caches = _READS[name]
    vars(module)["_FILE"] = file
    for cache in caches:
        vars(module)[cache].cache_clear()
