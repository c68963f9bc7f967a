"""A compiled role: the parts of a LangGraph `StateGraph` that the walk covers, frozen."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from langgraph.channels import BinaryOperatorAggregate, LastValue
from pydantic import BaseModel, ValidationError

from leitstand.digest import canonical
from leitstand.errors import CallFailed, Cause, ValueRefused
from leitstand.records import Exit
from leitstand.role.ends import exception
from leitstand.role.takeover import Takeover, to_queue
from leitstand.tool import Tool
from leitstand.values import faults_of

Run = Callable[[Any], Coroutine[Any, Any, object]]
"""A step as it runs: takes the state in its shape, returns what a node may."""

Channel = LastValue[Any] | BinaryOperatorAggregate[Any]
"""A field of the state: holds the last value, or folds what is written with a reducer."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A conditional edge: `path` picks the next steps from the state after its step's own writes.

    It is a function of that state alone: no desk stands behind it, nothing of it is recorded.
    `ends` translates what it returns.
    """

    name: str
    path: Callable[[Any], object]
    ends: Mapping[Any, str] | None


@dataclass(frozen=True, slots=True)
class Join:
    """`one` runs when each of `many` has run since it last did."""

    many: frozenset[str]
    one: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What follows a step: plain edges (END left out), branches, and its joins by their number."""

    after: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    joins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One node. `then` are the declared targets of its gotos, `leaves`: it may end the case.

    `tools` names the tools that its code refers to: for drawings and checks, never for authority.
    """

    name: str
    run: Run
    ways: Ways
    then: tuple[str, ...] = ()
    leaves: bool = False
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A graph that can be walked: all of it immutable, named by `version`.

    `version` is a hash over nodes, edges, sources of steps and tools, and the state's schema.
    `shape` makes of a dict what steps get of the state.
    `given` names the channels that the case's input may write, `start` what follows it. `ends` is
    true for a role: its walk must end with an exit. `queue`: who takes over, by cause.
    """

    name: str
    version: str
    state: type
    shape: Callable[[dict[str, object]], object]
    given: tuple[str, ...]
    start: Ways
    steps: Mapping[str, Step]
    channels: Mapping[str, Channel]
    joins: tuple[Join, ...]
    ends: bool = False
    tools: tuple[Tool[Any, Any], ...] = ()
    queue: Mapping[Cause, Takeover] = field(default_factory=dict[Cause, Takeover])

    @property
    def entry(self) -> tuple[str, ...]:
        """The steps that plain edges start the case with."""
        return self.start.after

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Every way known before a case runs: plain edges, gotos, branches with a map, joins."""
        found = {(s.name, t) for s in self.steps.values() for t in (*s.ways.after, *s.then)}
        for step in self.steps.values():
            ends = (end for branch in step.ways.branches for end in (branch.ends or {}).values())
            found.update((step.name, end) for end in ends if end in self.steps)
        found.update((start, join.one) for join in self.joins for start in join.many)
        return tuple(sorted(found))

    def take(self, given: Mapping[str, Any]) -> object:
        """A case's input as the state takes it, JSON types made its own. Raises ValueRefused."""
        if not issubclass(self.state, BaseModel):
            return dict(given)
        try:
            return self.state.model_validate_json(canonical(given))
        except ValidationError as error:
            raise ValueRefused(
                f"not valid: {faults_of(error)}", where=f"role {self.name}"
            ) from error

    def leave(self, cause: Cause | CallFailed, reason: str) -> Exit:
        """The exception exit for a failure that no step handled."""
        return to_queue(exception(cause, reason), self.queue)
