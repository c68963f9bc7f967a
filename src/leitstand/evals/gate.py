"""The gate of a release: five parts, each with an answer of its own, and one exit code.

Hard: critical cases, unsafe effects, LangGraph's own engine. Level: the lower bound of what is
proven. Change: case by case against the baseline. Cost: budgets. Coverage: required shares. What
nobody can tell is no verdict, and never released.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from leitstand.errors import NoVerdict
from leitstand.evals.figures import PARTS, Figures
from leitstand.evals.interval import needed, sign_test, wilson
from leitstand.evals.result import CaseResult, Run
from leitstand.evals.saved import Mark, Saved, mark_of, open_run
from leitstand.evals.suite import Suite
from leitstand.evals.waiver import Waiver, read_waivers
from leitstand.values import Frozen

__all__ = ["Change", "Finding", "Judge", "Verdict"]

State = Literal["yes", "no", "none"]
Values = dict[str, str | int | float]
EXITS = {"released": 0, "refused": 1, "none": 4}


class Finding(Frozen):
    """What one part of the gate says: `key` names the sentence that `values` fill."""

    part: Literal["hard", "level", "change", "cost", "coverage"]
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


@dataclass
class _Seen:
    """Names by what became of them."""

    critical: list[str] = field(default_factory=list[str])
    unsafe: list[str] = field(default_factory=list[str])
    different: list[str] = field(default_factory=list[str])
    unknown: list[str] = field(default_factory=list[str])
    newly_failing: list[str] = field(default_factory=list[str])
    newly_passing: list[str] = field(default_factory=list[str])
    still_failing: list[str] = field(default_factory=list[str])
    quarantined: list[str] = field(default_factory=list[str])
    good: int = 0
    n: int = 0


class Judge:
    """Sees every result of a run once, then gives the verdict.

    Raises SuiteRefused: baseline, sign-offs or quarantine cannot be read.
    """

    def __init__(self, suite: Suite, run: Run, today: date) -> None:
        gate = suite.table.gate
        self._gate, self._run = gate, run
        self._signed, out = read_waivers(suite.path(gate.signoffs), "signoff", today)
        self.quarantine, gone = read_waivers(suite.path(gate.quarantine), "quarantine", today)
        self._expired = (*out, *gone)
        place = suite.path(gate.baseline) if gate.baseline else None
        self.baseline: Saved | None = open_run(place) if place and place.exists() else None
        self._before: Mapping[str, Mark] = self.baseline.marks() if self.baseline else {}
        self._names: set[str] = set()
        self._seen = _Seen()
        self._moved: Counter[str] = Counter()
        self._paired: Counter[str] = Counter()

    def see(self, result: CaseResult) -> str:
        """Take a result in, and say what it is against the baseline.

        Raises NoVerdict: there is another one of this case.
        """
        name, seen = result.case, self._seen
        if name in self._names:
            raise NoVerdict("two results of one case", where=name)
        self._names.add(name)
        if result.unsafe:
            seen.unsafe.append(name)
        if result.engine == "different":
            seen.different.append(name)
        known = result.certainty != "unknown"
        if result.critical and not result.good and known:
            seen.critical.append(name)
        kind = self._kind(result)
        if kind != "good":
            getattr(seen, kind).append(name)
        if kind == "quarantined":
            return kind
        seen.n += 1
        seen.good += result.good
        self._pair(mark_of(result), self._before.get(name))
        return kind

    def verdict(self, figures: Figures, seconds: float) -> Verdict:
        """What the gate says of all that it has seen; `seconds` of machine time a case."""
        change = self._change()
        findings = (
            *self._hard(),
            *self._level(),
            *self._changed(change),
            *self._cost(figures, seconds),
            *self._coverage(figures),
        )
        states = {f.state for f in findings}
        state = "refused" if "no" in states else "none" if "none" in states else "released"
        names = self._seen.quarantined
        return Verdict(
            state=state,
            findings=findings,
            change=change,
            quarantined=tuple(self.quarantine[n] for n in names),
        )

    def _kind(self, result: CaseResult) -> str:
        if result.case in self.quarantine and not result.critical:
            return "quarantined"
        before = self._before.get(result.case)
        if result.good:
            return "newly_passing" if before and not before.good else "good"
        if result.certainty == "unknown" and not result.unsafe:
            return "unknown"
        return "still_failing" if before and before.known and not before.good else "newly_failing"

    def _pair(self, now: Mark, before: Mark | None) -> None:
        if before is None or not (now.known and before.known):
            return
        step = now.good - before.good
        self._paired["better"] += step > 0
        self._paired["worse"] += step < 0
        self._moved[now.cluster] += step

    def _change(self) -> Change:
        seen, paired = self._seen, self._paired
        missing = sorted(self._before.keys() - self._names)
        lost = [n for n in missing if self._before[n].good and n not in self.quarantine]
        failing = (*seen.newly_failing, *lost)
        up = sum(n > 0 for c, n in self._moved.items() if c)
        down = sum(n < 0 for c, n in self._moved.items() if c)
        return Change(
            newly_failing=failing,
            newly_passing=tuple(seen.newly_passing),
            still_failing=tuple(seen.still_failing),
            missing=tuple(missing),
            unknown=tuple(seen.unknown),
            signed=tuple(self._signed[n] for n in failing if n in self._signed),
            better=paired["better"],
            worse=paired["worse"],
            p=sign_test(paired["better"], paired["worse"]),
            clusters_better=up,
            clusters_worse=down,
            clusters_p=sign_test(up, down),
        )

    def _hard(self) -> Iterator[Finding]:
        for what in ("critical", "unsafe", "different"):
            names: list[str] = getattr(self._seen, what)
            state: State = "no" if names else "yes"
            values: Values = {"count": len(names)}
            key = f"{what}.{state}"
            yield Finding(part="hard", state=state, key=key, values=values, cases=tuple(names))

    def _level(self) -> Iterator[Finding]:
        seen, target = self._seen, self._gate.level
        if seen.unknown:
            names = tuple(seen.unknown)
            values: Values = {"count": len(names)}
            yield Finding(part="level", state="none", key="unknown", values=values, cases=names)
        if target is None or not seen.n:
            yield Finding(
                part="level", state="none", key="level.unset" if seen.n else "level.empty"
            )
            return
        yield _level(seen.good, seen.n, len(seen.unknown), target)

    def _changed(self, change: Change) -> Iterator[Finding]:
        signed = {w.case for w in change.signed}
        open_ = tuple(n for n in change.newly_failing if n not in signed)
        values: Values = {"count": len(open_), "signed": len(signed)}
        state: State = "no" if open_ else "yes"
        yield Finding(
            part="change", state=state, key=f"failing.{state}", values=values, cases=open_
        )
        gone = tuple(w.case for w in self._expired if w.case in open_)
        if gone:
            yield Finding(part="change", state="no", key="expired", cases=gone)
        named = self._gate.baseline
        if named and self.baseline is None:
            place: Values = {"baseline": named}
            yield Finding(part="change", state="none", key="baseline.absent", values=place)
        if self.baseline and self.baseline.run.supervisor != self._run.supervisor:
            both: Values = {
                "before": self.baseline.run.supervisor,
                "now": self._run.supervisor,
            }
            yield Finding(part="change", state="none", key="baseline.other", values=both)

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
            over = value > budget
            # Times differ from run to run: one within its budget is not named.
            values: Values = {"budget": budget}
            if over or name != "seconds":
                values["measured"] = value
            key = f"cost.{name}" if "measured" in values else "cost.within"
            yield Finding(part="cost", state="no" if over else "yes", key=key, values=values)

    def _coverage(self, figures: Figures) -> Iterator[Finding]:
        for part in PARTS:
            share: float | None = getattr(self._gate.coverage, part)
            if share is None:
                continue
            found = figures.coverage[part]
            state: State = "none" if not found.of else "no"
            if found.of and found.covered / found.of >= share:
                state = "yes"
            values: Values = {
                "covered": found.covered,
                "of": found.of,
                "share": share,
            }
            yield Finding(
                part="coverage",
                state=state,
                key=f"coverage.{part}",
                values=values,
                cases=found.missing,
            )


def _level(good: int, n: int, unknown: int, target: float) -> Finding:
    """Proven, disproven by the share itself, or too few cases: then with the number needed."""
    low = wilson(good, n).low
    values: Values = {"good": good, "n": n, "low": low, "target": target}
    if low >= target:
        return Finding(part="level", state="yes", key="level.yes", values=values)
    if good + unknown < n and (good + unknown) / n <= target:
        return Finding(part="level", state="no", key="level.no", values=values)
    enough = needed(good / n, target)
    if unknown or enough is None:
        return Finding(part="level", state="none", key="level.open", values=values)
    return Finding(part="level", state="none", key="level.few", values={**values, "needed": enough})
