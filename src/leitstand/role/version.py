"""The version of a graph: a hash over everything of it that decides what a case meets."""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import Any

from langgraph.channels import BinaryOperatorAggregate
from pydantic import BaseModel

from leitstand.digest import canonical, plain
from leitstand.role.public import Parts
from leitstand.tool import Tool

_FORM = 1


def version_of(
    name: str,
    graph: Parts,
    functions: Mapping[str, Callable[..., object]],
    tools: Sequence[Tool[Any, Any]] = (),
) -> str:
    """Hash over nodes, edges, channels, state schema, tools and the source of `functions`.

    The source of each module that a function, the state or a tool is defined in counts as a whole:
    what a step calls there decides its course as much as its own lines. Other modules belong to the
    project's version. 32 hexadecimal characters.
    """
    owners = [*functions.values(), graph.state_schema, *(tool.run for tool in tools)]
    parts = {
        "form": _FORM,
        "name": name,
        "functions": {key: _source(function) for key, function in functions.items()},
        "nodes": sorted((key, sorted(node.ends or ())) for key, node in graph.nodes.items()),
        "edges": sorted(graph.edges),
        "joins": sorted(graph.waiting_edges),
        "branches": sorted(_branches(graph)),
        "channels": {key: _kind(channel) for key, channel in graph.channels.items()},
        "schema": _schema(graph.state_schema),
        "tools": {tool.name: _tool(tool) for tool in tools},
        "modules": {module: plain(text) for module, text in _modules(owners).items()},
    }
    return plain(canonical(parts))[:32]


def _branches(graph: Parts) -> list[tuple[str, str, list[str]]]:
    return [
        (key, title, sorted(f"{value}:{end}" for value, end in _ends(branch).items()))
        for key, branches in graph.branches.items()
        for title, branch in branches.items()
    ]


def _ends(branch: Any) -> dict[object, str]:  # noqa: ANN401 LangGraph does not export its type
    return branch.ends or {}


def _source(function: Callable[..., object]) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        code: CodeType | None = getattr(function, "__code__", None)
        return _bytecode(code) if code else type(function).__qualname__


def _bytecode(code: CodeType) -> str:
    constants = (_bytecode(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts)
    return "|".join((code.co_code.hex(), *code.co_names, *constants))


def _kind(channel: object) -> str:
    if not isinstance(channel, BinaryOperatorAggregate):
        return type(channel).__name__
    reducer: Any = channel.operator  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    # A method of a built-in type has no module of its own.
    return f"{getattr(reducer, '__module__', 'builtins')}.{reducer.__qualname__}"


def _schema(state: type) -> object:
    if issubclass(state, BaseModel):
        return state.model_json_schema()
    return sorted(state.__annotations__)


def _tool(tool: Tool[Any, Any]) -> list[object]:
    schemas = tool.args.model_json_schema(), tool.result.model_json_schema()
    return [tool.writes, tool.key, tool.undo, tool.idempotent, str(tool.timeout), *schemas]


def _modules(owners: Sequence[object]) -> dict[str, bytes]:
    """Sources by module name; a module without a file (a console) counts by its functions alone."""
    names = {str(getattr(owner, "__module__", "")) for owner in owners}
    found: dict[str, bytes] = {}
    for name in sorted(names - {"", "__main__"}):
        try:
            found[name] = inspect.getsource(sys.modules[name]).encode()
        except (KeyError, OSError, TypeError):
            continue
    return found
