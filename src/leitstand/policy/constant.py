"""Conditions that say the same of every request: a rule that is dead, or one that always fires.

They are folded once for each combination of the values that closed types have (literals, enums,
booleans), so `kind == "bil"` is as false as `false && known`. All else is unknown.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, Final

from cedarpy import pst

from leitstand.policy.engine import text_of
from leitstand.policy.rule import Rule, nodes_of
from leitstand.policy.toolrules import ToolRules, attribute

Value = Any
"""Of a part under one combination: boolean, number, text, set or entity; None is unknown."""
Known = Mapping[Any, Value]
_COMBINATIONS: Final = 512
"""How many are tried of a rule; attributes whose values would make them more stay unknown."""
_LITERAL = pst.BoolLit | pst.LongLit | pst.StringLit | pst.EntityLit
_REFLEXIVE: Final = ("eq", "less_eq", "greater_eq")
_COMPARING: Mapping[str, Callable[[Value, Value], bool]] = {
    "eq": operator.eq,
    "not_eq": operator.ne,
    "less": operator.lt,
    "less_eq": operator.le,
    "greater": operator.gt,
    "greater_eq": operator.ge,
    "contains": operator.contains,
    "contains_all": operator.ge,
    "contains_any": lambda a, b: bool(a & b),
}


def constant(rule: Rule, tools: Mapping[str, ToolRules]) -> Iterator[tuple[str, str]]:
    """Code and text of what a rule's conditions say of every request of every tool it is for."""
    clauses, seen = rule.node.clauses, dict[int, set[Value]]()
    if not clauses or not rule.tools:
        return
    named = {place for node in nodes_of(clauses) if (place := attribute(node))}
    closed = {tuple(_closed(named, tools[name])) for name in sorted(rule.tools)}
    combinations = (dict(values) for places in closed for values in product(*places))
    whole = {_hold(clauses, known, seen) for known in combinations}
    parts = "; ".join(_parts([c.expr for c in reversed(clauses)], seen))
    if whole == {False}:
        why = parts or "its clauses exclude each other"
        yield "never-fires", f"never fires, for no request meets its conditions: {why}"
    elif whole == {True}:
        yield "always-fires", f"always fires, for every request meets its conditions: {parts}"
    elif parts:
        yield "constant", f"holds a condition that says nothing: {parts}"


def _closed(
    named: set[tuple[str, str]], tool: ToolRules
) -> Iterator[tuple[tuple[tuple[str, str], Value], ...]]:
    """The attributes of closed types that are named, each with all values it has at this tool."""
    groups, size = {"args": tool.signature.args, "facts": tool.signature.facts}, 1
    for group, name in sorted(named):
        slot = groups.get(group, {}).get(name)
        if slot and slot.values and size * len(slot.values) <= _COMBINATIONS:
            size *= len(slot.values)
            yield tuple(((group, name), value) for value in slot.values)


def _hold(clauses: tuple[pst.Clause, ...], known: Known, seen: dict[int, set[Value]]) -> Value:
    values = [(c, _fold(c.expr, known, seen)) for c in clauses]
    return _all(*(_not(v) if isinstance(c, pst.Unless) else v for c, v in values))


def _parts(stack: list[pst.Expr], seen: Mapping[int, set[Value]]) -> Iterator[str]:
    """The outermost parts that came to the same every time, as Cedar has them."""
    while stack:
        node = stack.pop()
        values = seen.get(id(node), {None})
        if len(values) == 1 and isinstance(value := next(iter(values)), bool):
            yield f"`{text_of(node)}` is always {str(value).lower()}"
        elif isinstance(node, pst.BinaryOp):
            stack += (node.right, node.left)
        elif isinstance(node, pst.UnaryOp):
            stack.append(node.arg)
        elif isinstance(node, pst.IfThenElse):
            stack += (node.else_expr, node.then_expr, node.cond)


def _fold(node: pst.Expr, known: Known, seen: dict[int, set[Value]]) -> Value:
    value = None
    if isinstance(node, _LITERAL | pst.GetAttr):
        value = known.get(attribute(node)) if isinstance(node, pst.GetAttr) else node.value
    elif isinstance(node, pst.UnaryOp):
        value = _not(_fold(node.arg, known, seen))  # `isEmpty`, the other one, is as good as not.
    elif isinstance(node, pst.Set):
        values = [_fold(e, known, seen) for e in node.elements]
        value = None if None in values else frozenset(values)
    elif isinstance(node, pst.IfThenElse):
        parts = (node.cond, node.then_expr, node.else_expr)
        chosen, yes, no = (_fold(part, known, seen) for part in parts)
        value = yes if chosen or yes == no else no if chosen is False else None
    elif isinstance(node, pst.BinaryOp):
        value = _both(node, _fold(node.left, known, seen), _fold(node.right, known, seen))
    seen.setdefault(id(node), set()).add(value)
    return value


def _both(node: pst.BinaryOp, left: Value, right: Value) -> Value:
    if node.op in ("and", "or"):
        either = node.op == "or"
        return _not(_all(_not(left), _not(right))) if either else _all(left, right)
    if node.left == node.right and node.op in _COMPARING and not node.op.startswith("contains"):
        return node.op in _REFLEXIVE
    unknown = left is None or right is None or node.op not in _COMPARING
    return None if unknown else _COMPARING[node.op](left, right)


def _not(value: Value) -> Value:
    return None if value is None else not value


def _all(*values: Value) -> Value:
    return False if False in values else None if None in values else True
