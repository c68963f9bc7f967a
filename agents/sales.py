"""The sales role: a customer's mail comes in, a draft of a quote or a ticket goes out.

    read -> quote
         -> ticket
         -> follow_up

The mail is read by rules into products and quantities, or into what service needs to know. The role
never decides and never promises: it proposes, the guard answers, a person sends. Danger to people
is told to a person before anything else.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from agents.sales_case import SalesCase, broken_off, judged, unclear
from leitstand.desk import Desk, hand_over
from leitstand.errors import CallFailed, Refused, Rejected
from leitstand.role import DATA_MISSING, Exit, Goto, Role, done, exception, goto, rejected
from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.export import export_findings
from policies.facts.sales.letter import export_of, letter_of
from policies.facts.sales.limits import SalesLimits, sales_limits
from policies.facts.sales.offer import open_questions, quote_of, wanted_of
from policies.facts.sales.service import (
    asks_for_quote,
    product_words,
    roles_of,
    serials_in,
    service_of,
    ticket_of,
)
from policies.facts.sales.ticket import alarm_of
from tools.catalog import FindProducts, find_products
from tools.crm import FoundCustomer, GetCustomer, get_customer
from tools.mail import ReadMail, TemplateId, draft_mail, read_mail
from tools.pricing import calculate_price
from tools.quotes import FoundQuote, GetQuote, create_quote, get_quote
from tools.task import create_task
from tools.tenant import GetTenant, tenant_data
from tools.tickets import FindMachines, create_ticket, find_machines

_ANSWERED = "reply"
"""The signal that a customer has answered a quote."""
_MORNING = time(7, tzinfo=UTC)

role = Role(
    "sales",
    SalesCase,
    tools=[
        tenant_data,
        read_mail,
        find_products,
        get_customer,
        find_machines,
        calculate_price,
        get_quote,
        create_quote,
        create_ticket,
        draft_mail,
        create_task,
        hand_over,
    ],
    queue={
        "system unreachable": ["sales_rep"],
        "data missing": ["sales_rep"],
        "contradictory results": ["sales_rep"],
    },
)


@dataclass(frozen=True, slots=True)
class Known:
    """A dossier and the ids of the readings that it was made of."""

    dossier: SalesDossier
    evidence: tuple[str, ...]


@role.step(then=["quote", "ticket", "follow_up"])
async def read(case: SalesCase, desk: Desk) -> Goto | Exit:
    """Say what comes in: a request for a quote, a mail for service, or a quote to follow up."""
    if case.kind == "follow_up":
        missing = [n for n in ("quote_no", "sent_on") if getattr(case, n) is None]
        return _lacking(*missing) if missing else goto("follow_up")
    if not case.kind or not case.mail.strip():
        return _lacking("mail" if case.kind else "kind")
    try:
        known = await _look_up(case, desk)
    except CallFailed as error:
        return broken_off(error)
    wants = case.kind == "quote" or (case.kind == "mail" and asks_for_quote(known.dossier))
    return goto("quote" if wants else "ticket", evidence=known.evidence)


@role.step()
async def quote(case: SalesCase, desk: Desk) -> Exit:
    """Propose the quote; once it is drafted, a letter to go with it."""
    known = await _look_up(case, desk)
    dossier = known.dossier
    missing, wrong = open_questions(dossier)
    wanted = wanted_of(dossier)
    if wanted is None:
        return await _unpriced(dossier, desk)
    try:
        price = await desk.call(calculate_price, wanted)
        draft = await desk.call(
            create_quote, quote_of(dossier, price.value), evidence=known.evidence
        )
    except Rejected as error:
        return rejected(error.text)
    except Refused as refused:
        return await _refused(dossier, desk, judged(refused, (*wrong, *missing)))
    except CallFailed as error:
        return broken_off(error)
    undone = await _write(case, desk, draft.quote_no, "quote_letter")
    return done(quote_no=draft.quote_no, version=draft.version, **undone)


@role.step()
async def ticket(case: SalesCase, desk: Desk) -> Exit:
    """Propose the ticket; where somebody is hurt or in danger, tell a person before that."""
    known = await _look_up(case, desk)
    dossier, service = known.dossier, service_of(known.dossier)
    proposed = ticket_of(dossier)
    roles = roles_of(service, dossier.limits)
    try:
        if service.danger:
            await desk.call(create_task, alarm_of(dossier.limits), evidence=known.evidence)
        if proposed is None:
            return unclear(service.missing, service.contradictions, roles)
        made = await desk.call(create_ticket, proposed, evidence=known.evidence)
    except Rejected as error:
        return rejected(error.text)
    except Refused as refused:
        return judged(refused, (*service.contradictions, *service.doubts))
    except CallFailed as error:
        urgent = dossier.limits.safety_roles if service.danger else roles
        return exception(error.cause, error.text, roles=urgent)
    return done(
        ticket_no=made.ticket_no, criteria=list(service.about.criteria if service.about else ())
    )


@role.step()
async def follow_up(case: SalesCase, desk: Desk) -> Exit:
    """Wait for an answer to a quote that was sent; draft a letter if none comes in time."""
    if case.quote_no is None or case.sent_on is None:
        return _lacking("quote_no", "sent_on")
    try:
        limits = await _limits(desk)
        found = await desk.call(get_quote, GetQuote(quote_no=case.quote_no))
    except CallFailed as error:
        return broken_off(error)
    if found.value is None:
        return exception(DATA_MISSING, f"es gibt kein Angebot {case.quote_no}")
    day = case.sent_on + timedelta(days=limits.follow_up_days)
    if await desk.wait(_ANSWERED, until=datetime.combine(day, _MORNING)) is not None:
        return done(quote_no=case.quote_no, answered=True)
    undone = await _write(case, desk, case.quote_no, "quote_follow_up")
    return done(quote_no=case.quote_no, answered=False, **undone)


async def _look_up(case: SalesCase, desk: Desk) -> Known:
    """The mail, and what the systems know of all that it may speak of."""
    limits, mail = await desk.gather(
        _limits(desk), desk.call(read_mail, ReadMail(text=case.mail, received=case.received))
    )
    body = mail.value.body
    products, machines = await desk.gather(
        desk.call(find_products, FindProducts(text=f"{body}\n{product_words(body)}")),
        desk.call(find_machines, FindMachines(serials=serials_in(body))),
    )
    customer, quoted = await desk.gather(_customer(case, desk), _quote(case, desk))
    dossier = SalesDossier(
        limits,
        mail.value,
        products.value,
        customer.value if customer else None,
        machines.value,
        quoted.value if quoted else None,
    )
    readings = (mail, products, machines, *(r for r in (customer, quoted) if r is not None))
    return Known(dossier, tuple(reading.id for reading in readings))


async def _limits(desk: Desk) -> SalesLimits:
    return sales_limits((await desk.call(tenant_data, GetTenant())).data())


async def _customer(case: SalesCase, desk: Desk) -> FoundCustomer | None:
    if case.customer_id is None:
        return None
    return await desk.call(get_customer, GetCustomer(customer_id=case.customer_id))


async def _quote(case: SalesCase, desk: Desk) -> FoundQuote | None:
    if case.quote_no is None:
        return None
    return await desk.call(get_quote, GetQuote(quote_no=case.quote_no))


async def _unpriced(dossier: SalesDossier, desk: Desk) -> Exit:
    """Nothing of the catalogue is asked for: people take over, compliance where it is exported."""
    missing, wrong = open_questions(dossier)
    end = unclear(missing, wrong, dossier.limits.sales_rep)
    return await _refused(dossier, desk, end)


async def _refused(dossier: SalesDossier, desk: Desk, end: Exit) -> Exit:
    """What may leave the country, or must not, is given to compliance before the case ends."""
    if not export_findings(dossier.text, dossier.wanted, dossier.limits).any:
        return end
    limits = dossier.limits
    given = {"export": export_of(dossier).model_dump(mode="json")}
    try:
        await desk.hand_over(limits.compliance_role, given, limits.compliance_title, wait=False)
    except CallFailed as error:
        undone = {**end.result, "undone": [error.text]}
        return end.model_copy(update={"result": undone})
    return end


async def _write(
    case: SalesCase, desk: Desk, quote_no: str, template: TemplateId
) -> dict[str, object]:
    """Draft a letter about a quote; what could not be done is named, and the quote stands."""
    try:
        found = await desk.call(get_quote, GetQuote(quote_no=quote_no))
        if found.value is None:
            return {"undone": [f"es gibt kein Angebot {quote_no}"]}
        customer = None
        if found.value.customer_id is not None:
            asked = GetCustomer(customer_id=found.value.customer_id)
            customer = await desk.call(get_customer, asked)
        letter = letter_of(template, found.value, customer.value if customer else None)
        readings = (found.id, *((customer.id,) if customer else ()))
        await desk.call(draft_mail, letter, evidence=readings)
    except CallFailed as error:
        return {"undone": [error.text]}
    return {}


def _lacking(*fields: str) -> Exit:
    return exception(DATA_MISSING, f"es fehlt: {', '.join(fields)}", fields=list(fields))
