"""The rules of one tool, made ready: what the engine needs to decide on a call of it.

Slicing is exact (a policy that cannot apply to an action changes nothing), and so is leaving out
what no rule names: the engine's time goes into reading the context, so only named arguments and
facts reach it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cedarpy import PolicySet, pst

from leitstand.digest import canonical, plain
from leitstand.errors import ValueRefused
from leitstand.policy.engine import policy_set
from leitstand.policy.facts import Facts
from leitstand.policy.finding import Finding
from leitstand.policy.rule import Rule, nodes_of
from leitstand.policy.schema import COMMON, Slot, action_text, fit, slots_of
from leitstand.tool import Tool

Place = tuple[str, str]
"""Group and name of an attribute of a request, `("facts", "gross_cents")`."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What rules can name of a tool: its arguments and facts, and the schema made of them."""

    tool: Tool[Any, Any]
    args: Mapping[str, Slot]
    facts: Mapping[str, Slot]
    functions: tuple[Facts[Any], ...]
    schema: str


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """Policies as the engine's own immutable set, and which attributes of a request they name."""

    policies: PolicySet
    named: tuple[Place, ...]

    def context(self, groups: Mapping[str, Mapping[str, object]]) -> str:
        """What the engine has to read of a request, as JSON."""
        kept: dict[str, dict[str, object]] = {group: {} for group in groups}
        for group, name in self.named:
            if name in groups[group]:
                kept[group][name] = groups[group][name]
        return canonical(kept).decode()


@dataclass(frozen=True, slots=True, eq=False)
class ToolRules:
    """The policies that can apply to a tool, ready for the engine.

    `together` holds all of them, each as a denial, so that one answer of the engine names grants
    and marks beside what stands against a call; `alone` each by itself. `slice` names all of it:
    change one rule, argument or fact and it is another.
    """

    signature: Signature
    rules: Mapping[str, Rule]
    together: RuleSet
    alone: Mapping[str, RuleSet]
    slice: str

    def fitted(
        self, args: Mapping[str, object], facts: Mapping[str, object]
    ) -> dict[str, Mapping[str, object]]:
        """The arguments and facts that rules can name, as JSON values.

        Raises ValueRefused: one that the tool does not know, is missing or ill-typed.
        """
        own = self.signature
        known = self._fitted("args", args, own.args, own.tool.args.model_fields)
        return {"args": known, "facts": self._fitted("facts", facts, own.facts, own.facts)}

    def _fitted(
        self,
        what: str,
        given: Mapping[str, object],
        slots: Mapping[str, Slot],
        known: Mapping[str, object],
    ) -> dict[str, object]:
        if unknown := given.keys() - known.keys():
            name = self.signature.tool.name
            raise ValueRefused(f"`{name}` has no {what} {sorted(unknown)}", where=name)
        return fit(slots, given, what)


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
    name = signature.tool.name
    forms = [repr(r.node) for r in mine.values()]  # As parsed: no comments, no order of files.
    return ToolRules(
        signature=signature,
        rules=mine,
        together=_set(mine.values()),
        alone={r.id: _set([r]) for r in mine.values()},
        slice=plain(canonical([name, COMMON, signature.schema, forms])),
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


def _group(node: object) -> str | None:
    """`""` for `context`, `args`, `facts` or `call` for its records, None for anything else."""
    if isinstance(node, pst.Var):
        return "" if node.name == "context" else None
    if isinstance(node, pst.GetAttr) and _group(node.base) == "":
        return node.attr
    return None


def attribute(node: object) -> Place | None:
    """Group and name of the attribute of a request that a node reads, `context.facts.x`."""
    group = _group(node.base) if isinstance(node, pst.GetAttr) else None
    return (group, node.attr) if group and isinstance(node, pst.GetAttr) else None


def _named(policies: Iterable[pst.Template]) -> Iterator[Place]:
    for policy in policies:
        for node in nodes_of(policy.clauses):
            if place := attribute(node):
                yield place
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


def _set(rules: Iterable[Rule]) -> RuleSet:
    # Slicing has decided on the action; asking the engine again doubles the time of a decision.
    nodes = [replace(r.node, action=pst.ScopeAny(), effect="forbid") for r in rules]
    return RuleSet(policy_set(nodes), tuple(sorted({*_named(nodes)})))
