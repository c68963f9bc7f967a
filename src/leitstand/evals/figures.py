"""The figures of a run, counted in one pass that keeps nothing of the cases."""

from collections import Counter, defaultdict
from typing import Any, Literal

from leitstand.evals.calibration import Calibration, Sureness
from leitstand.evals.interval import pass_hat, wilson
from leitstand.evals.result import CaseResult, Coverable, Repeats
from leitstand.values import Frozen

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


class Repeated(Frozen):
    """Cases that were asked of live models, each `repeat` times; none in a run by tape.

    `passed` are those that passed every time, with the 95 % interval (Wilson), `flaky` those that
    passed and failed, `alike` those that came to one and the same outcome. `pass_hat` is pass^k by
    k, a repeat of unknown outcome counted as not passed. `tokens` are those of all repeats.
    """

    cases: int
    repeat: int
    passed: int
    low: float
    high: float
    flaky: int
    alike: int
    unknown: int
    pass_hat: dict[str, float]
    tokens: int


class Figures(Frozen):
    """Every figure of a run. Seconds of machine time stand apart (`Times`).

    `noticed`: rules that at least one good case would miss if they were gone; it names the others.
    """

    cases: int
    quarantined: int
    correctness: Correctness
    corrections: Corrections
    oversight: Oversight
    coverage: dict[Part, Covered]
    noticed: Covered
    cost: Cost
    live: Repeated
    calibration: dict[str, Calibration]
    certainty: dict[str, int]
    exits: dict[str, int]
    engine: dict[str, int]


