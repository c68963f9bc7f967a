"""Conditions that say the same of every request: a rule that is dead, or one that always fires.

They are folded once for each combination of the values that closed types have (literals, enums,
booleans), so `kind == "bil"` is as false as `false && known`. All else stays unknown, so nothing is
said that does not hold of every request; of open numbers and texts a solver could say more.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, Final

from cedarpy import pst

from leitstand.policy.engine import text_of
from leitstand.policy.rule import Rule, nodes_of
from leitstand.policy.schema import Slot
from leitstand.policy.toolrules import ToolRules, attribute

__all__ = ["constant"]

Value = Any
"""Of a part under one combination: boolean, number, text, set or entity; None is unknown."""
_COMBINATIONS: Final = 512
"""How many are tried of a rule; attributes whose values would make them more stay unknown."""
_LITERAL = pst.BoolLit | pst.LongLit | pst.StringLit | pst.EntityLit
_COMPARING: Mapping[str, Callable[[Value, Value], bool]] = {
    "eq": lambda a, b: a == b,
    "not_eq": lambda a, b: a != b,
    "less": lambda a, b: a < b,
    "less_eq": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_eq": lambda a, b: a >= b,
    "contains": lambda a, b: b in a,
    "contains_all": lambda a, b: a >= b,
    "contains_any": lambda a, b: bool(a & b),
}
_REFLEXIVE: Final = ("eq", "less_eq", "greater_eq")


def constant(rule: Rule, tools: Mapping[str, ToolRules]) -> Iterator[tuple[str, str]]:
    """Code and text of what a rule's conditions say of every request of every tool it is for."""
    clauses, seen = rule.node.clauses, _Seen()
    if not clauses or not rule.tools:
        return
    named = {place: node for node in nodes_of(clauses) if (place := attribute(node))}
    closed = {tuple(_closed(named, tools[name])) for name in sorted(rule.tools)}
    whole = {seen.hold(clauses, known) for values in closed for known in _combinations(values)}
    parts = "; ".join(seen.parts(clauses))
    if whole == {False}:
        why = parts or "its clauses exclude each other"
        yield "never-fires", f"never fires, for no request meets its conditions: {why}"
    elif whole == {True}:
        yield "always-fires", f"always fires, for every request meets its conditions: {parts}"
    elif parts:
        yield "constant", f"holds a condition that says nothing: {parts}"


def _closed(
    named: Mapping[tuple[str, str], object], tool: ToolRules
) -> Iterator[tuple[tuple[str, str], tuple[Value, ...]]]:
    """The attributes of closed types that are named, with all values they have at this tool."""
    groups: Mapping[str, Mapping[str, Slot]] = {
        "args": tool.signature.args,
        "facts": tool.signature.facts,
    }
    size = 1
    for group, name in sorted(named):
        slot = groups.get(group, {}).get(name)
        if slot and slot.values and size * len(slot.values) <= _COMBINATIONS:
            size *= len(slot.values)
            yield (group, name), slot.values


def _combinations(
    closed: tuple[tuple[tuple[str, str], tuple[Value, ...]], ...],
) -> Iterator[Mapping[tuple[str, str], Value]]:
    places = [place for place, _ in closed]
    for values in product(*(values for _, values in closed)):
        yield dict(zip(places, values, strict=True))


class _Seen:
    """What each part of a rule's conditions came to, over all combinations."""

    def __init__(self) -> None:
        self._values: dict[int, set[Value]] = {}

    def hold(self, clauses: tuple[pst.Clause, ...], known: Mapping[Any, Value]) -> Value:
        """Whether the clauses hold together."""
        values = [(c, self._fold(c.expr, known)) for c in clauses]
        return _all(*(_not(v) if isinstance(c, pst.Unless) else v for c, v in values))

    def parts(self, clauses: tuple[pst.Clause, ...]) -> Iterator[str]:
        """The outermost parts that came to the same every time, as Cedar has them."""
        stack = [c.expr for c in reversed(clauses)]
        while stack:
            node = stack.pop()
            values = self._values.get(id(node), {None})
            if len(values) == 1 and isinstance(value := next(iter(values)), bool):
                yield f"`{text_of(node)}` is always {str(value).lower()}"
            elif isinstance(node, pst.BinaryOp):
                stack += (node.right, node.left)
            elif isinstance(node, pst.UnaryOp):
                stack.append(node.arg)
            elif isinstance(node, pst.IfThenElse):
                stack += (node.else_expr, node.then_expr, node.cond)

    def _fold(self, node: pst.Expr, known: Mapping[Any, Value]) -> Value:
        value = self._value(node, known)
        self._values.setdefault(id(node), set()).add(value)
        return value

    def _value(self, node: pst.Expr, known: Mapping[Any, Value]) -> Value:
        if isinstance(node, _LITERAL | pst.GetAttr):
            return known.get(attribute(node)) if isinstance(node, pst.GetAttr) else node.value
        if isinstance(node, pst.UnaryOp):
            return _not(self._fold(node.arg, known))  # The other one is `isEmpty`: as good as not.
        if isinstance(node, pst.Set):
            values = [self._fold(e, known) for e in node.elements]
            return None if None in values else frozenset(values)
        if isinstance(node, pst.IfThenElse):
            parts = (node.cond, node.then_expr, node.else_expr)
            chosen, yes, no = (self._fold(part, known) for part in parts)
            return yes if chosen or yes == no else no if chosen is False else None
        if isinstance(node, pst.BinaryOp):
            return _both(node, self._fold(node.left, known), self._fold(node.right, known))
        return None


def _both(node: pst.BinaryOp, left: Value, right: Value) -> Value:
    if node.op == "and":
        return _all(left, right)
    if node.op == "or":
        return _not(_all(_not(left), _not(right)))
    if node.op not in _COMPARING:
        return None
    if node.left == node.right and not node.op.startswith("contains"):
        return node.op in _REFLEXIVE
    return None if left is None or right is None else _COMPARING[node.op](left, right)


def _not(value: Value) -> Value:
    return None if value is None else not value


def _all(*values: Value) -> Value:
    return False if False in values else None if None in values else True
