"""What to mend in a policy folder: what keeps it from loading, and what cannot be meant."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cedarpy import pst

from leitstand.errors import PolicyRefused
from leitstand.policy.bundle import Bundle, inspect, texts_of
from leitstand.policy.constant import constant
from leitstand.policy.facts import CHECKED, Facts
from leitstand.policy.finding import Finding
from leitstand.policy.rule import Rule, nodes_of
from leitstand.policy.toolrules import ToolRules
from leitstand.records import Decision
from leitstand.tool import Tool

_FITTING: dict[Decision, frozenset[str]] = {
    Decision.REDACT: frozenset({"info", "note"}),
    Decision.APPROVE: frozenset({"approve", "hold", "escalate"}),
    Decision.ESCALATE: frozenset({"approve", "hold", "escalate"}),
    Decision.DENY: frozenset({"hold", "escalate", "reject"}),
}


def check(
    folder: Path, tools: Iterable[Tool[Any, Any]], facts: Iterable[Facts[Any]]
) -> tuple[Finding, ...]:
    """All findings of a policy folder, most severe first; empty means there is nothing to mend."""
    try:
        texts = texts_of(folder)
    except PolicyRefused as error:
        return (Finding("error", "unreadable", error.text, error.where),)
    bundle, findings = inspect(texts, tools, facts)
    return lint(bundle) if bundle else findings


def lint(bundle: Bundle) -> tuple[Finding, ...]:
    """Findings of a bundle that loads: tools never allowed, rules that nobody can discharge."""
    of_rules = (f for rule in bundle.rules for f in _of_rule(rule, bundle.tools))
    of_tools = (f for name, tool in bundle.tools.items() for f in _of_tool(name, tool))
    return tuple(sorted((*of_rules, *of_tools, *_unused(bundle)), key=_rank))


def _rank(finding: Finding) -> tuple[int, str, str, str]:
    severities = ("error", "warning", "note")
    return severities.index(finding.severity), finding.file, finding.rule, finding.code


def _of_rule(rule: Rule, tools: Mapping[str, ToolRules]) -> Iterator[Finding]:
    judging = () if rule.grants else _judging(rule)
    for code, text in (*_scope(rule), *judging, *constant(rule, tools)):
        yield Finding("warning", code, text, rule.place, rule.id)
    for name in ("owner", "reason_de", "reason_en"):
        if not getattr(rule.notes, name) and not (rule.grants and name != "owner"):
            text, code = f"@{name} is missing", "no-" + name.replace("_", "-")
            yield Finding("warning", code, text, rule.place, rule.id)
    for name, other in (("fix_de", "fix_en"), ("fix_en", "fix_de")):
        if getattr(rule.notes, other) and not getattr(rule.notes, name):
            text = f"@{name} is missing beside @{other}"
            yield Finding("note", "no-" + name.replace("_", "-"), text, rule.place, rule.id)


def _scope(rule: Rule) -> Iterator[tuple[str, str]]:
    if not rule.tools:
        yield "applies-nowhere", "applies to no tool of this project"
    if rule.grants and isinstance(rule.node.principal, pst.ScopeAny):
        yield "wide-grant", "grants to every role; name one: `principal in Role::…`"


def _judging(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.marks:
        return
    asks = rule.decision in (Decision.APPROVE, Decision.ESCALATE)
    lifting = [c for c in rule.node.clauses if isinstance(c, pst.Unless)]
    if asks and not _reads_approval(rule.node.clauses):
        yield "undischargeable", "asks people, but no condition reads `context.call.approval`"
    if rule.decision is Decision.DENY and _reads_approval(tuple(lifting)):
        yield "approval-denied", "denies, so nobody is asked: no approval can lift it"
    if rule.level not in _FITTING[rule.decision]:
        name = rule.decision.name.lower()
        yield "level", f'@decision("{name}") does not go with @level("{rule.level}")'
    if rule.level == "hold" and not rule.notes.cause:
        yield "no-cause", "holds without @cause: the exception queue is not told why"


def _reads_approval(clauses: tuple[pst.Clause, ...]) -> bool:
    return any(isinstance(n, pst.GetAttr) and n.attr == "approval" for n in nodes_of(clauses))


def _of_tool(name: str, tool: ToolRules) -> Iterator[Finding]:
    rules = tool.rules.values()
    if not any(r.grants for r in rules):
        yield Finding("warning", "no-grant", f"no grant names `{name}`: it is always denied")
    elif tool.signature.tool.writes and all(r.grants or r.marks for r in rules):
        yield Finding("warning", "unguarded", f"`{name}` writes, and no rule ever forbids it")


def _unused(bundle: Bundle) -> Iterator[Finding]:
    used = {
        name for t in bundle.tools.values() for group, name in t.together.named if group == "facts"
    }
    used |= {n for r in bundle.rules for n in (r.notes.roles_fact, r.notes.approvers_fact) if n}
    known = {name for t in bundle.tools.values() for name in t.signature.facts}
    for name in sorted(known - used - {CHECKED}):
        yield Finding("note", "unused-fact", f"fact `{name}`: no rule reads it; a sentence may")
