"""What came of replaying a suite: a result a case, and the figures of the run."""

from typing import Any, Literal

from leitstand.digest import canonical, plain
from leitstand.evals.case import Versions
from leitstand.records import Exit
from leitstand.values import Frozen, Percent

Certainty = Literal["exact", "simulated", "unknown"]
"""Whether the recording answered everything, an embedded twin stood in, or nobody can tell."""


class FieldDiff(Frozen):
    """A value that is another one than expected: `field` is a dotted path."""

    field: str
    expected: Any = None
    actual: Any = None


class Made(Frozen):
    """An effect that the replay would have had in a system."""

    tool: str
    args: dict[str, Any]
    key: str = ""


class Proposed(Frozen):
    """A proposed write and what the guard and the supervisor made of it.

    `changes` are the fields that the supervisor changed; `answer` is empty if nobody was asked.
    """

    address: str
    tool: str
    decision: str
    rules: tuple[str, ...] = ()
    answer: Literal["", "approve", "edit", "reject"] = ""
    changes: tuple[FieldDiff, ...] = ()


class Grade(Frozen):
    """The answer of one grader: passed or not, and why; `score` from 0 to 100 where it has one."""

    name: str
    passed: bool
    text: str = ""
    score: int | None = None


class Divergence(Frozen):
    """Where a replay left its recording: the address, the call recorded and the call made."""

    step: str
    recorded: str
    now: str


class Walked(Frozen):
    """One call of a replay, for the case's page: who asked what, and what was answered."""

    address: str
    tool: str
    args: dict[str, Any] = {}
    verdict: str = ""
    answer: Any = None


class Sure(Frozen):
    """A value that was read with a confidence, and whether it was the true one.

    `of` is the tool or the prompt, `field` the dotted path of the value.
    """

    of: str
    field: str
    confidence: Percent
    right: bool


class Repeats(Frozen):
    """One case asked of a live model several times: in all, passed, and of unknown outcome.

    What could not be made any more, because the model fell silent, is unknown. `ways` counts the
    different outcomes, `tokens` are those of all repeats.
    """

    n: int
    passed: int
    unknown: int = 0
    ways: int = 1
    tokens: int = 0

    @property
    def flaky(self) -> bool:
        """Whether it passes and fails."""
        return 0 < self.passed < self.n - self.unknown


class CaseResult(Frozen):
    """What came of one case.

    `passed`: nothing of what is expected differs, no grader says no, nothing unsafe happened and
    the case is not unknown. `problems` say why not, in one line each. `clean`: nothing spoke
    against the case. `asks` counts checkpoints, `rules`, `edges`, `exits` and `branches` what the
    case covered (`branches`: tool and the answer of the approval), `needs` the rules without which
    it would come out otherwise. `supervisor_s`, `ms`: seconds of people, milliseconds of machine.
    `asked` are the prompts that were put to a live model; of several `repeats` one stands for all,
    and `tokens` are what one took on average. `readings` are those whose truth is known.
    """

    case: str
    passed: bool
    role: str = ""
    clean: bool = False
    certainty: Certainty = "exact"
    critical: bool = False
    cluster: str = ""
    decision: str = ""
    expected_decision: str | None = None
    exit: Exit | None = None
    held: str = ""
    effects: tuple[Made, ...] = ()
    missing: tuple[Made, ...] = ()
    extra: tuple[Made, ...] = ()
    unsafe: tuple[Made, ...] = ()
    fields: tuple[FieldDiff, ...] = ()
    fields_graded: int = 0
    proposals: tuple[Proposed, ...] = ()
    asks: int = 0
    false_hold: bool = False
    grades: tuple[Grade, ...] = ()
    problems: tuple[str, ...] = ()
    divergence: Divergence | None = None
    rules: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    steps: tuple[Walked, ...] = ()
    course: str = ""
    engine: Literal["", "same", "different"] = ""
    tokens: int = 0
    asked: tuple[str, ...] = ()
    repeats: Repeats | None = None
    readings: tuple[Sure, ...] = ()
    supervisor_s: float = 0.0
    ms: float = 0.0

    @property
    def outcome(self) -> str:
        """A digest of what became of the case: decision, end, effects; whichever rules it met."""
        said = (self.decision, self.exit, self.held, self.effects, self.asks)
        return plain(canonical(said))[:16]

    @property
    def good(self) -> bool:
        """Whether it counts as good: passed, known, safe, the same in LangGraph's own engine."""
        known = self.certainty != "unknown" and self.engine != "different"
        return self.passed and known and not self.unsafe


class Coverable(Frozen):
    """All that a suite could cover: rules of the bundle, edges and exits of the graph, branches."""

    rules: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


class Run(Frozen):
    """The head of a run: what was measured, with which versions, under which supervisor.

    `settings`: a digest of each rule, datum and table that the project says as data, by name.
    `repeat`: how often each case was asked of live models, 0 where all answers were on the tape.
    """

    suite: str
    role: str
    suite_hash: str
    commit: str = ""
    versions: Versions = Versions()
    supervisor: str = "recorded"
    at: str = ""
    coverable: Coverable = Coverable()
    settings: dict[str, str] = {}
    repeat: int = 0
