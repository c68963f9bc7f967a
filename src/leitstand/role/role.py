"""A role: what an engineer writes. A typed graph of steps over one immutable state."""

import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

from langgraph.constants import START
from langgraph.graph import StateGraph
from pydantic import BaseModel

from leitstand.errors import Cause, RoleRefused
from leitstand.records import Exit
from leitstand.role.compiled import Compiled, Step
from leitstand.role.delivery import Delivery
from leitstand.role.ends import EXIT
from leitstand.role.frozen import check_frozen
from leitstand.role.named import tools_named
from leitstand.role.parts import compile_graph
from leitstand.role.paths import Declared, check_paths, kinds_of
from leitstand.role.public import Graph, parts_of
from leitstand.role.takeover import Queue, Takeover, check_queue, queue_of
from leitstand.role.version import version_of
from leitstand.role.ways import Goto, Update
from leitstand.tool import Tool

if TYPE_CHECKING:
    from leitstand.desk import Desk


S = TypeVar("S", bound=BaseModel)
Answer = TypeVar("Answer", bound=Goto | Exit | Update)


class Role(Generic[S]):
    """A role agent: its state, its steps, the tools it may use and the people behind its queue.

    `state` is a frozen pydantic model, immutable all the way down; a field annotated with a reducer
    (`Annotated[tuple[X, ...], operator.add]`) folds what steps write, every other takes one write a
    superstep. `queue` says who takes over a case, for each of the three causes.
    """

    def __init__(
        self,
        name: str,
        state: type[S],
        *,
        tools: Sequence[Tool[Any, Any]] = (),
        queue: Queue | None = None,
    ) -> None:
        self.name, self.state, self.tools = name, state, tuple(tools)
        self.queue: Mapping[Cause, Takeover] = queue_of(queue)
        self._steps: dict[str, Declared] = {}
        self._joins: list[tuple[tuple[str, ...], str]] = []

    def step(
        self, *, then: Sequence[str] = ()
    ) -> Callable[
        [Callable[[S, "Desk"], Coroutine[Any, Any, Answer]]],
        Callable[[S, "Desk"], Coroutine[Any, Any, Answer]],
    ]:
        """Register an async function `(case, desk)` as a step; `then` names the steps it may go to.

        The first step registered is the entry. The annotation of what it returns counts: `Goto`,
        `Exit`, `Update` or a union. Raises RoleRefused.
        """

        def register(
            function: Callable[[S, "Desk"], Coroutine[Any, Any, Answer]],
        ) -> Callable[[S, "Desk"], Coroutine[Any, Any, Answer]]:
            if isinstance(then, str):
                raise RoleRefused(f'`then` is a list: ["{then}"]', where=f"{self.name}.{then}")
            self._register(function, tuple(then))
            return function

        return register

    def join(self, many: Sequence[str], one: str) -> None:
        """Run `one` when each of `many` has run; they return updates and declare no `then`."""
        self._joins.append((tuple(many), one))

    @property
    def graph(self) -> Graph:
        """The role as a plain LangGraph `StateGraph`; its steps expect their desk in `STATION`.

        LangGraph's own engine does not stop at an exit: steps already due beside it still run.
        """
        graph: Graph = StateGraph(self.state, output_schema=_output(self.name, self.state))
        parts = parts_of(graph)
        for name, step in self._steps.items():
            delivery = Delivery(f"{self.name}.{name}", step, self.state, self.queue)
            parts.add_node(name, delivery.node(), destinations=step.then)
        parts.add_edge(START, next(iter(self._steps)))
        for many, one in self._joins:
            parts.add_edge(list(many), one)
        return graph

    def compile(self) -> Compiled:
        """Check the role and freeze it.

        Raises RoleRefused: a state that is not deeply immutable, unknown or unreachable steps, a
        step that no exit follows, a queue for an unknown cause, a part the walk does not cover.
        """
        self._check()
        try:
            graph = self.graph
        except ValueError as error:
            raise RoleRefused(str(error), where=self.name) from error
        compiled = compile_graph(self.name, graph)
        functions = {name: step.function for name, step in self._steps.items()}
        return replace(
            compiled,
            version=version_of(self.name, parts_of(graph), functions, self.tools),
            steps=MappingProxyType({k: self._named(s) for k, s in compiled.steps.items()}),
            ends=True,
            tools=self.tools,
            queue=self.queue,
        )

    def _register(self, function: Callable[..., Any], then: tuple[str, ...]) -> None:
        name = getattr(function, "__name__", "")
        where = f"{self.name}.{name}"
        if not inspect.iscoroutinefunction(function):
            raise RoleRefused("a step is an async function: write `async def`", where=where)
        if name in self._steps:
            raise RoleRefused("there are two steps of this name", where=where)
        if len(inspect.signature(function).parameters) != 2:  # noqa: PLR2004 the case and its desk
            raise RoleRefused("a step takes the case and its desk", where=where)
        self._steps[name] = Declared(function, then, kinds_of(function, where))

    def _check(self) -> None:
        if not self._steps:
            raise RoleRefused("the role has no steps", where=self.name)
        check_frozen(self.state, self.name)
        if EXIT in self.state.model_fields:
            raise RoleRefused(f"`{EXIT}` is how a case ends, no field", where=self.name)
        if strangers := {*map(type, self.tools)} - {Tool}:
            raise RoleRefused(f"`tools` lists tools, no {strangers.pop()}", where=self.name)
        check_queue(self.name, self.state, self.queue)
        check_paths(self.name, self._steps, self._joins)

    def _named(self, step: Step) -> Step:
        declared = self._steps[step.name]
        tools = tools_named(declared.function, self.tools)
        return replace(step, leaves="exit" in declared.returns, tools=tuple(t.name for t in tools))


def _output(name: str, state: type[BaseModel]) -> type:
    """The schema of what LangGraph's engine returns: every field of the state, and the exit."""
    hints = get_type_hints(state, include_extras=True)
    fields: dict[str, object] = {key: hints[key] for key in state.model_fields}
    return type(f"{name}_output", (), {"__annotations__": {**fields, EXIT: Exit}})
