"""The official business rules, run over one document in worker processes.

What a stylesheet reports is turned into fired rules: one per rule and rule set, with the severity
that the profile gives it.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

from tools.einvoice import law, rulesets
from tools.einvoice.limits import Limits
from tools.einvoice.rulesets import ProfileRules, Rulesets, Severity
from tools.einvoice.verdict import FiredRule
from tools.einvoice.worker import Job, Pool

UNNAMED = "?"
"""Stands for the id of a rule that has none (Factur-X reports elements out of place so)."""

_WORKER = Path(__file__).with_name("rule_worker.py")
_PLACES = 10
_RANK: dict[Severity, int] = {"fatal": 0, "warning": 1, "information": 2}
_NAMESPACE = re.compile(r"Q\{[^}]*\}|\*:|\[namespace-uri\(\)='[^']*'\]")


class Finding(TypedDict):
    """One report of a stylesheet: rule id, the rule's own flag, XPath, text."""

    rule: str
    severity: Severity
    place: str
    text: str


class Rules:
    """The rules of a table, in `workers` processes of their own; close it when done."""

    def __init__(self, table: Rulesets, limits: Limits, workers: int = 1) -> None:
        self._table, self._limits = table, limits
        self._pool = Pool(Job(_WORKER, resident=limits.rules_memory), workers)
        self._files: dict[str, str] = {}

    @property
    def processes(self) -> tuple[int, ...]:
        """The process ids of the workers now alive."""
        return self._pool.processes

    async def warm(self, ids: Sequence[str]) -> None:
        """Start all workers and compile rule sets in each (about a second for those of the CEN).

        Raises RulesRefused: a rule set is absent or not the pinned one; NoAnswer: no worker starts.
        """
        await self._pool.ask_all({"sheets": self._sheets(ids)}, self._limits.rules_seconds)

    async def run(self, xml: str, ids: Sequence[str]) -> tuple[tuple[Finding, ...], ...]:
        """What each rule set reports of a document, in the order of `ids`, severities as flagged.

        Raises RulesRefused as `warm`; NoAnswer: the worker died or took too long over it.
        """
        header = {"sheets": self._sheets(ids)}
        answer, _ = await self._pool.ask(header, xml.encode(), self._limits.rules_seconds)
        found: list[list[Finding]] = answer["found"]
        return tuple(tuple(findings) for findings in found)

    async def check(
        self, xml: str, profile: ProfileRules, ids: Sequence[str]
    ) -> tuple[FiredRule, ...]:
        """The rules that fire on a document, fatal ones first, by the profile's severities.

        Raises as `run`.
        """
        reports = await self.run(xml, ids)
        fired = [
            rule
            for ruleset, findings in zip(ids, reports, strict=True)
            for rule in fire(findings, ruleset, profile)
        ]
        return tuple(sorted(fired, key=lambda rule: (_RANK[rule.severity], rule.id, rule.ruleset)))

    def close(self) -> None:
        """End the worker processes."""
        self._pool.close()

    def _sheets(self, ids: Iterable[str]) -> list[str]:
        for name in ids:
            if name not in self._files:
                self._files[name] = str(self._table.rulesets[name].locate())
        return [self._files[name] for name in ids]


def fire(findings: Iterable[Finding], ruleset: str, profile: ProfileRules) -> tuple[FiredRule, ...]:
    """The findings of one rule set, joined per rule, with the severity the profile gives them."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding["rule"] or UNNAMED, []).append(finding)
    return tuple(_fired(rule, found, ruleset, profile) for rule, found in by_rule.items())


def _fired(rule: str, found: list[Finding], ruleset: str, profile: ProfileRules) -> FiredRule:
    flag: Severity = min((f["severity"] for f in found), key=lambda level: _RANK[level])
    return FiredRule(
        id=rule,
        ruleset=ruleset,
        severity=_severity(rule, flag, ruleset, profile),
        flag=flag,
        text=found[0]["text"],
        places=tuple(_NAMESPACE.sub("", f["place"]) for f in found[:_PLACES]),
        times=len(found),
        law=law.DEFAULT.touches(rule),
    )


def _severity(rule: str, flag: Severity, ruleset: str, profile: ProfileRules) -> Severity:
    severity = profile.severity.get(rule, flag)
    return "warning" if severity == "fatal" and ruleset in profile.advisory else severity


def default(limits: Limits, workers: int = 1) -> Rules:
    """The rules that ship, KoSIT 2026-08-31 and Factur-X 1.09."""
    return Rules(rulesets.DEFAULT, limits, workers)
