"""A report: a run with its figures and its verdict, from which every form of it is made."""

from collections.abc import AsyncIterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path

from leitstand.errors import SuiteRefused
from leitstand.evals.figures import Figures, Tally
from leitstand.evals.gate import Judge, Verdict
from leitstand.evals.result import CaseResult, Run
from leitstand.evals.saved import Saved, Saving, open_run
from leitstand.evals.suite import Suite


@dataclass(frozen=True)
class Report:
    """A saved run, what was counted, and what the gate says."""

    suite: Suite
    saved: Saved
    figures: Figures
    verdict: Verdict

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """What a case is against the baseline, by name; those not named were and are good."""
        change = self.verdict.change
        named = ("still_failing", "newly_passing", "unknown", "flaky", "newly_failing")
        found = {case: kind for kind in named for case in getattr(change, kind)}
        return found | {w.case: "quarantined" for w in self.verdict.quarantined}

    @cached_property
    def signed(self) -> Mapping[str, str]:
        """Who answers for which failing case."""
        every = (*self.verdict.change.signed, *self.verdict.quarantined)
        return {w.case: f"{w.who}, {w.day.isoformat()}: {w.why}" for w in every}

    @property
    def versions(self) -> Mapping[str, str]:
        """What was measured, and who decided in it: hashes by name, those that are known."""
        run = self.saved.run
        every = {"commit": run.commit, **run.versions.model_dump(), "suite": run.suite_hash}
        live = {"live": f"{run.repeat}x"} if run.repeat else {}
        known = {name: v[:12] for name, v in every.items() if v}
        return {**known, "supervisor": run.supervisor, **live}

    def failing(self) -> Iterator[tuple[str, CaseResult]]:
        """Every case that is not good with its kind; those that the run has lost come last."""
        every = ((self.kinds[r.case], r) for r in self.saved.results() if not r.good)
        return chain(every, self.lost())

    def lost(self) -> Iterator[tuple[str, CaseResult]]:
        """Good cases of the baseline that the run does not have: missing is not passing."""
        lost = set(self.verdict.change.missing)
        for name in self.verdict.change.newly_failing:
            if name in lost:
                yield "newly_failing", CaseResult(case=name, passed=False, problems=(MISSING,))


MISSING = "missing: the baseline has this case, the run does not"


async def conclude(
    suite: Suite, run: Run, results: AsyncIterable[CaseResult], folder: Path, today: date
) -> Report:
    """Save a run in `folder` while counting it, and judge it; `today` decides on waivers.

    Raises SuiteRefused: baseline, sign-offs or quarantine cannot be read. Raises NoVerdict.
    """
    judge, tally = Judge(suite, run, today), Tally(run.coverable)
    with Saving(folder, run) as saving:
        async for result in results:
            saving.add(result)
            tally.add(result, quarantined=judge.see(result) == "quarantined")
    return _report(suite, open_run(folder), judge, tally)


def reopen(suite: Suite, folder: Path, today: date) -> Report:
    """The report of a saved run under the gate as it stands now. Raises as `conclude` does.

    Raises SuiteRefused: the run is of another suite.
    """
    saved = open_run(folder)
    if saved.run.suite != suite.name:
        raise SuiteRefused(f"this is a run of suite `{saved.run.suite}`", where=str(folder))
    judge, tally = Judge(suite, saved.run, today), Tally(saved.run.coverable)
    for result in saved.results():
        tally.add(result, quarantined=judge.see(result) == "quarantined")
    return _report(suite, saved, judge, tally)


def _report(suite: Suite, saved: Saved, judge: Judge, tally: Tally) -> Report:
    figures = tally.figures()
    return Report(suite, saved, figures, judge.verdict(figures, saved.times.seconds))
