"""Facts: what pure functions measure for the rules.

A fact function belongs to the project. It measures (an amount, a difference, a set of roles that
the tenant's data name); rules judge. It sees the call, the readings that the guard resolved in the
case's journal, and the tenant's limits; nothing else. A wrong fact defeats a right rule, so fact
functions are pure and tested like rules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import Any, Generic, NamedTuple, TypeVar, cast

from pydantic import BaseModel

from leitstand.errors import Cause, LeitstandError
from leitstand.tool import Authority, Tool
from leitstand.values import Frozen, Reading, defect_of

M = TypeVar("M", bound=Frozen)
R = TypeVar("R", bound=BaseModel)

CHECKED = "checked"
"""Reserved fact: argument names whose values a deterministic check found good."""


class FactMissing(LeitstandError):
    """A fact cannot be measured: a reading that a rule needs is not among the evidence."""

    code = "LS502"
    mend = "give the reading as evidence of the call"
    cause: Cause = "data missing"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reading that the guard found in the case's journal.

    `value` is the tool's result model, `confidence` in whole percent, `authority` that of its tool.
    """

    id: str
    tool: str
    value: BaseModel
    confidence: int
    authority: Authority


class Evidence:
    """The readings that a call rests on. The guard resolves them: an agent cannot forge any."""

    __slots__ = ("readings",)

    def __init__(self, readings: Iterable[Resolved] = ()) -> None:
        self.readings = tuple(readings)

    @property
    def confidence(self) -> int:
        """The lowest confidence of all readings, whole percent; 0 where nothing was given."""
        return min((r.confidence for r in self.readings), default=0)

    def all(self, tool: Tool[Any, R]) -> tuple[R, ...]:
        """All results of one tool.

        Raises FactMissing: a reading is of another type than its tool answers with now.
        """
        return tuple(_typed(r, tool) for r in self.readings if r.tool == tool.name)

    def one(self, tool: Tool[Any, R]) -> R | None:
        """The one result of a tool, None where there is none; the same value read twice is one.

        Raises FactMissing: several results that differ. Which of them holds is not ours to guess.
        """
        found = self.all(tool)
        if any(_content(f) != _content(found[0]) for f in found[1:]):
            raise FactMissing(f"evidence holds {len(found)} different results of `{tool.name}`")
        return found[-1] if found else None


class FactCall(NamedTuple):
    """What a fact function sees.

    `args` are the validated arguments, `limits` the tenant's data (thresholds, roles, accounts),
    `today` the guard's day, `requester` the person or trigger on whose behalf the role works.
    """

    tool: str
    args: Mapping[str, Any]
    evidence: Evidence
    limits: Mapping[str, Any]
    today: date
    tenant: str
    requester: str


@dataclass(frozen=True, slots=True, eq=False)
class Facts(Generic[M]):
    """A fact function with the tools that it measures for and the model of its facts."""

    name: str
    tools: tuple[str, ...]
    model: type[M]
    run: Callable[[FactCall], M]

    def __call__(self, call: FactCall) -> M:
        """Measure. Raises FactMissing: a reading that a rule needs is not there."""
        return self.run(call)


class Measured(NamedTuple):
    """The facts of one call; `checked` names arguments that a deterministic check found good."""

    values: Mapping[str, object]
    checked: frozenset[str]


def facts(*tools: str, model: type[M]) -> Callable[[Callable[[FactCall], M]], Facts[M]]:
    """Make a pure function the fact function of `tools`; `model` is flat and frozen.

    Fields are int, bool, str, Literal or frozenset[str]; several functions may measure for one tool
    as long as only `checked` is named twice.
    """

    def define(run: Callable[[FactCall], M]) -> Facts[M]:
        return Facts(run.__name__, tools, model, run)

    return define


def facts_in(*modules: ModuleType) -> tuple[Facts[Any], ...]:
    """The fact functions of modules, each once, in the order given."""
    values = (value for module in modules for value in vars(module).values())
    return tuple(dict.fromkeys(cast("Facts[Any]", v) for v in values if isinstance(v, Facts)))


def measure(functions: Iterable[Facts[Any]], call: FactCall) -> Measured:
    """All facts of a call.

    Raises FactMissing: as the function says, or because it failed or gave another model.
    """
    values: dict[str, object] = {}
    checked: frozenset[str] = frozenset()
    for function in functions:
        answer: Frozen = _run(function, call)
        checked |= getattr(answer, CHECKED, frozenset[str]())
        values |= {name: getattr(answer, name) for name in type(answer).model_fields}
    if CHECKED in values:
        values[CHECKED] = checked
    return Measured(values, checked)


def _run(function: Facts[M], call: FactCall) -> M:
    try:
        answer = function(call)
    except FactMissing:
        raise
    except Exception as error:
        message = f"`{function.name}` failed: {defect_of(error)}"
        raise FactMissing(message, where=call.tool, mend="mend the fact function") from error
    if type(answer) is not function.model:
        message = f"`{function.name}` gave `{type(answer).__name__}`"
        raise FactMissing(message, where=call.tool, mend="return the model it declares")
    return answer


def _typed(reading: Resolved, tool: Tool[Any, R]) -> R:
    if not isinstance(reading.value, tool.result):
        message = f"reading `{reading.id}` of `{tool.name}` is no `{tool.result.__name__}`"
        raise FactMissing(message, mend="read it anew")
    return reading.value


def _content(value: BaseModel) -> object:
    """What was read, without the reading's id: the same value read twice is one."""
    if isinstance(value, Reading):
        return value.value  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value
