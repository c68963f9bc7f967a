"""Which tools a step's code names: for drawings and checks, found without running it."""

from collections.abc import Callable, Iterator, Sequence
from inspect import unwrap
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from leitstand.tool import Tool


def tools_named(
    function: Callable[..., Any], tools: Sequence[Tool[Any, Any]]
) -> tuple[Tool[Any, Any], ...]:
    """Those of `tools` that `function`, or a function of the same project that it names, refers to.

    A tool that is only reached through data (a table of tools, a model's choice) is not found: the
    guard, not this list, decides what a step may do.
    """
    root = function.__module__.partition(".")[0]
    seen: list[object] = []
    due: list[FunctionType] = [f for f in (unwrap(function),) if isinstance(f, FunctionType)]
    while due:
        for value in _referred(due.pop()):
            if any(value is known for known in seen):
                continue
            seen.append(value)
            if isinstance(value, FunctionType) and value.__module__.partition(".")[0] == root:
                due.append(value)
    return tuple(tool for tool in tools if any(tool is value for value in seen))


def _referred(function: FunctionType) -> Iterator[object]:
    names = set(_names(function.__code__))
    known = {**function.__globals__, **_enclosed(function)}
    for name in names & known.keys():
        value = known[name]
        yield value
        if isinstance(value, ModuleType):
            yield from (vars(value)[inner] for inner in names & vars(value).keys())


def _enclosed(function: FunctionType) -> dict[str, object]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if cell != CellType()}


def _names(code: CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
