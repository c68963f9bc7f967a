"""The allow-list: which parts of a `StateGraph` the walk covers. Everything else is refused.

Validation of names and targets is LangGraph's own (`StateGraph.compile`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any, NoReturn, cast

from langgraph.channels import BinaryOperatorAggregate, LastValue
from langgraph.constants import END, START
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel
from pydantic import BaseModel

from leitstand.errors import RoleRefused
from leitstand.role.compiled import Branch, Channel, Compiled, Join, Step, Ways
from leitstand.role.ends import EXIT
from leitstand.role.public import Graph, Parts, parts_of
from leitstand.role.version import version_of

_COVERED = frozenset({"runnable", "metadata", "input_schema", "ends", "is_error_handler"})
_REASONS = {
    "retry_policy": "retries live inside `desk.call`, at one address and key",
    "cache_policy": "answers come from the journal, never from a cache",
    "timeout": "a timeout is an argument of the desk call",
    "defer": "a deferred step has no place in the order of supersteps",
    "error_handler_node": "a failure that no step handles leaves through the exception queue",
    "trace_policy": "the walk records in the journal",
}


def compile_graph(name: str, graph: Graph) -> Compiled:
    """Check a plain `StateGraph` (TypedDict, dataclass or pydantic state) against the allow-list.

    Its state is only as immutable as its schema: each step gets a shallow copy of its own.
    Raises RoleRefused: a part that the walk does not cover, or a graph that LangGraph refuses.
    """
    parts = _checked(name, graph)
    channels = {key: _channel(f"{name}.{key}", part) for key, part in parts.channels.items()}
    pairs = sorted(parts.waiting_edges)
    joins = tuple(Join(frozenset(many), one) for many, one in pairs if one != END)
    maker = _Maker(name, parts, joins)
    return Compiled(
        name=name,
        version=version_of(name, parts, maker.functions()),
        state=parts.state_schema,
        shape=_shape(parts.state_schema),
        given=tuple(parts.schemas[parts.input_schema]),
        start=maker.ways(START),
        steps=MappingProxyType({key: maker.step(key) for key in parts.nodes}),
        channels=MappingProxyType(channels),
        joins=joins,
    )


def _checked(name: str, graph: Graph) -> Parts:
    if not isinstance(graph, StateGraph):  # pyright: ignore[reportUnnecessaryIsInstance]
        kind = "a compiled graph" if isinstance(graph, CompiledStateGraph) else type(graph).__name__
        _refuse(name, f"{kind} instead of a `StateGraph`")
    parts = parts_of(graph)
    try:
        parts.compile()
    except ValueError as error:
        raise RoleRefused(str(error), where=name) from error
    if parts.managed:
        _refuse(name, f"managed values {sorted(parts.managed)}")
    if parts.context_schema is not None:
        _refuse(name, "a context schema: what a step may see comes from its desk")
    if "__root__" in parts.channels:
        _refuse(name, "a state without fields")
    if beside := parts.channels.keys() - parts.schemas[parts.state_schema].keys() - {EXIT}:
        _refuse(name, f"{sorted(beside)}, which its state does not have")
    return parts


def _channel(where: str, channel: object) -> Channel:
    if type(channel) not in (LastValue, BinaryOperatorAggregate):
        _refuse(where, f"a channel of type `{type(channel).__name__}`")
    return cast("Channel", channel)


def _refuse(where: str, text: str) -> NoReturn:
    raise RoleRefused(f"not covered by the walk: {text}", where=where)


@dataclass(frozen=True, slots=True)
class _Maker:
    name: str
    parts: Parts
    joins: tuple[Join, ...]

    def step(self, key: str) -> Step:
        spec = self.parts.nodes[key]
        where = f"{self.name}.{key}"
        for part in fields(spec):
            value: object = getattr(spec, part.name)
            if part.name not in _COVERED and value is not None and value is not False:
                _refuse(where, f"`{part.name}`: {_REASONS.get(part.name, 'unknown to the walk')}")
        if spec.is_error_handler:
            _refuse(where, f"an error handler: {_REASONS['error_handler_node']}")
        self.sees_all(where, spec.input_schema)
        function, sync = _functions(where, spec.runnable)
        if function is None or sync is not None:
            _refuse(where, "a step that is not async")
        return Step(
            name=key,
            run=function,
            ways=self.ways(key),
            then=tuple(target for target in spec.ends or () if target != END),
        )

    def ways(self, key: str) -> Ways:
        branches = self.parts.branches.get(key, {})
        after = (end for start, end in self.parts.edges if start == key and end != END)
        return Ways(
            after=tuple(sorted(after)),
            branches=tuple(self.branch(key, title) for title in branches),
            joins=tuple(number for number, join in enumerate(self.joins) if key in join.many),
        )

    def branch(self, key: str, title: str) -> Branch:
        spec, where = self.parts.branches[key][title], f"{self.name}.{key}.{title}"
        _, path = _functions(where, spec.path)
        if path is None:
            _refuse(where, "a branch that is no plain function")
        self.sees_all(where, spec.input_schema)
        ends = None if spec.ends is None else MappingProxyType(dict(spec.ends))
        return Branch(name=title, path=path, ends=ends)

    def sees_all(self, where: str, schema: type | None) -> None:
        if schema is not self.parts.state_schema:
            _refuse(where, "a view that is not the whole state: annotate it with the state")

    def functions(self) -> dict[str, Callable[..., object]]:
        """The functions that a graph's version hashes, by node, and by node and branch."""
        found: dict[str, object] = {key: node.runnable for key, node in self.parts.nodes.items()}
        for key, branches in self.parts.branches.items():
            found |= {f"{key}?{title}": branch.path for title, branch in branches.items()}
        named = {k: getattr(r, "func", None) or getattr(r, "afunc", None) for k, r in found.items()}
        return {key: function for key, function in named.items() if function is not None}


def _shape(schema: type) -> Callable[[dict[str, object]], object]:
    """What steps get: an object of the schema where it has a form, else the dict."""
    made: Callable[..., object] = schema
    if issubclass(schema, BaseModel) and schema.__init__ is BaseModel.__init__:
        # What it calls, without each field being handed on as an argument.
        return schema.__pydantic_validator__.validate_python
    if issubclass(schema, BaseModel) or is_dataclass(made):
        return lambda values: made(**values)
    return dict


def _functions(
    where: str, runnable: object
) -> tuple[Callable[..., Any] | None, Callable[..., Any] | None]:
    """The async and the sync function of a node or branch, if it takes nothing but the state."""
    if isinstance(runnable, Pregel):
        _refuse(where, "a compiled graph as a step: hand over to another role instead")
    accepts: Mapping[str, object] | None = getattr(runnable, "func_accepts", None)
    if accepts is None:
        _refuse(where, f"a `{type(runnable).__name__}` in place of a function")
    if accepts:
        _refuse(where, f"the parameter {sorted(accepts)}: a step takes the state and nothing else")
    return getattr(runnable, "afunc", None), getattr(runnable, "func", None)
