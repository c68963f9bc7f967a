"""The treasury role: what is due becomes a file for the bank, or is left to people.

    look -> prepare -> tell
         -> tell

It pays nobody: two people sign the list, and people release the file in the bank.
"""

from zoneinfo import ZoneInfo

from agents.refusal import missing, refusal_of
from agents.treasury_case import LeftOut, TreasuryCase
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Missing, Refused, Rejected
from leitstand.role import Exit, Goto, Role, done, exception, goto, rejected
from policies.facts.limits import limits_of
from policies.facts.treasury.limits import TreasuryLimits, treasury_limits_of
from policies.facts.treasury.order import order_of, screenings_of, sorted_out
from tools.sanctions import Screen, Screened, screen
from tools.task import CreateTask, create_task
from tools.tenant import GetTenant, tenant_data
from tools.treasury import DuePayment, FindDue, find_due, prepare_order

_HERE = ZoneInfo("Europe/Berlin")
_LISTED = "listed"
_SAID = {"order_no", "file", "transfers", "total_cents"}

role = Role(
    "treasury",
    TreasuryCase,
    tools=[tenant_data, find_due, screen, prepare_order, create_task],
    queue={
        "system unreachable": ["treasury"],
        "data missing": ["treasury"],
        "contradictory results": ["treasury"],
    },
)


@role.step(then=["prepare", "tell"])
async def look(case: TreasuryCase, desk: Desk) -> Goto | Exit:
    """Read what is due, look up every payee in the sanctions list, sort out what may be paid."""
    day = case.execute_on or (await desk.now()).astimezone(_HERE).date()
    try:
        tenant = (await desk.call(tenant_data, GetTenant())).data()
        own = treasury_limits_of(tenant)
        if not own.iban or not own.holder:
            return missing("das eigene Konto (`holder` und `iban` in treasury.json)")
        due = await desk.call(find_due, FindDue(until=case.until or day))
        found = await _screened(desk, due.value.payments, own)
    except CallFailed as error:
        return exception(error.cause, error.text)
    known = screenings_of(reading.value for reading in found)
    fit = sorted_out(due.value.payments, day, known, limits_of(tenant))
    left = tuple(LeftOut(payment_no=p.payment_no, why=why) for p, why in fit.left)
    evidence = (due.id, *(reading.id for reading in found))
    order = order_of(fit.sound, day, own)
    if order is None and not left:
        return done(transfers=0)
    return goto("prepare" if order else "tell", order=order, left=left, evidence=evidence)


async def _screened(
    desk: Desk, payments: tuple[DuePayment, ...], own: TreasuryLimits
) -> tuple[Screened, ...]:
    """Each payee by itself, so that a match says whom it is of."""
    names = dict.fromkeys(p.creditor_name for p in payments) if own.screening else ()
    return tuple(await desk.gather(*(desk.call(screen, Screen(names=(n,))) for n in names)))


@role.step(then=["tell"])
async def prepare(case: TreasuryCase, desk: Desk) -> Goto | Exit:
    """Prepare the file once the list is signed; what the rules refuse goes to people."""
    if case.order is None:
        raise Missing("the case has no order", where="treasury")
    try:
        order = await desk.call(prepare_order, case.order, evidence=case.evidence)
    except Rejected as error:
        return rejected(error.text)
    except Refused as refused:
        return goto("tell", refusal=refusal_of(refused))
    except CallFailed as error:
        return exception(error.cause, error.text)
    return goto("tell", prepared=order)


@role.step()
async def tell(case: TreasuryCase, desk: Desk) -> Exit:
    """Create the task for what is left, and end with what came of the rest."""
    try:
        own = treasury_limits_of((await desk.call(tenant_data, GetTenant())).data())
        if case.left or case.refusal:
            await desk.call(create_task, _task(case, own), evidence=case.evidence)
    except CallFailed as error:
        if case.refusal is None:
            return exception(error.cause, error.text)
        return case.refusal.exit((error.text,))
    if case.refusal:
        return case.refusal.exit()
    said = case.prepared.model_dump(mode="json", include=_SAID) if case.prepared else {}
    left = [f"{one.payment_no}: {own.reasons[one.why]}" for one in case.left]
    return done(**said, left=left)


def _task(case: TreasuryCase, own: TreasuryLimits) -> CreateTask:
    listed = any(one.why == _LISTED for one in case.left)
    return CreateTask(
        kind="clarify",
        roles=tuple(sorted({*own.roles, *(own.screening_roles if listed else ())})),
        rules=case.refusal.rules if case.refusal else (),
        title=own.title,
    )
