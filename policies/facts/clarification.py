"""What is done about an invoice that may not be booked: task, letter, bank change, hand-over.

As with vouchers, the role proposes what these functions give, and the guard computes it again: what
is equal rests on the dossier and not on what a document says.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from leitstand.desk import hand_over
from leitstand.policy import FactCall, FactMissing, facts
from leitstand.values import Frozen
from policies.facts.brief import Brief, brief_of, title_of
from policies.facts.department import department_roles
from policies.facts.dossier import dossier_of
from policies.facts.letters import follow_of, is_own
from policies.facts.limits import Limits, limits_of
from tools.dms import Sha256, get_document
from tools.einvoice import Invoice, read_document
from tools.mail import DraftMail, Finding
from tools.task import CreateTask

_RULE = re.compile(r"[a-z]+(-[a-z]+)*|G-[A-Z][0-9]{2}S?", re.ASCII)
_FINDINGS = 64


class ClarificationFacts(Frozen):
    """What rests on the dossier.

    `checked`: arguments that equal what it comes to. `known_roles`: a task is for roles that the
    tenant has.
    """

    known_roles: bool
    checked: frozenset[str]


class Suspicion(Frozen):
    """What compliance is given: which document a screening stopped, and nothing of what it says."""

    document_sha256: Sha256


class NewSupplier(Frozen):
    """What compliance is given: which document comes from somebody whom master data do not know."""

    supplier_document: Sha256


@facts(
    "task.create",
    "mail.draft",
    "supplier.bank_change.propose",
    "case.hand_over",
    model=ClarificationFacts,
)
def clarification_facts(call: FactCall) -> ClarificationFacts:
    """The arguments of a clarification against the dossier.

    What does not rest on an invoice is measured by the department that it is of; its tasks are for
    roles of the departments.
    Raises FactMissing: a reading that they rest on is not among the evidence.
    """
    asked = frozenset(call.args.get("roles", ()))
    if not _of_accounting(call):
        known = department_roles(call.limits)
        return ClarificationFacts(known_roles=asked <= known, checked=frozenset())
    limits = limits_of(call.limits)
    return ClarificationFacts(
        known_roles=asked <= _roles(limits),
        checked=frozenset(_CHECKS[call.tool](call, limits)),
    )


def task_of(title: str, roles: Iterable[str], rules: Iterable[str]) -> CreateTask:
    """The task for the people whom the rules name."""
    ids = tuple(dict.fromkeys(rules))
    return CreateTask(kind=follow_of(ids).task, roles=tuple(sorted(roles)), rules=ids, title=title)


def letter_of(brief: Brief, rules: Iterable[str]) -> DraftMail | None:
    """The letter to the supplier on the rules that he broke; None where they ask for none."""
    ids = tuple(rule for rule in dict.fromkeys(rules) if not is_own(rule))
    template = follow_of(ids).letter
    if template is None:
        return None
    return DraftMail(
        template=template,
        to=brief.mail_to,
        invoice_no=brief.invoice_no,
        invoice_date=brief.invoice_date,
        order_no=brief.order_no,
        gross_cents=brief.stated_gross_cents,
        currency=brief.draft.currency,
        findings=tuple(_findings(brief, ids))[:_FINDINGS],
    )


def _of_accounting(call: FactCall) -> bool:
    """Whether the call rests on a document, or gives compliance one."""
    if call.tool == hand_over.name:
        return any(_is(kind, call.args["given"]) for kind in (Suspicion, NewSupplier))
    return bool(call.evidence.all(read_document)) or not call.evidence.readings


def _findings(brief: Brief, rules: Iterable[str]) -> Iterator[Finding]:
    for rule in rules:
        named = [n.finding for n in brief.findings if n.guardrail == rule]
        yield from named or (Finding(rule=rule),)


def _roles(limits: Limits) -> frozenset[str]:
    return limits.roles.union(*(tier.roles for tier in limits.approval_tiers))


def _of_task(call: FactCall, limits: Limits) -> Iterator[str]:
    args, read = call.args, call.evidence.one(read_document)
    if read is None:
        raise FactMissing("no reading of the document", where=read_document.name)
    if set(args["roles"]) <= _roles(limits):
        yield "roles"
    if all(_RULE.fullmatch(rule) for rule in args["rules"]):
        yield "rules"
    stored = call.evidence.one(get_document)
    filename = stored.value.filename if stored and stored.value else ""
    if args["title"] == title_of(read.value.invoice or Invoice(syntax="cii"), limits, filename):
        yield "title"


def _of_letter(call: FactCall, _limits: Limits) -> Iterator[str]:
    brief = brief_of(dossier_of(call))
    guardrails = {str(n.finding.rule): n.guardrail for n in brief.findings}
    said = (str(finding["rule"]) for finding in call.args["findings"])
    rules = [guardrails.get(rule, rule) for rule in said]
    yield from _equal(letter_of(brief, rules), call.args)


def _of_bank_change(call: FactCall, _limits: Limits) -> Iterator[str]:
    yield from _equal(brief_of(dossier_of(call)).bank_change, call.args)


def _of_hand_over(call: FactCall, limits: Limits) -> Iterator[str]:
    """`parent` is set by the desk; `given` can only name a document, so it needs no evidence."""
    yield "parent"
    if call.args["role"] == limits.compliance_role:
        yield "role"
    titles = {Suspicion: limits.compliance_title, NewSupplier: limits.newcomer_title}
    for kind, title in titles.items():
        if _is(kind, call.args["given"]):
            yield "given"
            if call.args["title"] == title:
                yield "title"


_CHECKS: Mapping[str, Callable[[FactCall, Limits], Iterator[str]]] = {
    "task.create": _of_task,
    "mail.draft": _of_letter,
    "supplier.bank_change.propose": _of_bank_change,
    "case.hand_over": _of_hand_over,
}


def _equal(expected: Frozen | None, args: Mapping[str, Any]) -> Iterator[str]:
    known = expected.model_dump(mode="json") if expected else {}
    return (name for name, value in args.items() if name in known and known[name] == value)


def _is(kind: type[Frozen], given: str) -> bool:
    try:
        kind.model_validate(orjson.loads(given))
    except (ValidationError, orjson.JSONDecodeError):
        return False
    return True
