"""The payroll role: a change of pay that HR has had approved goes into a run, or to people.

    look -> enter -> tell
         -> tell

It is accounting's entrance for HR, with a role and grants of its own: what people earn is not for
everybody who sees invoices. It computes no pay and pays nobody: payroll's people sign what is
entered, and they run and release the payroll.
"""

from agents.payroll_case import PayrollCase
from agents.refusal import missing, refusal_of
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Missing, Refused, Rejected
from leitstand.role import CONTRADICTORY, Exit, Goto, Role, done, exception, goto, rejected
from policies.facts.hr.limits import hr_limits_of
from policies.facts.hr.payroll import entry_of
from tools.erp import FindPeriod, find_period
from tools.hr import Change, GetChange, GetEmployee, get_change, get_employee
from tools.payroll import FindEntries, enter_change, find_entries
from tools.task import CreateTask, create_task
from tools.tenant import GetTenant, tenant_data

role = Role(
    "payroll",
    PayrollCase,
    tools=[
        tenant_data,
        get_change,
        get_employee,
        find_period,
        find_entries,
        enter_change,
        create_task,
    ],
    queue={
        "system unreachable": ["payroll"],
        "data missing": ["payroll"],
        "contradictory results": ["payroll"],
    },
)


@role.step(then=["enter", "tell"])
async def look(case: PayrollCase, desk: Desk) -> Goto | Exit:
    """Read the change, whom it is about, its period, and what is entered for the employee."""
    try:
        found = await desk.call(get_change, GetChange(change_no=case.change_no))
        change = found.value
        if change is None:
            return missing(f"Änderung `{case.change_no}`")
        if change.delta_cents is None:
            return _by_hand(change, found.id)
        if change.employee_id is None or change.effective_on is None:
            absent = {"Mitarbeiter": change.employee_id, "Tag der Änderung": change.effective_on}
            return missing(*(name for name, value in absent.items() if value is None))
        wanted = GetEmployee(employee=change.employee_id, fields=("employment", "pay"))
        person = await desk.call(get_employee, wanted, evidence=(found.id,))
        if person.value is None:
            return missing(f"Mitarbeiter `{change.employee_id}`")
        period = await desk.call(find_period, FindPeriod(day=change.effective_on))
        wished = FindEntries(employee_id=change.employee_id)
        entries = await desk.call(find_entries, wished, evidence=(found.id,))
    except CallFailed as error:
        return exception(error.cause, error.text)
    return goto("enter", change=change, evidence=(found.id, person.id, period.id, entries.id))


def _by_hand(change: Change, reading: str) -> Goto | Exit:
    """What names no amount, of hours say, is for people to work out; if it is approved at all."""
    if change.state != "approved":
        text = f"Die Änderung `{change.change_no}` ist im Personalsystem nicht freigegeben."
        return exception(CONTRADICTORY, text)
    return goto("tell", change=change, evidence=(reading,))


@role.step(then=["tell"])
async def enter(case: PayrollCase, desk: Desk) -> Goto | Exit:
    """Enter it into its month's run; payroll signs, and what the rules refuse goes to people."""
    entry = entry_of(case.change) if case.change else None
    if entry is None:
        raise Missing("the change comes to no entry", where=case.change_no)
    try:
        entered = await desk.call(enter_change, entry, evidence=case.evidence)
    except Rejected as error:
        return rejected(error.text)
    except Refused as refused:
        return goto("tell", refusal=refusal_of(refused))
    except CallFailed as error:
        return exception(error.cause, error.text)
    return done(entry_no=entered.entry_no, run=entered.run)


@role.step()
async def tell(case: PayrollCase, desk: Desk) -> Exit:
    """Create the task for payroll's people: to enter what names no amount, or to clear it up."""
    try:
        limits = hr_limits_of((await desk.call(tenant_data, GetTenant())).data())
        task = CreateTask(
            kind="clarify" if case.refusal else "master_data",
            roles=tuple(sorted(limits.payroll.roles)),
            rules=case.refusal.rules if case.refusal else (),
            title=limits.titles["payroll"],
        )
        made = await desk.call(create_task, task, evidence=case.evidence)
    except CallFailed as error:
        if case.refusal is None:
            return exception(error.cause, error.text)
        return case.refusal.exit((error.text,))
    return case.refusal.exit() if case.refusal else done(task_no=made.task_no)
