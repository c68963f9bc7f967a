"""The figures of a run, counted in one pass that keeps nothing of the cases."""

from collections import Counter
from typing import Literal

from leitstand.evals.interval import wilson
from leitstand.evals.result import CaseResult, Coverable
from leitstand.values import Frozen

__all__ = [
    "Corrections",
    "Correctness",
    "Cost",
    "Covered",
    "Figures",
    "Oversight",
    "Rate",
    "Tally",
]

Part = Literal["rules", "edges", "exits", "branches"]
PARTS: tuple[Part, ...] = ("rules", "edges", "exits", "branches")


class Rate(Frozen):
    """Proposals, and how many of them a supervisor changed or refused."""

    proposals: int = 0
    edited: int = 0
    rejected: int = 0

    @property
    def per_100(self) -> float:
        """Corrections per 100 proposals; 0 where nothing was proposed."""
        return _ratio(100 * (self.edited + self.rejected), self.proposals)


class Correctness(Frozen):
    """Good cases of all that are not quarantined, with the 95 % interval (Wilson).

    `fields` and `decisions` are what was graded, and how much of it was right; `wrong_fields`
    counts by field.
    """

    n: int
    passed: int
    unknown: int
    low: float
    high: float
    fields: tuple[int, int]
    wrong_fields: dict[str, int]
    decisions: tuple[int, int]
    missing_effects: int
    extra_effects: int
    graders: dict[str, tuple[int, int]]


class Corrections(Frozen):
    """How often supervisors changed or refused what was proposed: all, by tool, field and role."""

    all: Rate
    per_100: float
    tools: dict[str, Rate]
    fields: dict[str, Rate]
    roles: dict[str, Rate]


class Oversight(Frozen):
    """The price of caution and of oversight."""

    unsafe_effects: int
    unsafe_cases: int
    clean: int
    false_holds: int
    asks: int
    asks_per_case: float
    asked_cases: int
    asked_share: float


class Covered(Frozen):
    """How much of what could be covered was; `missing` names the rest."""

    covered: int
    of: int
    missing: tuple[str, ...]


class Cost(Frozen):
    """What a case costs on average, and in all."""

    tokens: int
    tokens_per_case: float
    supervisor_minutes: float
    supervisor_minutes_per_case: float


class Figures(Frozen):
    """Every figure of a run. Seconds of machine time stand apart (`Times`)."""

    cases: int
    quarantined: int
    correctness: Correctness
    corrections: Corrections
    oversight: Oversight
    coverage: dict[Part, Covered]
    cost: Cost
    certainty: dict[str, int]
    exits: dict[str, int]
    engine: dict[str, int]


