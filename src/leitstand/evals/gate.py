"""The gate of a release: five parts, each with an answer of its own, and one exit code.

Hard: critical cases, unsafe effects, LangGraph's own engine. Level: the lower bound of what is
proven. Change: case by case against the baseline. Cost: budgets. Coverage: required shares. What
nobody can tell is no verdict, and never released.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from leitstand.errors import NoVerdict
from leitstand.evals.figures import PARTS, Figures
from leitstand.evals.interval import needed, sign_test, wilson
from leitstand.evals.result import CaseResult, Run
from leitstand.evals.saved import Mark, Saved, open_run
from leitstand.evals.settings import unshown
from leitstand.evals.suite import Suite
from leitstand.evals.waiver import Waiver, read_waivers
from leitstand.values import Frozen

State = Literal["yes", "no", "none"]
Part = Literal["hard", "level", "change", "cost", "coverage"]
Values = dict[str, str | int | float]
EXITS = {"released": 0, "refused": 1, "none": 4}


class Finding(Frozen):
    """What one part of the gate says: `key` names the sentence that `values` fill."""

    part: Part
    state: State
    key: str
    values: Values = {}
    cases: tuple[str, ...] = ()


class Change(Frozen):
    """Case by case against the baseline; p values of sign tests over cases and over clusters."""

    newly_failing: tuple[str, ...] = ()
    newly_passing: tuple[str, ...] = ()
    still_failing: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    signed: tuple[Waiver, ...] = ()
    better: int = 0
    worse: int = 0
    p: float = 1.0
    clusters_better: int = 0
    clusters_worse: int = 0
    clusters_p: float = 1.0


class Verdict(Frozen):
    """Released, refused, or none: with every part's findings and the names behind them."""

    state: Literal["released", "refused", "none"]
    findings: tuple[Finding, ...]
    change: Change
    quarantined: tuple[Waiver, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 released, 1 the gate says no, 4 no verdict."""
        return EXITS[self.state]


class Judge:
    """Sees every result of a run once, then gives the verdict.

    Raises SuiteRefused: baseline, sign-offs or quarantine cannot be read.
    """

    def __init__(self, suite: Suite, run: Run, today: date) -> None:
        gate = suite.table.gate
        self._gate, self._run = gate, run
        days = gate.signed_days
        self._signed, out = read_waivers(suite.path(gate.signoffs), "signoff", today, days)
        flaky = suite.path(gate.quarantine)
        self._quarantine, gone = read_waivers(flaky, "quarantine", today, days)
        self._expired = {w.case for w in (*out, *gone)}
        place = suite.path(gate.baseline) if gate.baseline else None
        self._baseline: Saved | None = open_run(place) if place and place.exists() else None
        self._before: Mapping[str, Mark] = self._baseline.marks() if self._baseline else {}
        self._names: set[str] = set()
        self._asked: set[str] = set()
        self._seen: defaultdict[str, list[str]] = defaultdict(list)
        self._counts: Counter[str] = Counter()
        self._moved: Counter[str] = Counter()
        self._shown: set[frozenset[str]] = set()

    def see(self, result: CaseResult) -> str:
        """Take a result in, and say what it is against the baseline.

        Raises NoVerdict: there is another one of this case.
        """
        name, seen, counts = result.case, self._seen, self._counts
        if name in self._names:
            raise NoVerdict("two results of one case", where=name)
        self._names.add(name)
        self._asked.update(result.asked)
        known = result.certainty != "unknown"
        if result.unsafe:
            seen["unsafe"].append(name)
        if result.engine == "different":
            seen["different"].append(name)
        if result.critical and not result.good and known:
            seen["critical"].append(name)
        kind = self._kind(result)
        if kind != "good":
            seen[kind].append(name)
        if kind == "quarantined":
            return kind
        counts["n"] += 1
        counts["good"] += result.good
        self._compare(result, self._before.get(name))
        return kind

    def _compare(self, result: CaseResult, before: Mark | None) -> None:
        if not before or before.outcome != result.outcome:
            self._shown.add(frozenset((*result.rules, *(before.rules if before else ()))))
            if before and before.good and result.good:
                self._seen["otherwise"].append(result.case)
        if before and before.critical and not result.critical:
            self._seen["eased"].append(f"critical {result.case}")
        if before and before.known and result.certainty != "unknown":
            step = result.good - before.good
            self._counts["better" if step > 0 else "worse" if step else "same"] += 1
            self._moved[result.cluster] += step

    def verdict(self, figures: Figures, seconds: float) -> Verdict:
        """What the gate says of all that it has seen; `seconds` of machine time a case."""
        change = self._change()
        findings = (
            *(self._hard(what) for what in ("critical", "unsafe", "different")),
            *self._level(),
            *self._changed(change),
            *self._cost(figures, seconds),
            *self._coverage(figures),
        )
        states = {f.state for f in findings}
        return Verdict(
            state="refused" if "no" in states else "none" if "none" in states else "released",
            findings=findings,
            change=change,
            quarantined=tuple(self._quarantine[n] for n in self._seen["quarantined"]),
        )

    def _kind(self, result: CaseResult) -> str:
        if result.case in self._quarantine and not result.critical:
            return "quarantined"
        if result.repeats is not None and result.repeats.flaky and not result.unsafe:
            return "flaky"
        before = self._before.get(result.case)
        if result.good:
            return "newly_passing" if before and not before.good else "good"
        if result.certainty == "unknown" and not result.unsafe:
            return "unknown"
        return "still_failing" if before and before.known and not before.good else "newly_failing"

    def _change(self) -> Change:
        seen, counts = self._seen, self._counts
        missing = sorted(self._before.keys() - self._names)
        lost = [n for n in missing if self._before[n].good and n not in self._quarantine]
        failing = (*seen["newly_failing"], *lost)
        clusters = [step for name, step in self._moved.items() if name]
        up, down = sum(n > 0 for n in clusters), sum(n < 0 for n in clusters)
        return Change(
            newly_failing=failing,
            newly_passing=tuple(seen["newly_passing"]),
            still_failing=tuple(seen["still_failing"]),
            missing=tuple(missing),
            unknown=tuple(seen["unknown"]),
            flaky=tuple(seen["flaky"]),
            signed=tuple(self._signed[n] for n in failing if n in self._signed),
            better=counts["better"],
            worse=counts["worse"],
            p=sign_test(counts["better"], counts["worse"]),
            clusters_better=up,
            clusters_worse=down,
            clusters_p=sign_test(up, down),
        )

    def _hard(self, what: str) -> Finding:
        names = self._seen[what]
        state: State = "no" if names else "yes"
        return _found("hard", state, f"{what}.{state}", names, count=len(names))

    def _level(self) -> Iterator[Finding]:
        unknown, counts, target = self._seen["unknown"], self._counts, self._gate.level
        if self._run.repeat and not self._asked:
            yield _found("level", "none", "unasked")
        if unknown:
            yield _found("level", "none", "unknown", unknown, count=len(unknown))
        if target is None or not counts["n"]:
            yield _found("level", "none", "level.unset" if counts["n"] else "level.empty")
            return
        yield _level(counts["good"], counts["n"], len(unknown), target)

    def _changed(self, change: Change) -> Iterator[Finding]:
        signed = {w.case for w in change.signed}
        left = [n for n in change.newly_failing if n not in signed]
        state: State = "no" if left else "yes"
        yield _found("change", state, f"failing.{state}", left, count=len(left), signed=len(signed))
        if self._run.repeat:
            names = self._seen["flaky"]
            state = "no" if names else "yes"
            yield _found("change", state, f"flaky.{state}", names, count=len(names))
        if gone := [n for n in (*left, *change.still_failing) if n in self._expired]:
            yield _found("change", "no", "expired", gone)
        if self._baseline is None and self._gate.baseline:
            yield _found("change", "none", "baseline.absent", baseline=self._gate.baseline)
        if names := self._seen["otherwise"]:
            yield _found("change", "yes", "otherwise", names, count=len(names))
        if names := self._unshown():
            yield _found("change", "none", "unshown", names, count=len(names))
        if self._baseline and self._baseline.run.supervisor != self._run.supervisor:
            before, now = self._baseline.run.supervisor, self._run.supervisor
            yield _found("change", "none", "baseline.other", before=before, now=now)

    def _unshown(self) -> tuple[str, ...]:
        """Rules and data that are others than in the baseline, and that no case shows."""
        before = self._baseline.run.settings if self._baseline else {}
        if not before:
            return ()
        names = (*unshown(before, self._run.settings, self._shown), *self._seen["eased"])
        # What a live model was asked with is measured, also where all comes out as before.
        tried = {f"{name}.md" for name in self._asked}
        return tuple(n for n in names if n not in self._signed and Path(n).name not in tried)

    def _cost(self, figures: Figures, seconds: float) -> Iterator[Finding]:
        measured = {
            "corrections_per_100": figures.corrections.per_100,
            "asks_per_case": figures.oversight.asks_per_case,
            "seconds": seconds,
            "tokens": figures.cost.tokens_per_case,
            "supervisor_minutes": figures.cost.supervisor_minutes_per_case,
        }
        for name, value in measured.items():
            budget: float | None = getattr(self._gate.budgets, name)
            if budget is None:
                continue
            if name == "seconds" and value <= budget:
                # Times differ from run to run: one within its budget is not named.
                yield _found("cost", "yes", "cost.within", budget=budget)
                continue
            state: State = "yes" if value <= budget else "no"
            yield _found("cost", state, f"cost.{name}", measured=value, budget=budget)

    def _coverage(self, figures: Figures) -> Iterator[Finding]:
        for part in PARTS:
            share: float | None = getattr(self._gate.coverage, part)
            if share is None:
                continue
            hit, of, missing = (c := figures.coverage[part]).covered, c.of, c.missing
            state: State = "none" if not of else "yes" if hit / of >= share else "no"
            key = f"coverage.{part}"
            yield _found("coverage", state, key, missing, covered=hit, of=of, share=share)


def _level(good: int, n: int, unknown: int, target: float) -> Finding:
    """Proven, disproven by the share itself, or too few cases: then with the number needed."""
    told: Values = {"good": good, "n": n, "low": wilson(good, n).low, "target": target}
    if wilson(good, n).low >= target:
        return _found("level", "yes", "level.yes", **told)
    if good + unknown < n and (good + unknown) / n <= target:
        return _found("level", "no", "level.no", **told)
    enough = needed(good / n, target)
    if unknown or enough is None:
        return _found("level", "none", "level.open", **told)
    return _found("level", "none", "level.few", needed=enough, **told)


def _found(
    part: Part, state: State, key: str, cases: Sequence[str] = (), /, **values: str | float
) -> Finding:
    return Finding(part=part, state=state, key=key, values=values, cases=tuple(cases))
