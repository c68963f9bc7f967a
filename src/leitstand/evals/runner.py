"""The runner: many cases replayed on all cores, with bounded memory and a word on progress."""

import asyncio
import os
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from leitstand.clock import SystemClock
from leitstand.digest import canonical, plain
from leitstand.errors import CaseRefused, UsageRefused
from leitstand.evals.case import RecordedCase, Versions, prompts_hash
from leitstand.evals.engine import by_langgraph
from leitstand.evals.grading import grade, steps_of
from leitstand.evals.live import Live, Purse, library_of
from leitstand.evals.probe import probe
from leitstand.evals.repeats import together
from leitstand.evals.replay import Bench, Replayed, replay
from leitstand.evals.result import CaseResult, Coverable, Run
from leitstand.evals.settings import RULE, SUITE, TOOL, settings_of
from leitstand.evals.shelf import Place, take
from leitstand.evals.suite import Suite, Table, load_suite
from leitstand.evals.supervisor import supervisor_of
from leitstand.evals.tape import Recording
from leitstand.guard.systems import Systems
from leitstand.policy import Bundle, Rule
from leitstand.project import Project, load_project
from leitstand.records import Decision
from leitstand.role import Compiled
from leitstand.runtime import settle_memory
from leitstand.tool import Connection
from leitstand.values import leaves

DETAILED = 2_000
"""Cases up to which a run keeps the steps of all; above, of those that did not pass."""
_CORES = os.cpu_count() or 1
REFERENCE = 100
"""One case of so many is run by LangGraph's own engine as well."""
CHUNK = 50
"""Cases that one process replays at a time."""
ALONE = 300
"""Cases up to which one process is quicker than starting several."""

Told = Callable[[int], None]
"""Hears how many cases are done."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every process has to know: the project's root, who decides, and under which rules.

    `policies` is another folder of rules than the project's own, `world` other data of the tenant.
    `apart`: in processes of its own, since this one has loaded another project.
    The graders of `suite`, its `suite.yaml`, have the last word on a case. `steps` of which cases
    are kept.
    `live`: models are asked for real, case after case in one process.
    """

    root: Path
    supervisor: str = "recorded"
    policies: Path | None = None
    world: Path | None = None
    suite: Path | None = None
    steps: Literal["all", "failed", "none"] = "all"
    apart: bool = False
    live: Live | None = None


async def run_cases(
    job: Job, found: Sequence[Place], told: Told = lambda _: None
) -> AsyncIterator[CaseResult]:
    """Replay cases, results in their order.

    Raises CaseRefused for a case that cannot be replayed, and what loading the project raises.
    """
    if not job.apart and (job.live or len(found) <= ALONE or _CORES == 1):
        async with _opened(job) as worker:
            for number, place in enumerate(found):
                yield await worker.one(place, number)
                told(number + 1)
        return
    chunks = iter((at, found[at : at + CHUNK]) for at in range(0, len(found), CHUNK))
    options: dict[str, Any] = {"mp_context": get_context("forkserver"), "initializer": _start}
    done = 0
    with ProcessPoolExecutor(_CORES, **options, initargs=(job,)) as pool:
        ahead = deque(pool.submit(_chunk, *c) for c in islice(chunks, 3 * _CORES))
        while ahead:
            results = await asyncio.wrap_future(ahead.popleft())
            ahead.extend(pool.submit(_chunk, *c) for c in islice(chunks, 1))
            done += len(results)
            told(done)
            for raw in results:
                yield CaseResult.model_validate_json(raw)


