"""Weaker mutants: every project in which one thing is another that a careless change could change.

Rules are dropped or weakened, thresholds moved, roles swapped, entries taken out of lists. Which
cases a suite has plays no part in how they are made.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from tests.evals.mutants import (
    POLICIES,
    TABLES,
    WORLD,
    Mutant,
    cedar_files,
    id_of,
    statements,
)


def mutants() -> list[Mutant]:
    """All of them, in an order that depends on nothing but the files."""
    return [*_rules(), *_thresholds(), *_roles(), *_lists(), *_words(), *_texts()]


def _rules() -> Iterator[Mutant]:
    for file, text in cedar_files().items():
        for rule in statements(text):
            name = id_of(rule)
            yield Mutant("rule dropped", name, {file: text.replace(rule, "")})
            for how, weaker in _weaker(rule):
                yield Mutant("rule weakened", f"{name}: {how}", {file: text.replace(rule, weaker)})


def _weaker(rule: str) -> Iterator[tuple[str, str]]:
    """The same rule, but milder: what it denies may be signed, what it asks for is only noted."""
    level = re.search(r'@level\("(\w+)"\)', rule)
    if '@decision("deny")' in rule:
        signed = rule.replace('@decision("deny")', '@decision("approve")')
        yield "may be signed", re.sub(r'@level\("\w+"\)', '@level("approve")', signed)
    if level and level[1] in ("reject", "escalate"):
        yield f"{level[1]} to hold", rule.replace(level[0], '@level("hold")')
    if '@decision("approve")' in rule:
        noted = re.sub(
            r'@(decision|level|listed|roles\w*|approvers\w*|rank)\("[^"]*"\) ?', "", rule
        )
        noted = noted.replace("@owner", '@note("note") @owner').replace("\nforbid(", "\npermit(")
        yield "only noted", noted
    if '@note("note")' in rule:
        yield "note to info", rule.replace('@note("note")', '@note("info")')
    if '@approvers("2")' in rule:
        yield "one person", rule.replace('@approvers("2")', '@approvers("1")')
    roles = re.search(r'@roles\("(\w+)"\)', rule)
    if roles:
        other = "department_head" if roles[1] == "clerk" else "clerk"
        yield f"asks {other}", rule.replace(roles[0], f'@roles("{other}")')


_MOVES: Mapping[str, tuple[object, ...]] = {
    "approval_tiers.0.max_gross": (900, 1100),
    "approval_tiers.1.max_gross": (9000, 11000),
    "three_way_match.price_tolerance_pct": (1.5, 2.5),
    "three_way_match.price_tolerance_abs_line": (40.0, 60.0),
    "three_way_match.quantity_tolerance": (1,),
    "three_way_match.unplanned_charges_max": (40.0, 60.0),
    "small_invoice_gross": (225.0, 275.0),
    "structuring_window_days": (10, 21),
    "structuring_within_percent_below_tier": (4, 6),
    "structuring_min_invoices": (2, 4),
    "closed_periods_until": ("2026-09-30", "2026-11-02"),
    "next_open_posting_date": ("2026-12-01", None),
    "own_vat_required": (False,),
    "supplier_name_permille": (900, 940),
    "buyer_name_permille": (900, 940),
    "holder_name_permille": (780, 820),
    "item_name_permille": (880, 920),
    "number_permille": (830, 870),
    "line_rounding_cents": (1, 3),
    "document_rounding_cents": (4, 6),
    "screening_permille": (670, 730),
    "screening_max_age_days": (335, 395),
    "standard_rate": ("16", "7"),
}
"""Thresholds of the tenant and of the defaults, each with plausible other values."""


def _thresholds() -> Iterator[Mutant]:
    for path, values in _MOVES.items():
        for value in values:
            yield Mutant("threshold moved", f"{path} {value}", tenant=_changed(path, value))


def _roles() -> Iterator[Mutant]:
    moves: Mapping[str, tuple[object, ...]] = {
        "approval_tiers.0.approvers": (1,),
        "approval_tiers.1.approvers": (0, 2),
        "approval_tiers.1.roles": (["clerk"], ["managing_director"]),
        "approval_tiers.2.approvers": (1, 3),
        "approval_tiers.2.roles": (["department_head"], ["clerk", "managing_director"]),
        "default_account": ("office",),
    }
    for path, values in moves.items():
        for value in values:
            yield Mutant("role tier changed", f"{path} {value}", tenant=_changed(path, value))


def _lists() -> Iterator[Mutant]:
    """Each entry of each list of the defaults taken out."""
    defaults: dict[str, Any] = tomllib.loads((POLICIES / "defaults.toml").read_text("utf-8"))
    lists: dict[str, list[Any]] = {k: v for k, v in defaults.items() if isinstance(v, list)}
    for key, values in lists.items():
        for value in values:
            left = [v for v in values if v != value]
            yield Mutant("list entry dropped", f"{key} {value}", tenant={key: left})


def _words() -> Iterator[Mutant]:
    """Each entry of lexicon, letters and VAT table taken out; exceptions of the lexicon too."""
    for file in TABLES:
        text = (POLICIES / file).read_text("utf-8")
        head, *rows = re.split(r"(?=^\[\[)", text, flags=re.MULTILINE)
        for at, row in enumerate(rows):
            left = "".join((head, *rows[:at], *rows[at + 1 :]))
            yield Mutant("word list entry dropped", f"{file} {_title(row)}", table={file: left})
            for how, other in _milder(row):
                changed = "".join((head, *rows[:at], other, *rows[at + 1 :]))
                name = f"{file} {_title(row)}: {how}"
                yield Mutant("word list entry changed", name, table={file: changed})


def _milder(row: str) -> Iterator[tuple[str, str]]:
    if "\nunless = " in row:
        yield "no exception", re.sub(r"\nunless = [^\n]*", "", row)
    if 'judgement = "plausible"' in row:
        yield "ordinary", row.replace('judgement = "plausible"', 'judgement = "ordinary"')


def _title(row: str) -> str:
    return " ".join(line for line in row.splitlines()[1:4] if not line.startswith(("any", "#")))


def _texts() -> Iterator[Mutant]:
    for key, text in (("task_title", "{number}"), ("compliance_title", "Bitte prüfen")):
        yield Mutant("text changed", key, tenant={key: text})


def _changed(path: str, value: object) -> dict[str, Any]:
    """The top key of the tenant's data in which a value is another."""
    data: dict[str, Any] = deepcopy(json.loads((WORLD / "policy.json").read_text("utf-8")))
    top, *steps = path.split(".")
    if not steps:
        return {top: value}
    node: Any = data[top]
    for step in steps[:-1]:
        node = node[int(step) if step.isdecimal() else step]
    node[steps[-1]] = value
    return {top: data[top]}
