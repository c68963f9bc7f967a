"""What changed between two texts of rules, rule by rule: annotations, scope and conditions.

It compares what is written; which requests are decided otherwise it does not say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from cedarpy import pst

from leitstand.errors import PolicyRefused, ValueRefused
from leitstand.policy.engine import parse, policy_set, text_of
from leitstand.policy.source import read_source


class Change(NamedTuple):
    """One part of a rule that differs; a rule that came or went has only one, `rule`."""

    rule: str
    what: Literal["added", "removed", "changed"]
    part: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        """`+ id`, `- id`, or `~ id: part: before → after`."""
        mark = {"added": "+", "removed": "-", "changed": "~"}[self.what]
        said = f": {self.part}: {self.before or '-'} → {self.after or '-'}"
        return f"{mark} {self.rule}{said if self.what == 'changed' else ''}"


def changes(before: str, after: str) -> Iterator[Change]:
    """How the rules of one file became those of another; an empty text has none.

    Raises PolicyRefused: a text cannot be parsed.
    """
    old, new = ({n.annotations.get("id", ""): n for n in _rules(text)} for text in (before, after))
    for rule in sorted(old.keys() | new.keys()):
        if rule not in old or rule not in new:
            yield Change(rule, "added" if rule in new else "removed", "rule")
            continue
        left, right = _parts(old[rule]), _parts(new[rule])
        for part in dict.fromkeys((*left, *right)):
            values = left.get(part, ""), right.get(part, "")
            if values[0] != values[1]:
                yield Change(rule, "changed", part, *values)


def owners_of(text: str) -> frozenset[str]:
    """Whom the rules of a file belong to. Raises PolicyRefused: it cannot be parsed."""
    return frozenset(o for node in _rules(text) if (o := node.annotations.get("owner", "")))


def _rules(text: str) -> tuple[pst.Template, ...]:
    _, findings = read_source("rules", text)
    if findings:
        raise PolicyRefused("; ".join(map(str, findings)))
    try:
        return tuple(parse(text).values())
    except (ValueError, ValueRefused) as error:
        raise PolicyRefused(str(error)) from error


def _parts(node: pst.Template) -> Mapping[str, str]:
    parts = {f"@{name}": text for name, text in node.annotations.items() if name != "id"}
    parts["scope"] = str(policy_set([replace(node, id="", clauses=(), annotations={})])).rstrip(";")
    for number, clause in enumerate(node.clauses, 1):
        kind = "unless" if isinstance(clause, pst.Unless) else "when"
        parts[f"clause {number}"] = f"{kind} {{ {text_of(clause.expr)} }}"
    return parts