def run_suite(
    project: Project,
    suite: Suite,
    *,
    supervisor: str = "",
    live: bool = False,
    told: Told = lambda _: None,
) -> tuple[Run, AsyncIterator[CaseResult]]:
    """The head of a run of a suite, and its results as they come.

    `live`: models are asked as the suite says. Raises CaseRefused: no such role; NoVerdict: no
    case; UsageRefused: the suite says nothing of live runs; and what `run_cases` raises.
    """
    asking = _live(suite) if live else None
    role, who = suite.table.role, supervisor or suite.table.supervisor
    compiled = project.roles.get(role)
    if compiled is None:
        raise CaseRefused(f"no role `{role}` in this project", where=str(suite.file))
    bundle, found = project.bundle(), suite.places
    every = settings_of(project, bundle, project.limits(project.world))
    tools = plain(canonical(sorted(t.name for t in project.tools)))[:32]
    run = Run(
        suite=suite.name,
        role=role,
        suite_hash=suite.digest(),
        versions=Versions(
            graph=compiled.version,
            policy=bundle.sha,
            prompts=prompts_hash(project.library.releases_of(role)),
            tools=tools,
        ),
        supervisor=who,
        settings=_answered(every, bundle, compiled, suite.table),
        repeat=asking.repeat if asking else 0,
        coverable=Coverable(
            rules=tuple(sorted(r.id for r in _applying(bundle, compiled) if not r.grants)),
            edges=tuple(f"{a} -> {b}" for a, b in compiled.edges),
            exits=("done", "rejected", *(f"exception: {cause}" for cause in compiled.queue)),
            branches=tuple(sorted(_branches(bundle, compiled))),
        ),
    )
    steps = "all" if len(found) <= DETAILED else "failed"
    job = Job(project.root, who, suite=suite.file, steps=steps, live=asking)
    return run, run_cases(job, found, told)


def _live(suite: Suite) -> Live:
    said = suite.table.live
    if said is None:
        text, mend = f"suite `{suite.name}` is run by tape alone", "add `live: {repeat: 5}` to it"
        raise UsageRefused(text, mend=mend)
    return Live(repeat=said.repeat, tokens=said.tokens)


def unanswered(project: Project, suites: Sequence[Suite]) -> tuple[str, ...]:
    """What none of these suites answers for: roles, rules, tools, and tables or data by name."""
    bundle, roles = project.bundle(), project.roles
    every = settings_of(project, bundle, project.limits(project.world))
    tables = [s.table for s in suites if s.table.role in roles]
    met = (_answered(every, bundle, roles[table.role], table) for table in tables)
    left = {name.split(": ")[0] for name in every.keys() - set[str]().union(*met)}
    return tuple(sorted({*left, *(f"role {r}" for r in roles.keys() - {t.role for t in tables})}))


def _answered(
    every: Mapping[str, str], bundle: Bundle, compiled: Compiled, table: Table
) -> dict[str, str]:
    """What a suite of this role answers for: its tools, their rules, its department's data.

    And what the suite asks for itself: a gate that asks for less is a change.
    """
    own = {f"{RULE}{rule.id}" for rule in _applying(bundle, compiled)}
    own |= {f"{TOOL}{tool.name}" for tool in compiled.tools}
    found = {
        name: digest
        for name, digest in every.items()
        if not name.startswith(table.elsewhere)
        and (not name.startswith((RULE, TOOL)) or name.split(": ")[0] in own)
    }
    asked = table.model_dump(mode="json", include={"gate", "graders", "ignore", "elsewhere"})
    return found | {f"{SUITE}{n}": plain(canonical(v))[:16] for n, v in leaves(asked)}


def _applying(bundle: Bundle, compiled: Compiled) -> list[Rule]:
    """Rules that can apply to a tool of the role."""
    tools = frozenset(tool.name for tool in compiled.tools)
    return [rule for rule in bundle.rules if rule.applies(compiled.name, tools)]


def _branches(bundle: Bundle, compiled: Compiled) -> Iterator[str]:
    """What people may answer, for each write of the role that a rule may have them asked about."""
    for tool in compiled.tools:
        rules = bundle.tools[tool.name].rules.values()
        asked = (r.decision in (Decision.APPROVE, Decision.ESCALATE) for r in rules)
        if tool.writes and any(asked):
            yield from (f"{tool.name}: {answer}" for answer in ("approve", "edit", "reject"))


def bench_of(job: Job, project: Project, twin: Sequence[Connection] = ()) -> Bench:
    """The project as it stands, with the rules and data of the job."""
    folder = job.policies
    bundle = Bundle.load(folder, project.tools, project.facts) if folder else project.bundle()
    live = job.live
    library = library_of(project.library, live) if live else project.library
    return Bench(
        roles=project.roles,
        tools=project.tools,
        bundle=bundle,
        graphs=project.graphs,
        limits=project.limits(job.world or project.world),
        case_limits=project.case_limits,
        release=library.release,
        live=library if live else None,
        purse=Purse(live.tokens if live else None),
        changed=live is not None and live.changed,
        twin=Systems(twin) if twin else None,
    )


