"""Random graphs over every part that the walk covers: the material of the differential test.

A seed decides everything. What a step does depends on its name, the seed and the state it sees, so
that two engines that treat a graph alike call the same steps with the same states.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Annotated, Any, TypedDict

from langgraph.constants import END, START
from langgraph.graph import StateGraph
from langgraph.types import Command, Overwrite, Send
from pydantic import BaseModel, ConfigDict

LIMIT = 24
BUDGET = 10


def larger(held: int, written: int) -> int:
    """A reducer of our own."""
    return max(held, written)


class Dict(TypedDict, total=False):
    """A dict state, partly absent at first."""

    mark: int
    n: Annotated[int, operator.add]
    log: Annotated[list[str], operator.add]
    last: str
    top: Annotated[int, larger]


class Model(BaseModel):
    """A pydantic state that can be changed in place."""

    mark: int = 7
    n: Annotated[int, operator.add] = 0
    log: Annotated[list[str], operator.add] = []
    last: str | None = None
    top: Annotated[int, larger] = 0


class Frozen(BaseModel):
    """A frozen pydantic state, as roles have it."""

    model_config = ConfigDict(frozen=True)

    mark: int = 7
    n: Annotated[int, operator.add] = 0
    log: Annotated[list[str], operator.add] = []
    last: str | None = None
    top: Annotated[int, larger] = 0


@dataclass
class Data:
    """A dataclass state."""

    mark: int = 7
    n: Annotated[int, operator.add] = 0
    log: Annotated[list[str], operator.add] = field(default_factory=list[str])
    last: str | None = None
    top: Annotated[int, larger] = 0


STATES: tuple[type, ...] = (Dict, Dict, Model, Frozen, Data)
FORMS = ("update", "update", "none", "goto", "gotos", "sends", "extra")
FAULTS = ("", "", "", "", "boom", "invalid", "answer", "branch", "endless")


@dataclass
class Plan:
    """A graph, what it is made of, and the calls that its steps noted while an engine ran it."""

    seed: int
    graph: Any
    given: object
    parts: set[str]
    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def random_graph(seed: int) -> Plan:
    """The graph of `seed`."""
    return _Maker(seed).plan


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)  # noqa: S311 reproducible, not secret
        self.state = random.choice(STATES)
        self.fault = random.choice(FAULTS)
        self.cyclic = random.random() < 0.5
        # Two writes to a field without a reducer are an error: most graphs are to come further.
        self.loud = random.choice((0.3, 0.02, 0.02, 0.02))
        size = random.randint(3, 9)
        self.names = [f"s{random.randint(0, 99):02d}_{i}" for i in range(size)]
        self.plan = Plan(seed, StateGraph(self.state), self._given(), {self.state.__name__})
        if self.cyclic:
            self.plan.parts.add("cyclic")
        if self.fault:
            self.plan.parts.add(f"fault {self.fault}")
        for place, name in enumerate(self.names):
            self._add(place, name)
        self._enter()
        self._join()
        if self.fault == "endless":
            late, early = sorted(random.sample(range(size), 2), reverse=True)
            self.plan.graph.add_edge(self.names[late], self.names[early])

    def _given(self) -> object:
        values: dict[str, Any] = {"n": 0, "log": [], "last": "given"}
        if self.random.random() < 0.3:
            values["mark"] = 1
        as_dict = self.state is Dict or self.random.random() < 0.5
        return values if as_dict else self.state(**values)

    def _add(self, place: int, name: str) -> None:
        random, later = self.random, self.names[place + 1 :]
        form = random.choice(FORMS) if later or self.cyclic else "update"
        self.plan.parts.add(f"form {form}")
        self.plan.graph.add_node(name, self._step(name, form, later))
        ways = random.random()
        # A step that writes nothing moves no branch on: in a circle it would fan out for ever.
        if ways < 0.35 and not (self.cyclic and form in ("none", "extra")):
            for number in range(random.choice((1, 1, 2))):
                self._branch(name, number, later)
        elif ways < 0.9 and later:
            for target in random.sample(later, min(len(later), random.choice((0, 1, 1, 1, 2)))):
                self.plan.graph.add_edge(name, target)
        elif not later:
            self.plan.graph.add_edge(name, END)

    def _enter(self) -> None:
        if self.random.random() < 0.2:
            self._branch(START, 0, self.names[:3])
            return
        for name in self.names[: self.random.choice((1, 1, 2))]:
            self.plan.graph.add_edge(START, name)

    def _join(self) -> None:
        for _ in range(self.random.choice((0, 1, 1, 2))):
            count = min(self.random.choice((2, 2, 3)), len(self.names) - 1)
            *many, one = self.random.sample(self.names, count + 1)
            if not self.cyclic:
                *many, one = sorted([*many, one], key=self.names.index)
            self.plan.parts.add("join")
            self.plan.graph.add_edge(many, one)

    def _aim(self, random: Random, n: int, later: Sequence[str]) -> str:
        open_ = self.names if self.cyclic and n < BUDGET else list(later)
        return random.choice([*open_, END]) if open_ else END

    def _sends(self, random: Random, state: object, later: Sequence[str]) -> list[Any]:
        n = look(state, "n", 0)
        # Fan-out must not grow without bound.
        most = 3 if n < 4 else int(n < BUDGET and random.random() < 0.5)
        names = [self._aim(random, n, later) for _ in range(random.randint(min(1, most), most))]
        count = n + random.choice((3, 5))
        return [
            Send(name, self._sent(random, count, i)) for i, name in enumerate(names) if name != END
        ]

    def _sent(self, random: Random, n: int, number: int) -> object:
        values: dict[str, Any] = {"n": n, "log": [], "last": f"sent {number}"}
        as_dict = self.state is Dict or random.random() < 0.3
        return values if as_dict else self.state(**values)

    def _update(self, random: Random, name: str, n: int) -> dict[str, Any]:
        update: dict[str, Any] = {"n": 1, "log": [f"{name}:{n}"]}
        if random.random() < 0.3:
            update["top"] = random.randint(0, 9)
        if random.random() < 0.03:
            update["top"] = Overwrite(random.randint(0, 9))
        if random.random() < self.loud:
            update["last"] = name
        if random.random() < self.loud / 4:
            update["mark"] = n
        if self.fault == "invalid" and random.random() < 0.2:
            update["last"] = 5
        return update

    def _step(self, name: str, form: str, later: Sequence[str]) -> Callable[[Any], Any]:
        seed, calls = self.random.random(), self.plan.calls

        def visit(state: object) -> object:
            calls.append((name, repr(state)))
            n = look(state, "n", 0)
            random = Random(f"{seed}/{n}/{look(state, 'last', '')}")  # noqa: S311 reproducible
            if self.fault == "boom" and random.random() < 0.1:
                raise OverflowError(name)
            if self.fault == "answer" and random.random() < 0.1:
                return "nonsense"
            return self._answer(form, random, name, state, later)

        async def step(state: Any) -> object:  # noqa: ANN401 any of the states
            return visit(state)

        return step

    def _answer(
        self, form: str, random: Random, name: str, state: object, later: Sequence[str]
    ) -> object:
        n = look(state, "n", 0)
        update = self._update(random, name, n)
        aim = [self._aim(random, n, later) for _ in range(random.choice((1, 2)))]
        first = aim[0]
        sends = self._sends(random, state, later)
        forms: dict[str, Callable[[], object]] = {
            "update": lambda: update,
            "none": lambda: None,
            "goto": lambda: Command(update=update, goto=first),
            "gotos": lambda: Command(update=update, goto=[*aim, *sends]),
            "sends": lambda: Command(update=update, goto=sends[0] if n % 2 and sends else sends),
            "extra": lambda: {**update, "unknown": n},
        }
        return forms[form]()

    def _branch(self, name: str, number: int, later: Sequence[str]) -> None:
        random = self.random
        seed, calls = random.random(), self.plan.calls
        self.plan.parts.add("branch")

        def pick(state: Any) -> object:  # noqa: ANN401 any of the states
            calls.append((f"{name}?{number}", repr(state)))
            n = look(state, "n", 0)
            chance = Random(f"{seed}/{n}")  # noqa: S311 reproducible
            if self.fault == "branch" and chance.random() < 0.1:
                return None
            targets: list[Any] = [self._aim(chance, n, later) for _ in range(chance.randint(1, 2))]
            if chance.random() < 0.25:
                targets += self._sends(chance, state, later)
            return targets if len(targets) > 1 or chance.random() < 0.5 else targets[0]

        pick.__name__ = f"pick{number}"
        pick.__annotations__["state"] = self.state
        names = [*self.names, END]
        ends = random.choice((None, names, {key: key for key in names}))
        if self.fault == "branch":
            # Which of two errors of one superstep comes out is chance: let there be one kind.
            ends = None if len(self.names) % 2 else names
        self.plan.graph.add_conditional_edges(name, pick, ends)


def look(state: object, key: str, absent: Any) -> Any:  # noqa: ANN401 values of a random state
    """A value of a state of any form."""
    if isinstance(state, dict):
        return state.get(key, absent)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return getattr(state, key, absent)
