"""What is done about an invoice that may not be booked: task, letter, bank change, hand-over.

As with vouchers, the role proposes what these functions give, and the guard computes it again: what is
equal rests on the dossier and not on what a document says.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from leitstand.desk import HandOver
from leitstand.digest import canonical
from leitstand.policy import FactCall, FactMissing, facts
from leitstand.values import Frozen
from policies.facts.arithmetic import cent, totals_of
from policies.facts.bank import sound_iban
from policies.facts.dossier import Dossier, dossier_of
from policies.facts.limits import Limits, limits_of
from policies.facts.matching import match_lines
from policies.facts.voucher import plain_text
from tools.einvoice import read_document
from tools.einvoice.invoice import Invoice, Line
from tools.erp import ProposeBankChange
from tools.mail import DraftMail, Finding, TemplateId
from tools.mail.mail import quotable
from tools.task import CreateTask, TaskKind

__all__ = [
    "ClarificationFacts",
    "Suspicion",
    "bank_change_of",
    "clarification_facts",
    "letter_of",
    "task_of",
]

_FILE = Path(__file__).parent.with_name("letters.toml")
_RULE = re.compile(r"[a-z]+(-[a-z]+)*|G-[A-Z][0-9]{2}S?", re.ASCII)
_TITLE = 200
_LETTER_FINDINGS = 64


class ClarificationFacts(Frozen):
    """`checked`: arguments that equal what the dossier comes to; `known_roles`: the task, if it is one, is
    given to roles that the tenant has."""

    known_roles: bool
    checked: frozenset[str]


class Suspicion(Frozen):
    """What compliance is given: the document in the archive that a screening stopped."""

    document_sha256: str


class _Step(NamedTuple):
    """A row of `letters.toml`."""

    rules: frozenset[str]
    task: TaskKind
    letter: TemplateId | None


@facts(
    "task.create",
    "mail.draft",
    "supplier.bank_change.propose",
    "case.hand_over",
    model=ClarificationFacts,
)
def clarification_facts(call: FactCall) -> ClarificationFacts:
    """The arguments of a clarification against the dossier.

    Raises FactMissing: the reading of the document is not among the evidence.
    """
    limits, args = limits_of(call.limits), call.args
    return ClarificationFacts(
        known_roles=set(args.get("roles", ())) <= _roles(limits),
        checked=frozenset(_CHECKS[call.tool](call, limits)),
    )


def task_of(
    invoice: Invoice, limits: Limits, roles: Iterable[str], rules: Iterable[str]
) -> CreateTask:
    """The task for the people whom the rules name."""
    ids = tuple(dict.fromkeys(rules))
    return CreateTask(
        kind=_step(ids).task, roles=tuple(sorted(roles)), rules=ids, title=_title(invoice, limits)
    )


def letter_of(dossier: Dossier, rules: Iterable[str]) -> DraftMail | None:
    """The letter to the supplier; None where the rules ask for none."""
    ids = tuple(dict.fromkeys(rules))
    template = _step(ids).letter
    if template is None:
        return None
    invoice, supplier = dossier.invoice, dossier.supplier
    gross = invoice.gross_total
    return DraftMail(
        template=template,
        to=(supplier.mail or None) if supplier else None,
        invoice_no=quotable(invoice.number),
        invoice_date=invoice.issue_date,
        order_no=quotable(invoice.order_reference),
        gross_cents=None if gross is None or abs(gross) >= 10**12 else int(cent(gross) * 100),
        findings=tuple(_findings(dossier, ids))[:_LETTER_FINDINGS],
    )


def bank_change_of(dossier: Dossier) -> ProposeBankChange | None:
    """The account that an invoice names and the master record does not; None where it is not one."""
    supplier, limits = dossier.supplier, dossier.limits
    others = [i for i in dossier.invoice.ibans if supplier and i != supplier.iban]
    if supplier is None or len(others) != 1 or not sound_iban(others[0], limits):
        return None
    return ProposeBankChange(
        supplier_id=supplier.id, iban=others[0], document_sha256=dossier.read.sha256
    )


def hand_over_title(invoice: Invoice, limits: Limits) -> str:
    """What the case of the role that takes over is called."""
    return _title(invoice, limits)


def _title(invoice: Invoice, limits: Limits) -> str:
    number, seller = plain_text(invoice.number) or "?", plain_text(invoice.seller.name) or "?"
    return limits.task_title.format(number=number, seller=seller)[:_TITLE]


def _roles(limits: Limits) -> frozenset[str]:
    return limits.roles.union(*(tier.roles for tier in limits.approval_tiers))


def _step(rules: Iterable[str]) -> _Step:
    fired = frozenset(rules)
    first = (row for row in _steps() if row.rules & fired)
    return next(first, _Step(frozenset(), "clarify", None))


def _findings(dossier: Dossier, rules: Iterable[str]) -> Iterator[Finding]:
    for rule in rules:
        figures = list(_FIGURES[rule](dossier)) if rule in _FIGURES else []
        yield from figures or (Finding(rule=rule),)


def _line_figures(dossier: Dossier) -> Iterator[Finding]:
    """Lines that do not add up, then the gross amount where it does not."""
    limit = Decimal(dossier.limits.line_rounding_cents) / 100
    for line in dossier.invoice.lines:
        due = _due(line)
        if due is not None and line.net is not None and abs(due - line.net) > limit:
            yield _finding("G-A05", line.id, due, line.net)
    gross, stated = totals_of(dossier.invoice).gross, dossier.invoice.gross_total
    if gross is not None and stated is not None and gross != stated:
        yield _finding("G-A05", None, gross, stated)


def _price_figures(dossier: Dossier) -> Iterator[Finding]:
    """Lines that cost more than was ordered."""
    if dossier.order is None or dossier.basis != "order":
        return
    for match in match_lines(dossier.invoice, dossier.order, dossier.limits):
        line, ordered = match.line, match.order_line
        if ordered is None or line.price is None or line.quantity is None:
            continue
        unit = line.price / (line.base_quantity or 1)
        if unit > ordered.price:
            expected, found = line.quantity * ordered.price, line.quantity * unit
            yield _finding("G-A12", line.id, cent(expected), cent(found))


def _due(line: Line) -> Decimal | None:
    if line.quantity is None or line.price is None:
        return None
    charges = sum((c.amount or Decimal(0) for c in line.charges), Decimal(0))
    allowances = sum((a.amount or Decimal(0) for a in line.allowances), Decimal(0))
    return cent(line.quantity * line.price / (line.base_quantity or 1) + charges - allowances)


def _finding(rule: str, line: str | None, expected: Decimal, found: Decimal) -> Finding:
    cents = [int(cent(value) * 100) for value in (expected, found)]
    return Finding(
        rule=rule, line=quotable(line), expected_cents=cents[0], found_cents=cents[1]
    )


_FIGURES = {"G-A05": _line_figures, "G-A12": _price_figures}


def _of_task(call: FactCall, limits: Limits) -> Iterator[str]:
    args = call.args
    if set(args["roles"]) <= _roles(limits):
        yield "roles"
    if all(_RULE.fullmatch(rule) for rule in args["rules"]):
        yield "rules"
    if args["title"] == _title(_invoice(call), limits):
        yield "title"


def _of_letter(call: FactCall, limits: Limits) -> Iterator[str]:
    rules = [finding["rule"] for finding in call.args["findings"]]
    yield from _equal(letter_of(dossier_of(call), rules), call.args)


def _of_bank_change(call: FactCall, limits: Limits) -> Iterator[str]:
    yield from _equal(bank_change_of(dossier_of(call)), call.args)


def _of_hand_over(call: FactCall, limits: Limits) -> Iterator[str]:
    """`parent` is set by the desk, which knows its own case."""
    args, read = call.args, call.evidence.one(read_document)
    yield "parent"
    if args["role"] == limits.compliance_role:
        yield "role"
    if args["title"] == _title(_invoice(call), limits):
        yield "title"
    if read and args["given"] == canonical(Suspicion(document_sha256=read.value.sha256)).decode():
        yield "given"


_CHECKS = {
    "task.create": _of_task,
    "mail.draft": _of_letter,
    "supplier.bank_change.propose": _of_bank_change,
    "case.hand_over": _of_hand_over,
}


def _equal(expected: Frozen | None, args: Mapping[str, Any]) -> Iterator[str]:
    known = expected.model_dump(mode="json") if expected else {}
    return (name for name, value in args.items() if name in known and known[name] == value)


def _invoice(call: FactCall) -> Invoice:
    read = call.evidence.one(read_document)
    if read is None:
        raise FactMissing("no reading of the document", where=read_document.name)
    return read.value.invoice or Invoice(syntax="cii")


@cache
def _steps() -> tuple[_Step, ...]:
    rows: list[dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["step"]
    return tuple(_Step(frozenset(r["rules"]), r["task"], r.get("letter")) for r in rows)