class _Worker:
    """One process's bench: what it has loaded serves all of its cases."""

    def __init__(self, job: Job, bench: Bench) -> None:
        self._job = job
        self._bench = bench
        self._suite = load_suite(job.root, job.suite) if job.suite else None

    async def one(self, place: Place, number: int) -> CaseResult:
        """Replay and grade one case, the `number`th."""
        case, recording = take(place)
        if case.calls:
            began = perf_counter()
            result = self._judged(case, await probe(self._bench, case, recording))
            return result.model_copy(update={"ms": _since(began)})
        first, done = await self._tried(case, recording)
        result = await self._repeated(case, recording, first, silent=done.models.silent)
        if number % REFERENCE == 0:
            engine, why = await by_langgraph(self._bench, done)
            said = (f"LangGraph's own engine: {why}",) if why else ()
            problems = (*result.problems, *said)
            result = result.model_copy(update={"engine": engine, "problems": problems})
            if why and self._detailed(result):
                result = result.model_copy(update={"steps": tuple(steps_of(done))})
        return result

    async def _tried(self, case: RecordedCase, recording: Recording) -> tuple[CaseResult, Replayed]:
        """One replay, graded."""
        began = perf_counter()
        supervisor = supervisor_of(self._job.supervisor, case)
        done = await replay(self._bench, case, recording, supervisor)
        result = self._judged(case, grade(done, self._suite.table.ignore if self._suite else None))
        update: dict[str, object] = {"ms": _since(began)}
        if self._detailed(result):
            update["steps"] = tuple(steps_of(done))
        return result.model_copy(update=update), done

    async def _repeated(
        self, case: RecordedCase, recording: Recording, first: CaseResult, *, silent: bool
    ) -> CaseResult:
        """A case that has asked a live model is asked again; until the model falls silent."""
        live, tries = self._job.live, [first]
        if live is None or live.changed or not first.asked:
            return first
        while len(tries) < live.repeat and not silent:
            result, done = await self._tried(case, recording)
            silent = done.models.silent
            tries.append(result)
        return together(tries, live.repeat)

    def _judged(self, case: RecordedCase, result: CaseResult) -> CaseResult:
        return self._suite.judged(case, result) if self._suite is not None else result

    def _detailed(self, result: CaseResult) -> bool:
        return self._job.steps == "all" or (self._job.steps == "failed" and not result.good)


def _since(began: float) -> float:
    return round((perf_counter() - began) * 1000, 3)


@asynccontextmanager
async def _opened(job: Job) -> AsyncGenerator[_Worker]:
    """A worker whose embedded systems live in a folder that goes with it."""
    project = load_project(job.root)
    world = job.world or project.world
    with tempfile.TemporaryDirectory(prefix="leitstand-twin-") as folder:
        tenant = project.table.tenant
        connect = project.twin or project.connect
        twin = await connect(Path(folder), world, tenant, SystemClock())
        try:
            yield _Worker(job, bench_of(job, project, twin))
        finally:
            if project.disconnect is not None:
                project.disconnect(twin)


_RUNNER: list[tuple[asyncio.Runner, _Worker]] = []
"""This process's worker, for as long as the process lives."""


def _start(job: Job) -> None:
    runner = asyncio.Runner()
    stack = AsyncExitStack()
    worker = runner.run(stack.enter_async_context(_opened(job)))
    # Not `atexit`: a process of a pool leaves without it, and its twins would stay in their folder.
    Finalize(None, lambda: runner.run(stack.aclose()), exitpriority=1)
    settle_memory()
    _RUNNER[:] = [(runner, worker)]


def _chunk(first: int, found: Sequence[Place]) -> list[bytes]:
    runner, worker = _RUNNER[0]

    async def all_of() -> list[bytes]:
        return [canonical(await worker.one(p, n)) for n, p in enumerate(found, first)]

    return runner.run(all_of())
