"""Results of an invented suite: what the figures, the gate and the reports are tried on."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from leitstand.evals.report import Report, conclude
from leitstand.evals.result import (
    CaseResult,
    Coverable,
    FieldDiff,
    Grade,
    Made,
    Proposed,
    Run,
    Walked,
)
from leitstand.evals.runner import Job, run_cases
from leitstand.evals.shelf import Place
from leitstand.evals.suite import Suite, load_suite
from leitstand.records import Exit

TODAY = date(2026, 11, 28)
RUN = Run(
    suite="accounting",
    role="accounting",
    suite_hash="5" * 64,
    at="2026-11-28T09:00:00Z",
    coverable=Coverable(
        rules=("limit", "bank", "period"),
        edges=("read > match", "match > book"),
        exits=("done", "rejected"),
        branches=("erp.draft: approve", "erp.draft: edit"),
    ),
)
_NOW = datetime.now(UTC).date()
SPAN = f"date = {_NOW}\nuntil = {_NOW + timedelta(days=30)}\n"
"""The days of a sign-off that is in force whenever the tests are run."""
SUITE = """\
role: accounting
gate:
  level: {level}
  baseline: baseline
"""


def suite_in(folder: Path, text: str = "", *, level: float = 0.9) -> Suite:
    """A suite in a folder named like its role."""
    place = folder / "accounting"
    place.mkdir(parents=True, exist_ok=True)
    (place / "suite.yaml").write_text(text or SUITE.format(level=level))
    return load_suite(folder, place)


def good(name: str, **more: Any) -> CaseResult:  # noqa: ANN401 - fields of a result
    """A case that passed."""
    ways: dict[str, Any] = {
        "role": "accounting",
        "decision": "auto_draft",
        "exit": Exit(kind="done"),
        "exits": ("done",),
        "edges": ("read > match", "match > book"),
        "effects": (Made(tool="erp.draft", args={"account": "4711"}),),
        "ms": 3.5,
    }
    return CaseResult(case=name, passed=True, **{**ways, **more})


def bad(name: str, **more: Any) -> CaseResult:  # noqa: ANN401 - fields of a result
    """A case whose account is another one than expected."""
    diff = FieldDiff(field="erp.draft.account", expected="4711", actual="4712")
    ways: dict[str, Any] = {
        "fields": (diff,),
        "problems": ('erp.draft.account: "4712", expected "4711"',),
        "steps": (Walked(address="read/0", tool="dms.read", args={"id": "1"}, answer="…"),),
    }
    return good(name, **{**ways, **more}).model_copy(update={"passed": False})


def many(count: int, seed: int = 1) -> Iterator[CaseResult]:
    """Invented results of every sort, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    for number in range(count):
        answer = draw.choice(("", "", "approve", "edit", "reject"))
        change = FieldDiff(field="account", expected="1", actual="2")
        proposal = Proposed(
            address=f"book/{number}",
            tool=draw.choice(("erp.draft", "mail.send")),
            decision="approve" if answer else "allow",
            rules=("limit",),
            answer=answer,
            changes=(change,) if answer == "edit" else (),
        )
        make = bad if draw.random() < 0.03 else good
        yield make(
            f"case-{number:06}",
            cluster=f"supplier-{number % 97}",
            proposals=(proposal,),
            asks=int(bool(answer)),
            clean=draw.random() < 0.5,
            false_hold=draw.random() < 0.01,
            certainty="unknown" if draw.random() < 0.01 else "exact",
            rules=("limit",) if draw.random() < 0.1 else (),
            branches=(f"erp.draft: {answer}",) if answer else (),
            grades=(Grade(name="due", passed=True),),
            fields_graded=3,
            supervisor_s=60.0 * bool(answer),
            tokens=draw.randrange(100),
        )


def report_in(folder: Path, results: Iterable[CaseResult], suite: Suite, run: Run = RUN) -> Report:
    """The report of a run that is saved in a folder."""
    return asyncio.run(conclude(suite, run, _stream(results), folder, TODAY))


def replayed(root: Path, place: Place) -> CaseResult:
    """The result of one recorded case of a project."""

    async def first() -> CaseResult:
        [result] = [r async for r in run_cases(Job(root), [place])]
        return result

    return asyncio.run(first())


async def _stream(results: Iterable[CaseResult]) -> AsyncIterator[CaseResult]:
    for result in results:
        yield result