class Tally:
    """Counts results one by one; memory grows with tools, fields and rules, not with cases."""

    def __init__(self, coverable: Coverable) -> None:
        self._coverable = coverable
        self._all: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._exits: Counter[str] = Counter()
        self._certainty: Counter[str] = Counter()
        self._engine: Counter[str] = Counter()
        self._grades: Counter[tuple[str, bool]] = Counter()
        self._rates: Counter[tuple[str, str, str]] = Counter()
        self._fields: Counter[tuple[str, str]] = Counter()
        self._hit: dict[Part, set[str]] = {part: set() for part in PARTS}
        self._supervisor_s = 0.0

    def add(self, result: CaseResult, *, quarantined: bool = False) -> None:
        """Count a result; a quarantined case says nothing of the level."""
        count = self._all
        count["cases"] += 1
        if quarantined:
            count["quarantined"] += 1
        else:
            count["n"] += 1
            count["passed"] += result.good
            count["unknown"] += result.certainty == "unknown"
        self._certainty[result.certainty] += 1
        self._engine[result.engine] += bool(result.engine)
        self._exits.update(result.exits or (("held",) if result.held else ("waiting",)))
        self._grades.update((g.name, g.passed) for g in result.grades)
        self._supervisor_s += result.supervisor_s
        self._graded(result)
        self._overseen(result)
        for part in PARTS:
            self._hit[part].update(getattr(result, part))
        for proposal in result.proposals:
            self._rate("all", "", proposal.answer)
            self._rate("tools", proposal.tool, proposal.answer)
            self._rate("roles", result.role, proposal.answer)
            self._fields.update((proposal.tool, change.field) for change in proposal.changes)

    def figures(self) -> Figures:
        """The figures of all that was counted so far."""
        count, cases = self._all, self._all["cases"]
        return Figures(
            cases=cases,
            quarantined=count["quarantined"],
            correctness=self._correctness(),
            corrections=self._corrections(),
            oversight=Oversight(
                unsafe_effects=count["unsafe_effects"],
                unsafe_cases=count["unsafe_cases"],
                clean=count["clean"],
                false_holds=count["false_holds"],
                asks=count["asks"],
                asks_per_case=_ratio(count["asks"], cases),
                asked_cases=count["asked_cases"],
                asked_share=_ratio(count["asked_cases"], cases),
            ),
            coverage={part: self._covered(part) for part in PARTS},
            cost=Cost(
                tokens=count["tokens"],
                tokens_per_case=_ratio(count["tokens"], cases),
                supervisor_minutes=round(self._supervisor_s / 60, 6),
                supervisor_minutes_per_case=_ratio(self._supervisor_s / 60, cases),
            ),
            certainty=_sorted(self._certainty),
            exits=_sorted(self._exits),
            engine={name: n for name, n in _sorted(self._engine).items() if name},
        )

    def _graded(self, result: CaseResult) -> None:
        count = self._all
        count["fields"] += result.fields_graded
        count["wrong_fields"] += len(result.fields)
        self._wrong.update(f.field for f in result.fields)
        if result.expected_decision is not None:
            count["decisions"] += 1
            count["right_decisions"] += result.decision == result.expected_decision
        count["missing"] += len(result.missing)
        count["extra"] += len(result.extra)

    def _overseen(self, result: CaseResult) -> None:
        count = self._all
        count["unsafe_effects"] += len(result.unsafe)
        count["unsafe_cases"] += bool(result.unsafe)
        count["clean"] += result.clean
        count["false_holds"] += result.false_hold
        count["asks"] += result.asks
        count["asked_cases"] += bool(result.asks)
        count["tokens"] += result.tokens

    def _rate(self, kind: str, name: str, answer: str) -> None:
        self._rates[kind, name, "proposals"] += 1
        self._rates[kind, name, answer] += 1

    def _correctness(self) -> Correctness:
        count = self._all
        bounds = wilson(count["passed"], count["n"])
        names = sorted({name for name, _ in self._grades})
        graded = {n: self._grades[n, True] + self._grades[n, False] for n in names}
        return Correctness(
            n=count["n"],
            passed=count["passed"],
            unknown=count["unknown"],
            low=bounds.low,
            high=bounds.high,
            fields=(count["fields"], count["fields"] - count["wrong_fields"]),
            wrong_fields=_sorted(self._wrong),
            decisions=(count["decisions"], count["right_decisions"]),
            missing_effects=count["missing"],
            extra_effects=count["extra"],
            graders={n: (graded[n], self._grades[n, True]) for n in names},
        )

    def _corrections(self) -> Corrections:
        every = self._of("all", "")
        tools = {name: self._of("tools", name) for name in self._names("tools")}
        return Corrections(
            all=every,
            per_100=every.per_100,
            tools=tools,
            fields={
                f"{tool}.{field}": Rate(proposals=tools[tool].proposals, edited=n)
                for (tool, field), n in sorted(self._fields.items())
            },
            roles={name: self._of("roles", name) for name in self._names("roles")},
        )

    def _names(self, kind: str) -> list[str]:
        return sorted({name for k, name, _ in self._rates if k == kind})

    def _of(self, kind: str, name: str) -> Rate:
        return Rate(
            proposals=self._rates[kind, name, "proposals"],
            edited=self._rates[kind, name, "edit"],
            rejected=self._rates[kind, name, "reject"],
        )

    def _covered(self, part: Part) -> Covered:
        every: tuple[str, ...] = getattr(self._coverable, part)
        missing = tuple(sorted(set(every) - self._hit[part]))
        return Covered(covered=len(set(every)) - len(missing), of=len(set(every)), missing=missing)


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return {name: counter[name] for name in sorted(counter)}
