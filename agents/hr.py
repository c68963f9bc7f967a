"""The HR role: leave, sick notes, working time and requests by text come in; people decide.

    receive -> leave | sick | working_time | request -> ask
               request -> payroll

It prepares what people need to decide and records what needs no decision. A change that was
approved is given to payroll, whose answer is the case's end. It ranks and judges nobody, gives out
nobody's pay, changes no account; what it does not understand, people read.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from pydantic import BaseModel

from agents.hr_case import HrCase, handed
from agents.refusal import Refusal, missing, refusal_of
from leitstand.desk import Desk, hand_over
from leitstand.errors import CallFailed, Missing, Refused, Rejected
from leitstand.role import CONTRADICTORY, Exit, Goto, Role, done, exception, goto, rejected
from leitstand.tool import Tool
from policies.facts.compliance.limits import compliance_limits
from policies.facts.hr.calendar import calendar_of
from policies.facts.hr.leave import LeaveRequest, leave_of
from policies.facts.hr.limits import HrLimits, hr_limits_of
from policies.facts.hr.payroll import ApprovedChange
from policies.facts.hr.request import Request, change_of, onboarding_of, origin_of
from policies.facts.hr.sickness import SickNote, absence_of
from policies.facts.hr.worktime import conflict_in, violations_of
from tools.hr import (
    Absences,
    Employee,
    EmployeeField,
    FindEmployees,
    GetEmployee,
    ListAbsences,
    NotifyWorktime,
    create_onboarding,
    find_employees,
    get_employee,
    list_absences,
    notify_worktime,
    propose_change,
    propose_leave,
    record_absence,
)
from tools.task import CreateTask, TaskKind, create_task
from tools.tenant import GetTenant, tenant_data

A = TypeVar("A", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)

_LONGEST = 1100
"""Days that one request can reach over: three years; longer is a slip of the pen."""

_ACCOUNT = "G-H10"

role = Role(
    "hr",
    HrCase,
    tools=[
        tenant_data,
        get_employee,
        find_employees,
        list_absences,
        propose_leave,
        record_absence,
        notify_worktime,
        propose_change,
        create_onboarding,
        create_task,
        hand_over,
    ],
    queue={
        "system unreachable": ["hr"],
        "data missing": ["hr"],
        "contradictory results": ["hr"],
    },
)


@role.step(then=["leave", "sick", "working_time", "request"])
async def receive(case: HrCase, desk: Desk) -> Goto | Exit:
    """What kind of case it is; what nobody knows, or lacks what it needs, goes to people.

    A report (G-C05) is the reporting office's alone.
    """
    if case.sealed:
        limits = compliance_limits((await desk.call(tenant_data, GetTenant())).data())
        return exception(CONTRADICTORY, limits.sealed_reason, roles=limits.reporting_people)
    if case.unusable:
        return missing(*case.unusable)
    if case.kind == "unknown":
        return missing("Art des Vorgangs")
    if case.start and case.end:
        if case.end < case.start:
            return exception(CONTRADICTORY, f"Ende {case.end} liegt vor dem Beginn {case.start}")
        if (case.end - case.start).days > _LONGEST:
            return exception(CONTRADICTORY, f"Zeitraum {case.start} bis {case.end} ist zu lang")
    return goto(case.kind)


@role.step(then=["ask"])
async def leave(case: HrCase, desk: Desk) -> Goto | Exit:
    """Propose the leave with its days and balances; the manager decides."""
    try:
        known = await _absent(case, desk, ("employment", "calendar", "leave"))
        if isinstance(known, Exit):
            return known
        if origin_of(case.sender, known.limits) == "outside":
            return exception(CONTRADICTORY, known.limits.titles["outside"])
        came = case.today or known.limits.today
        proposal = leave_of(
            LeaveRequest(
                known.person, known.away, known.limits, case.leave, *_days(case), requested_on=came
            ),
            health_removed=case.health_removed,
        )
    except CallFailed as error:
        return exception(error.cause, error.text)
    return await _propose(desk, propose_leave, proposal, known)


@role.step(then=["ask"])
async def sick(case: HrCase, desk: Desk) -> Goto | Exit:
    """Record the inability to work, with certificate and pay; never its reason."""
    try:
        known = await _absent(case, desk, ("employment", "calendar", "insurance"))
        if isinstance(known, Exit):
            return known
        absence = absence_of(
            SickNote(known.person, known.away, known.limits, *_days(case)),
            health_removed=case.health_removed,
        )
    except CallFailed as error:
        return exception(error.cause, error.text)
    return await _propose(desk, record_absence, absence, known)


@role.step(then=["ask"])
async def working_time(case: HrCase, desk: Desk) -> Goto | Exit:
    """Hold the entries against the law; the manager hears of what they break."""
    if conflict := conflict_in(case.entries):
        return exception(CONTRADICTORY, conflict)
    first = min(e.start for e in case.entries).date()
    last = max(e.end for e in case.entries).date()
    try:
        known = await _look_up(case, desk, ("employment", "calendar"), first, last)
        if isinstance(known, Exit):
            return known
        calendar = calendar_of(known.person, known.limits)
    except CallFailed as error:
        return exception(error.cause, error.text)
    broken = violations_of(case.entries, calendar, known.limits)
    if not broken:
        return done(violations=[])
    notice = NotifyWorktime(employee_id=known.person.id, entries=case.entries, violations=broken)
    return await _propose(desk, notify_worktime, notice, known)


@role.step(then=["ask", "payroll"])
async def request(case: HrCase, desk: Desk) -> Goto | Exit:
    """Propose what a message asks for; the rules say whether anybody may even decide on it."""
    try:
        asked, known = await _asked(case, desk)
    except CallFailed as error:
        return exception(error.cause, error.text)
    if asked.main != "onboarding":
        change = change_of(asked, health_removed=case.health_removed)
        end = await _propose(desk, propose_change, change, known)
        if isinstance(end, Exit) and end.kind == "done":
            return goto("payroll", change_no=end.result["change_no"])
        return end
    tasks = onboarding_of(asked, health_removed=case.health_removed)
    if tasks is None:
        return missing("Tag des Eintritts")
    return await _propose(desk, create_onboarding, tasks, known)


@role.step()
async def payroll(case: HrCase, desk: Desk) -> Exit:
    """Give payroll what was approved, and end as its case does: entered, or left to its people."""
    limits, given = await _limits(desk), ApprovedChange(change_no=case.change_no)
    try:
        told = await desk.hand_over(limits.payroll.agent, given, limits.titles["payroll"])
    except CallFailed as error:
        told = exception(error.cause, error.text, roles=limits.payroll.roles)
    return handed(told or missing("Antwort der Entgeltabrechnung"), case.change_no)


@role.step()
async def ask(case: HrCase, desk: Desk) -> Exit:
    """Tell the people whom the rules name, and leave the case to them."""
    refusal = case.refusal or Refusal()
    kind: TaskKind = "call_back" if _ACCOUNT in refusal.rules else "clarify"
    undone = await _tell(case, desk, case.kind, refusal.roles or ("hr",), kind)
    return refusal.exit(undone)


async def _tell(
    case: HrCase, desk: Desk, title: str, roles: tuple[str, ...], kind: TaskKind
) -> tuple[str, ...]:
    """Create a task; what went wrong with it."""
    try:
        limits = await _limits(desk)
        task = CreateTask(
            kind=kind,
            roles=tuple(sorted(roles)),
            rules=case.refusal.rules if case.refusal else (),
            title=limits.titles[title].format(employee=case.person),
        )
        await desk.call(create_task, task, evidence=case.evidence)
    except CallFailed as error:
        return (error.text,)
    return ()


async def _propose(
    desk: Desk, tool: Tool[A, R], proposal: A, known: "_Evidence | _Known"
) -> Goto | Exit:
    """Call a write; what the guard refuses goes to people, with all that is known."""
    try:
        made = await desk.call(tool, proposal, evidence=known.evidence)
    except Rejected as error:
        return rejected(error.text)
    except Refused as refused:
        return goto(
            "ask",
            refusal=refusal_of(refused),
            evidence=known.evidence,
            person=known.number,
        )
    except CallFailed as error:
        return exception(error.cause, error.text)
    given = made.model_dump(mode="json")
    return done(**{name: value for name, value in given.items() if name.endswith("_no")})


async def _asked(case: HrCase, desk: Desk) -> tuple[Request, "_Evidence"]:
    """The request, whom it names, and what they earn where that has to be known."""
    limits = await _limits(desk)
    today = case.today or limits.today or (await desk.now()).date()
    named = await desk.call(find_employees, FindEmployees(text=case.text))
    asked = Request(case.text, case.sender, limits, today, named.value)
    person = asked.employee
    if person is None or not asked.paid or asked.pay.delta_cents is not None:
        return asked, _Evidence((named.id,))
    found = await desk.call(get_employee, GetEmployee(employee=person.id, fields=("pay",)))
    known = found.value.salary_cents if found.value is not None else None
    completed = replace(asked, known_cents=known)
    return completed, _Evidence((named.id, found.id))


async def _absent(case: HrCase, desk: Desk, fields: tuple[EmployeeField, ...]) -> "_Known | Exit":
    """The employee, and who of the department is away on the days of the case."""
    start, end = _days(case)
    known = await _look_up(case, desk, fields, start, end)
    if isinstance(known, Exit):
        return known
    wanted = ListAbsences(employee_id=known.person.id, start=start, end=end)
    away = await desk.call(list_absences, wanted, evidence=known.evidence)
    return replace(known, away=away.value, evidence=(*known.evidence, away.id))


async def _look_up(
    case: HrCase, desk: Desk, fields: tuple[EmployeeField, ...], start: date, end: date
) -> "_Known | Exit":
    """The employee, if employed on all these days; no more of the record than `fields`."""
    limits = await _limits(desk)
    found = await desk.call(get_employee, GetEmployee(employee=case.employee, fields=fields))
    person = found.value
    if person is None:
        return missing(f"Mitarbeiter `{case.employee}`")
    if person.entry is not None and start < person.entry:
        return exception(CONTRADICTORY, f"{start} liegt vor dem Eintritt am {person.entry}")
    if person.exit is not None and end > person.exit:
        return exception(CONTRADICTORY, f"{end} liegt nach dem Austritt am {person.exit}")
    return _Known((found.id,), limits, person, Absences(department=""))


async def _limits(desk: Desk) -> HrLimits:
    tenant = await desk.call(tenant_data, GetTenant())
    return hr_limits_of(tenant.data())


def _days(case: HrCase) -> tuple[date, date]:
    if case.start is None or case.end is None:
        raise Missing("the case has no days", where=case.kind)
    return case.start, case.end


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Ids of the readings that a proposal rests on."""

    evidence: tuple[str, ...]

    @property
    def number(self) -> str:
        """Whom the case is about: nobody in particular."""
        return ""


@dataclass(frozen=True, slots=True)
class _Known:
    """An employee, the house, and who else is away, with the readings that say so."""

    evidence: tuple[str, ...]
    limits: HrLimits
    person: Employee
    away: Absences

    @property
    def number(self) -> str:
        """Whom the case is about."""
        return self.person.id
