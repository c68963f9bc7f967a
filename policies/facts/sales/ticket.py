"""The facts of a ticket, and of the alarm that goes before one."""

from collections.abc import Mapping
from typing import Any

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.sales.dossier import dossier_of
from policies.facts.sales.limits import SalesLimits, sales_limits
from policies.facts.sales.quote import orders_in
from policies.facts.sales.service import roles_of, service_of, ticket_of
from tools.mail import read_mail
from tools.task import CreateTask

DANGER, EXPORT = "G-S05", "G-S06"


class TicketFacts(Frozen):
    """What is measured of a ticket.

    `danger`: somebody is hurt or in danger. `serial_known`: the installed base has the machine that
    is named. `orders`, `contradictions`: as with quotes. `doubts`: what else the mail may be about.
    `checked`: arguments that equal what the mail comes to.
    """

    danger: bool
    serial_known: bool
    orders: frozenset[str]
    contradictions: frozenset[str]
    doubts: frozenset[str]
    queue_roles: frozenset[str]
    checked: frozenset[str]


class AlarmFacts(Frozen):
    """`checked`: arguments of a task that equal the alarm that the mail calls for."""

    checked: frozenset[str]


@facts("ticket.create", model=TicketFacts)
def ticket_facts(call: FactCall) -> TicketFacts:
    """The facts of the ticket that a mail becomes.

    Raises FactMissing: the mail is not among the evidence.
    """
    dossier = dossier_of(call)
    service, ticket = service_of(dossier), ticket_of(dossier)
    known = ticket.model_dump(mode="json") if ticket else {}
    return TicketFacts(
        danger=service.danger,
        serial_known=service.known_serial,
        orders=orders_in(dossier),
        contradictions=frozenset(service.contradictions),
        doubts=frozenset(service.doubts),
        queue_roles=frozenset(roles_of(service, dossier.limits)),
        checked=_equal(known, call.args),
    )


@facts("task.create", model=AlarmFacts)
def alarm_facts(call: FactCall) -> AlarmFacts:
    """A task against the one that is called for; tasks of other departments are not ours."""
    task = _expected(call)
    known = task.model_dump(mode="json") if task else {}
    return AlarmFacts(checked=_equal(known, call.args))


def alarm_of(limits: SalesLimits) -> CreateTask:
    """The task for those who are told at once. It quotes nothing: the mail is with the case."""
    return CreateTask(
        kind="safety", roles=limits.safety_roles, rules=(DANGER,), title=limits.alarm_title
    )


def export_task(limits: SalesLimits) -> CreateTask:
    """The task for those who decide on an export."""
    return CreateTask(
        kind="compliance",
        roles=limits.export_roles,
        rules=(EXPORT,),
        title=limits.compliance_title,
    )


def _expected(call: FactCall) -> CreateTask | None:
    """The task that is called for; what an export is about stands in the case itself."""
    if "sales" not in call.limits:
        return None
    if EXPORT in call.args["rules"]:
        return export_task(sales_limits(call.limits))
    if call.evidence.one(read_mail) is None:
        return None
    dossier = dossier_of(call)
    return alarm_of(dossier.limits) if service_of(dossier).danger else None


def _equal(known: Mapping[str, Any], args: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(n for n, value in args.items() if n in known and known[n] == value)
