"""The rules of one tool, made ready: what the engine needs to decide on a call of it.

Slicing is exact (a policy that cannot apply to an action changes nothing), and so is leaving out
what no rule names: the engine's time goes into reading the context, so only named arguments and
facts reach it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, cast

from cedarpy import PolicySet, pst

from leitstand.digest import canonical, plain
from leitstand.errors import ValueRefused
from leitstand.policy.engine import Store, policy_set, store_of
from leitstand.policy.facts import Facts
from leitstand.policy.finding import Finding
from leitstand.policy.rule import Rule, nodes_of
from leitstand.policy.schema import COMMON, Slot, action_text, fit, slots_of
from leitstand.tool import Tool

__all__ = ["Signature", "ToolRules", "ready", "sign_tool"]


@dataclass(frozen=True, slots=True)
class Signature:
    """What rules can name of a tool: its arguments and facts, and the schema made of them."""

    tool: Tool[Any, Any]
    args: Mapping[str, Slot]
    facts: Mapping[str, Slot]
    functions: tuple[Facts[Any], ...]
    schema: str


@dataclass(frozen=True, slots=True, eq=False)
class ToolRules:
    """The policies that can apply to a tool, as the engine's own immutable sets.

    `judging` decides (grants and forbids), `granting` holds the grants alone, `marking` what only
    leaves a mark. `slice` names all of it: change one rule, argument or fact and it is another.
    """

    signature: Signature
    rules: Mapping[str, Rule]
    judging: PolicySet
    granting: PolicySet
    marking: PolicySet | None
    store: Store
    named: frozenset[tuple[str, str]]
    slice: str

    def arguments(self, given: Mapping[str, object]) -> dict[str, object]:
        """The arguments that rules name, as JSON values.

        Raises ValueRefused: an argument that the tool does not know, is missing or ill-typed.
        """
        if unknown := given.keys() - self.signature.tool.args.model_fields.keys():
            name = self.signature.tool.name
            raise ValueRefused(f"`{name}` has no argument {sorted(unknown)}", where=name)
        fitted = fit(self.signature.args, given, "args")
        return {n: v for n, v in fitted.items() if ("args", n) in self.named}

    def measured(self, given: Mapping[str, object]) -> dict[str, object]:
        """All facts as JSON values. Raises ValueRefused: unknown, missing or ill-typed."""
        if unknown := given.keys() - self.signature.facts.keys():
            name = self.signature.tool.name
            raise ValueRefused(f"`{name}` has no fact {sorted(unknown)}", where=name)
        return fit(self.signature.facts, given, "facts")

    def relevant(self, facts: Mapping[str, object]) -> dict[str, object]:
        """The facts that rules name."""
        return {n: v for n, v in facts.items() if ("facts", n) in self.named}


def sign_tool(
    tool: Tool[Any, Any], functions: Iterable[Facts[Any]]
) -> tuple[Signature, tuple[Finding, ...]]:
    """What rules can name of `tool`, and what is wrong with its fact functions."""
    mine = tuple(f for f in functions if tool.name in f.tools)
    slots: dict[str, Slot] = {}
    findings: list[Finding] = []
    for function in mine:
        found = slots_of(function.model)
        findings += _faults(function, slots, found)
        slots |= found
    args = slots_of(tool.args)
    return Signature(tool, args, slots, mine, action_text(tool, args, slots)), tuple(findings)


def ready(signature: Signature, rules: Iterable[Rule]) -> ToolRules:
    """The rules that can apply to this tool, ready for the engine."""
    mine = {r.id: r for r in rules if signature.tool.name in r.tools}
    marks = [r for r in mine.values() if r.marks]
    name = signature.tool.name
    return ToolRules(
        signature=signature,
        rules=mine,
        judging=policy_set(r.node for r in mine.values() if not r.marks),
        granting=policy_set(r.node for r in mine.values() if r.grants),
        marking=policy_set(r.node for r in marks) if marks else None,
        store=store_of(COMMON + signature.schema),
        named=frozenset(_named(r.node for r in mine.values())),
        slice=plain(
            canonical([name, COMMON, signature.schema, [_form(r.node) for r in mine.values()]])
        ),
    )


def whole_records(policy: pst.Template) -> bool:
    """Whether a policy uses `context` or one of its records as a whole: `context.args == …`."""
    inner = {
        id(n.base) for n in nodes_of(policy.clauses) if isinstance(n, pst.GetAttr | pst.HasAttr)
    }
    return any(
        _group(n) is not None and id(n) not in inner
        for n in nodes_of(policy.clauses)
        if isinstance(n, pst.Var | pst.GetAttr)
    )


def _group(node: pst.Expr) -> str | None:
    """`""` for `context`, `args`, `facts` or `call` for its records, None for anything else."""
    if isinstance(node, pst.Var):
        return "" if node.name == "context" else None
    if isinstance(node, pst.GetAttr) and _group(node.base) == "":
        return node.attr
    return None


def _named(policies: Iterable[pst.Template]) -> Iterator[tuple[str, str]]:
    for policy in policies:
        for node in nodes_of(policy.clauses):
            if isinstance(node, pst.GetAttr) and (group := _group(node.base)):
                yield group, node.attr
            if isinstance(node, pst.HasAttr) and (group := _group(node.base)):
                yield group, node.attrs[0]
            if isinstance(node, pst.HasAttr) and _group(node.base) == "" and len(node.attrs) > 1:
                yield node.attrs[0], node.attrs[1]


def _faults(
    function: Facts[Any], known: Mapping[str, Slot], found: Mapping[str, Slot]
) -> Iterator[Finding]:
    place = f"{function.name}({function.model.__name__})"
    for name in function.model.model_fields:
        if name not in found:
            yield Finding("error", "fact-type", f"`{name}` is no flat value rules can name", place)
        elif name == "checked" and found[name] != Slot("Set<String>"):
            yield Finding("error", "fact-type", "`checked` is a frozenset[str]", place)
        elif name in known and name != "checked":
            yield Finding("error", "fact-twice", f"`{name}` is measured by two functions", place)


def _form(node: object) -> object:
    """A parsed policy as JSON: comments, blanks and the order of files change nothing."""
    if isinstance(node, str | bool) or node is None:
        return node
    if isinstance(node, int):
        return {"long": str(node)}
    if isinstance(node, tuple):
        return [_form(n) for n in cast("tuple[object, ...]", node)]
    if isinstance(node, Mapping):
        return {k: _form(v) for k, v in cast("Mapping[str, object]", node).items()}
    if is_dataclass(node):
        return [type(node).__name__, *(_form(getattr(node, f.name)) for f in fields(node))]
    raise ValueRefused(f"no form of `{type(node).__name__}`")
