"""The public parts of a LangGraph `StateGraph`, typed: all that this package uses of it."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from langgraph.graph import StateGraph

from leitstand.role.compiled import Run

Graph = StateGraph[Any, Any, Any, Any]


class Parts(Protocol):
    """Nodes, edges and channels as LangGraph's builder keeps them."""

    nodes: Mapping[str, Any]
    edges: set[tuple[str, str]]
    waiting_edges: set[tuple[tuple[str, ...], str]]
    branches: Mapping[str, Mapping[str, Any]]
    channels: Mapping[str, object]
    schemas: Mapping[type, Mapping[str, object]]
    managed: Mapping[str, object]
    state_schema: type
    input_schema: type
    context_schema: type | None

    def add_node(self, node: str, action: Run, *, destinations: tuple[str, ...]) -> object:
        """Add an async function of the state; `destinations` are where its commands may go."""
        ...

    def add_edge(self, start_key: str | list[str], end_key: str) -> object:
        """Add an edge, or a join of several steps."""
        ...

    def compile(self) -> object:
        """LangGraph's own validation of names and targets; raises ValueError."""
        ...


def parts_of(graph: Graph) -> Parts:
    """The typed view of `graph`."""
    return cast("Parts", graph)
