"""Provenance: which readings an action rests on, and which of its arguments are grounded.

Evidence is resolved in the journal, so a step or a model cannot claim what no tool has answered. An
argument is grounded when its type is a closed vocabulary, when it equals the value of a system of
record that its `Recorded` mark names or what a person supplied for a field of its name, or when a
deterministic check named it good. All else is tainted. Where a model chose, a closed vocabulary
grounds nothing: which of its words stands there was the model's choice, unless it is the one that
stands there anyway.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from leitstand.policy import Evidence
from leitstand.records import Supplied
from leitstand.tool import Recorded, Tool


def tainted(
    tool: Tool[Any, Any],
    args: Mapping[str, Any],
    evidence: Evidence,
    checked: Iterable[str],
    *,
    by_model: bool = False,
) -> tuple[str, ...]:
    """Names of the arguments that rest on nothing, sorted; an absent one (None) carries nothing."""
    marks, good = tool.recorded, set(checked)
    said = [(s.field, s.value) for s in _supplied(evidence)]
    names = {*tool.open_fields, *(_chosen(tool, args) if by_model else ())}
    return tuple(
        name
        for name in sorted(names)
        if args.get(name) is not None
        and name not in good
        and (name, args[name]) not in said
        and not (name in marks and _equals(evidence, marks[name], args[name]))
    )


def _supplied(evidence: Evidence) -> list[Supplied]:
    return [r.value for r in evidence.readings if isinstance(r.value, Supplied)]


def _chosen(tool: Tool[Any, Any], args: Mapping[str, Any]) -> Iterator[str]:
    """Arguments of a closed vocabulary whose value is another one than their default."""
    for name, info in tool.args.model_fields.items():
        if name not in tool.open_fields and (info.is_required() or args[name] != info.default):
            yield name


def _equals(evidence: Evidence, mark: Recorded, value: object) -> bool:
    return any(
        found == value
        for resolved in evidence.readings
        if resolved.tool == mark.tool and resolved.authority == "record"
        for found in _values(resolved.value.model_dump(mode="json"), mark.path.split("."))
    )


def _values(node: object, path: list[str]) -> Iterator[object]:
    if not path:
        yield node
        return
    head, rest = path[0], path[1:]
    if isinstance(node, dict):
        row = cast("dict[str, object]", node)
        if head in row:
            yield from _values(row[head], rest)
    elif isinstance(node, list):
        for item in cast("list[object]", node):
            yield from _values(item, rest if head == "*" else path)
