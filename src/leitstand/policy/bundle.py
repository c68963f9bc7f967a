"""A bundle: the policies of a folder, checked against tools and facts, immutable, named by hash.

Reloading is building a new bundle and assigning it: no decision mixes two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cedarpy import pst

from leitstand.digest import canonical, plain
from leitstand.errors import PolicyRefused, ValueRefused
from leitstand.policy.engine import Store, parse, store_of, validate
from leitstand.policy.facts import FactCall, Facts, Measured, measure
from leitstand.policy.finding import Finding
from leitstand.policy.memo import Memo
from leitstand.policy.rule import Rule, read_rule
from leitstand.policy.schema import COMMON, Slot
from leitstand.policy.source import Source, read_source
from leitstand.policy.toolrules import Signature, ToolRules, ready, sign_tool, whole_records
from leitstand.records import Verdict
from leitstand.tool import Tool


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """Rules that may decide. `sha` names files and schema; `schema` is the generated Cedar text.

    `verdicts` and `applied` remember what was decided, and which rule applied to what it reads.
    """

    sha: str
    schema: str
    rules: tuple[Rule, ...]
    tools: Mapping[str, ToolRules]
    store: Store
    verdicts: Memo[bytes, Verdict] = field(default_factory=lambda: Memo(1024), repr=False)
    applied: Memo[tuple[object, ...], bool] = field(default_factory=lambda: Memo(8192), repr=False)
    stores: Memo[tuple[str, ...], Store] = field(default_factory=lambda: Memo(256), repr=False)

    @staticmethod
    def load(
        folder: Path, tools: Iterable[Tool[Any, Any]], facts: Iterable[Facts[Any]]
    ) -> "Bundle":
        """The bundle of all `*.cedar` files of a folder.

        Raises PolicyRefused: the folder holds none, or anything in them is not fit to decide.
        """
        return Bundle.of(texts_of(folder), tools, facts)

    @staticmethod
    def of(
        texts: Mapping[str, str], tools: Iterable[Tool[Any, Any]], facts: Iterable[Facts[Any]]
    ) -> "Bundle":
        """The bundle of policy texts by file name. Raises PolicyRefused, all findings named."""
        bundle, findings = inspect(texts, tools, facts)
        if bundle is None:
            raise PolicyRefused("; ".join(map(str, findings)))
        return bundle

    def slice(self, tool: str) -> str:
        """Hash of the policies and the schema that can apply to a tool, empty if it is unknown.

        An approval is bound to it: a change elsewhere in the bundle voids no signature.
        """
        known = self.tools.get(tool)
        return known.slice if known else ""

    def measure(self, call: FactCall) -> Measured:
        """All facts of a call. Raises FactMissing: a reading that a rule needs is not there."""
        known = self.tools.get(call.tool)
        return measure(known.signature.functions if known else (), call)


def texts_of(folder: Path) -> dict[str, str]:
    """The policy files of a folder by name. Raises PolicyRefused: none, or not UTF-8."""
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.cedar")):
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyRefused(f"cannot be read: {error}", where=path.name) from error
    if not texts:
        raise PolicyRefused(f"no *.cedar file in `{folder}`", where=folder.name)
    return texts


def inspect(
    texts: Mapping[str, str], tools: Iterable[Tool[Any, Any]], facts: Iterable[Facts[Any]]
) -> tuple[Bundle | None, tuple[Finding, ...]]:
    """The bundle, or None and everything that keeps it from loading."""
    signatures, findings = _signatures(tuple(tools), tuple(facts))
    if findings:
        return None, findings
    schema = COMMON + "".join(s.schema for s in signatures.values())
    rules, findings = _rules(texts, schema, signatures)
    if findings:
        return None, findings
    return Bundle(
        sha=plain(canonical([sorted(texts.items()), schema])),
        schema=schema,
        rules=rules,
        tools=MappingProxyType({n: ready(s, rules) for n, s in signatures.items()}),
        store=store_of(schema),
    ), ()


def _signatures(
    tools: tuple[Tool[Any, Any], ...], facts: tuple[Facts[Any], ...]
) -> tuple[dict[str, Signature], tuple[Finding, ...]]:
    found: dict[str, Signature] = {}
    findings: list[Finding] = []
    for tool in sorted(tools, key=lambda t: t.name):
        if tool.name in found:
            findings.append(Finding("error", "tool-twice", f"two tools are named `{tool.name}`"))
        found[tool.name], faults = sign_tool(tool, facts)
        findings += faults
    for function in facts:
        strangers = sorted(set(function.tools) - found.keys())
        findings += [
            Finding("error", "no-tool", f"no role has the tool `{s}`", function.name)
            for s in strangers
        ]
    return found, tuple(dict.fromkeys(findings))


def _rules(
    texts: Mapping[str, str], schema: str, signatures: Mapping[str, Signature]
) -> tuple[tuple[Rule, ...], tuple[Finding, ...]]:
    rules: dict[str, Rule] = {}
    findings: list[Finding] = []
    for name in sorted(texts):
        nodes, faults = _parsed(name, texts[name], schema)
        findings += faults
        for place, node in nodes:
            rule, faults = read_rule(node, place, _tools(node, signatures))
            findings += faults
            if rule is None:
                continue
            findings += _misfits(rule, signatures)
            if rule.id in rules:
                where = rules[rule.id].place
                findings.append(Finding("error", "id-twice", f"@id as in {where}", place, rule.id))
            rules[rule.id] = rule
    return tuple(rules[i] for i in sorted(rules)), tuple(findings)


def _parsed(
    name: str, text: str, schema: str
) -> tuple[list[tuple[str, pst.Template]], tuple[Finding, ...]]:
    """The policies of a file with their places; empty with findings where it must not be used."""
    source, findings = read_source(name, text)
    if findings:
        return [], findings
    try:
        policies = parse(text)
        faults = validate(text, schema)
    except ValueError as error:
        return [], (Finding("error", "syntax", str(error), _broken(source)),)
    except ValueRefused as error:
        return [], (Finding("error", "template", error.text, name),)
    problems = tuple(
        Finding("error", "schema", f.text, _place(source, f.policy), f.rule) for f in faults
    )
    return [(_place(source, i), n) for i, n in policies.items()], problems


def _broken(source: Source) -> str:
    """Where the first policy begins that cannot be parsed by itself."""
    rows = source.text.split("\n")
    for line, after in pairwise((*source.lines, len(rows) + 1)):
        try:
            parse("\n".join(rows[line - 1 : after - 1]))
        except ValueError:
            return f"{source.name}:{line}"
    return source.name


def _place(source: Source, policy: str) -> str:
    number, lines = policy.removeprefix("policy"), source.lines
    known = number.isdecimal() and int(number) < len(lines)
    return f"{source.name}:{lines[int(number)]}" if known else source.name


def _tools(node: pst.Template, signatures: Mapping[str, Signature]) -> frozenset[str]:
    if isinstance(node.action, pst.ScopeAny):
        return frozenset(signatures)
    single = isinstance(node.action, pst.ActionEq)
    named = (node.action.entity,) if isinstance(node.action, pst.ActionEq) else node.action.entities
    ids = {uid.id for uid in named}
    groups = {n for n, s in signatures.items() if ("write" if s.tool.writes else "read") in ids}
    return frozenset((ids & signatures.keys()) | (set() if single else groups))


def _misfits(rule: Rule, signatures: Mapping[str, Signature]) -> list[Finding]:
    """Where a rule names a fact or a field that a tool it applies to does not have."""
    notes, found = rule.notes, list[str]()
    for name in sorted(rule.tools):
        facts = signatures[name].facts
        if notes.roles_fact and facts.get(notes.roles_fact) != Slot("Set<String>"):
            found.append(f"`{name}` has no fact `{notes.roles_fact}` that is a set of texts")
        if notes.approvers_fact and facts.get(notes.approvers_fact) != Slot("Long"):
            found.append(f"`{name}` has no fact `{notes.approvers_fact}` that is a number")
        strangers = set(notes.fields) - signatures[name].tool.args.model_fields.keys()
        found += [f"`{name}` has no argument `{s}` to redact" for s in sorted(strangers)]
    if whole_records(rule.node):
        found.append("names `context` or one of its records as a whole; name attributes")
    return [Finding("error", "misfit", text, rule.place, rule.id) for text in found]