class Tally:
    """Counts results one by one; memory grows with tools, fields and rules, not with cases."""

    def __init__(self, coverable: Coverable) -> None:
        self._coverable = coverable
        # Named as the fields of the figures; not empty, so that what is added is added as a number.
        self._all: Counter[str] = Counter(cases=0)
        self._by: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._grades: Counter[tuple[str, bool]] = Counter()
        self._rates: Counter[tuple[str, str, str]] = Counter()
        self._fields: Counter[tuple[str, str]] = Counter()
        self._hit: dict[Part, set[str]] = {part: set() for part in PARTS}
        self._needed: set[str] = set()
        self._supervisor_s = 0.0
        self._live: Counter[str] = Counter()
        self._hats: defaultdict[int, float] = defaultdict(float)
        self._sure = Sureness()

    def add(self, result: CaseResult, *, quarantined: bool = False) -> None:
        """Count a result; a quarantined case says nothing of the level."""
        counts, graded = not quarantined, result.expected_decision is not None
        self._all.update(
            cases=1,
            quarantined=quarantined,
            n=counts,
            passed=counts and result.good,
            unknown=counts and result.certainty == "unknown",
            fields=result.fields_graded,
            wrong=len(result.fields),
            decisions=graded,
            right=graded and result.decision == result.expected_decision,
            missing_effects=len(result.missing),
            extra_effects=len(result.extra),
            unsafe_effects=len(result.unsafe),
            unsafe_cases=bool(result.unsafe),
            clean=result.clean,
            false_holds=result.false_hold,
            asks=result.asks,
            asked_cases=bool(result.asks),
            tokens=result.tokens,
        )
        self._supervisor_s += result.supervisor_s
        self._by["certainty"][result.certainty] += 1
        self._by["engine"].update([result.engine] if result.engine else [])
        self._by["exits"].update(result.exits or (("held",) if result.held else ("waiting",)))
        self._by["wrong_fields"].update(f.field for f in result.fields)
        self._grades.update((g.name, g.passed) for g in result.grades)
        for part in PARTS:
            self._hit[part].update(getattr(result, part))
        self._needed.update(result.needs if result.good and counts else ())
        self._sure.add(result.readings)
        if result.repeats is not None:
            self._repeated(result.repeats, counts=counts)
        for made in result.proposals:
            for kind, name in (("all", ""), ("tools", made.tool), ("roles", result.role)):
                self._rates.update([(kind, name, "proposals"), (kind, name, made.answer)])
            self._fields.update((made.tool, change.field) for change in made.changes)

    def _repeated(self, told: Repeats, *, counts: bool) -> None:
        self._live.update(tokens=told.tokens)
        if not counts:
            return
        self._live["repeat"] = max(self._live["repeat"], told.n)
        self._live.update(
            cases=1,
            passed=told.passed == told.n,
            flaky=told.flaky,
            alike=told.ways == 1,
            unknown=told.unknown,
        )
        for k in range(1, told.n + 1):
            self._hats[k] += pass_hat(told.passed, told.n, k)

    def figures(self) -> Figures:
        """The figures of all that was counted so far."""
        count, cases = self._all, self._all["cases"]
        minutes = self._supervisor_s / 60
        oversight = {
            "asks_per_case": _ratio(count["asks"], cases),
            "asked_share": _ratio(count["asked_cases"], cases),
        }
        return Figures(
            cases=cases,
            quarantined=count["quarantined"],
            correctness=self._correctness(),
            corrections=self._corrections(),
            oversight=Oversight.model_validate(self._counted(Oversight) | oversight),
            coverage={part: self._covered(part, self._hit[part]) for part in PARTS},
            noticed=self._covered("rules", self._needed),
            cost=Cost(
                tokens=count["tokens"],
                tokens_per_case=_ratio(count["tokens"], cases),
                supervisor_minutes=round(minutes, 6),
                supervisor_minutes_per_case=_ratio(minutes, cases),
            ),
            live=self._lively(),
            calibration=self._sure.found(),
            certainty=self._sorted("certainty"),
            exits=self._sorted("exits"),
            engine=self._sorted("engine"),
        )

    def _lively(self) -> Repeated:
        count, cases = self._live, self._live["cases"]
        hats = {str(k): round(_ratio(total, cases), 6) for k, total in self._hats.items()}
        known = {name: count[name] for name in Repeated.model_fields}
        more = {**wilson(count["passed"], cases)._asdict(), "pass_hat": hats}
        return Repeated.model_validate(known | more)

    def _counted(self, form: type[Frozen]) -> dict[str, Any]:
        return {name: self._all[name] for name in form.model_fields}

    def _sorted(self, kind: str) -> dict[str, int]:
        return dict(sorted(self._by[kind].items()))

    def _correctness(self) -> Correctness:
        count, grades = self._all, self._grades
        more = {
            **wilson(count["passed"], count["n"])._asdict(),
            "fields": (count["fields"], count["fields"] - count["wrong"]),
            "wrong_fields": self._sorted("wrong_fields"),
            "decisions": (count["decisions"], count["right"]),
            "graders": {
                name: (grades[name, True] + grades[name, False], grades[name, True])
                for name in sorted({name for name, _ in grades})
            },
        }
        return Correctness.model_validate(self._counted(Correctness) | more)

    def _corrections(self) -> Corrections:
        every, tools = self._of("all", ""), self._named("tools")
        fields = {
            f"{tool}.{field}": Rate(proposals=tools[tool].proposals, edited=n)
            for (tool, field), n in sorted(self._fields.items())
        }
        return Corrections(
            all=every,
            per_100=every.per_100,
            tools=tools,
            fields=fields,
            roles=self._named("roles"),
        )

    def _named(self, kind: str) -> dict[str, Rate]:
        names = sorted({name for k, name, _ in self._rates if k == kind})
        return {name: self._of(kind, name) for name in names}

    def _of(self, kind: str, name: str) -> Rate:
        names = {"proposals": "proposals", "edited": "edit", "rejected": "reject"}
        return Rate(**{field: self._rates[kind, name, said] for field, said in names.items()})

    def _covered(self, part: Part, hit: set[str]) -> Covered:
        every: set[str] = set(getattr(self._coverable, part))
        missing = tuple(sorted(every - hit))
        return Covered(covered=len(every) - len(missing), of=len(every), missing=missing)


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
