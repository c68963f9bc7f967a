"""The facts of HR's proposals: what is proposed is computed again from the readings of the case.

What a request itself says (its days, its text, its entries) is quoted, not judged; all that follows
from it must equal what the readings come to.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from leitstand.policy import FactCall, FactMissing, facts
from leitstand.tool import Tool
from leitstand.values import Frozen
from policies.facts.hr.calendar import calendar_of
from policies.facts.hr.leave import LeaveRequest, leave_of
from policies.facts.hr.limits import HrLimits, hr_limits_of
from policies.facts.hr.request import Request, change_of, onboarding_of
from policies.facts.hr.sickness import SickNote, absence_of
from policies.facts.hr.worktime import conflict_in, violations_of
from tools.hr import (
    Employee,
    Entry,
    find_employees,
    get_change,
    get_employee,
    list_absences,
)

R = TypeVar("R", bound=BaseModel)
_YEAR = timedelta(days=365)


class LeaveFacts(Frozen):
    """What decides on a request for leave; `policies.facts.hr.leave` says what each means."""

    counted: bool
    no_days: bool
    balance_short: bool
    early: bool
    understaffed: bool
    carried_on: bool
    retroactive: bool
    undated: bool
    crosses_year: bool
    doubled: bool
    checked: frozenset[str]


class AbsenceFacts(Frozen):
    """What is told of an inability to work; nothing of it keeps it from being recorded."""

    six_weeks: bool
    waiting: bool
    leave_back: bool
    checked: frozenset[str]


class WorktimeFacts(Frozen):
    """`broken`: entries break a rule; `sound`: entries can be true."""

    broken: bool
    sound: bool
    checked: frozenset[str]


class ChangeFacts(Frozen):
    """What a request speaks of, by topic of the lexicon; who asks, and who would have to sign.

    `understood`: it speaks of something that the lexicon knows. `delta_known`: what
    changes is told, in euros or percent. `outside`: it comes from beyond the company.
    """

    bank_account: bool
    pay: bool
    contract: bool
    pay_data: bool
    profiling: bool
    fixed_term: bool
    written_form: bool
    probation: bool
    onboarding: bool
    understood: bool
    delta_known: bool
    outside: bool
    approval_roles: frozenset[str]
    approval_approvers: int
    checked: frozenset[str]


class HrTaskFacts(Frozen):
    """`checked`: arguments of a task that rest on HR's readings and settings."""

    checked: frozenset[str]


@facts("hr.leave.propose", model=LeaveFacts)
def leave_facts(call: FactCall) -> LeaveFacts:
    """The facts of a request for leave. Raises FactMissing: employee or absences were not read."""
    request = LeaveRequest(
        employee=_employee(call),
        away=_read(call, list_absences).value,
        limits=hr_limits_of(call.limits),
        kind=call.args["kind"],
        start=_day(call, "start"),
        end=_day(call, "end"),
        requested_on=_day(call, "requested_on") if call.args["requested_on"] else None,
    )
    proposal = leave_of(request, health_removed=call.args["health_removed"])
    lain = call.today - timedelta(days=request.limits.leave.undated_days)
    came = request.requested_on
    return LeaveFacts(
        counted=request.counted,
        no_days=not request.working_days,
        balance_short=request.short,
        early=request.early,
        understaffed=request.staffing is not None and request.staffing.short,
        carried_on=request.carried_on,
        retroactive=request.start < (came or lain),
        undated=came is None and lain <= request.start < call.today,
        crosses_year=request.counted and request.start.year != request.end.year,
        doubled=request.doubled,
        checked=_equal(proposal, call.args),
    )


@facts("hr.absence.record", model=AbsenceFacts)
def absence_facts(call: FactCall) -> AbsenceFacts:
    """The facts of a sick note. Raises FactMissing: employee or absences were not read."""
    note = SickNote(
        employee=_employee(call),
        away=_read(call, list_absences).value,
        limits=hr_limits_of(call.limits),
        start=_day(call, "start"),
        end=_day(call, "end"),
    )
    recorded = absence_of(note, health_removed=call.args["health_removed"])
    return AbsenceFacts(
        six_weeks=note.exceeds,
        waiting=note.waiting,
        leave_back=note.leave_days > 0,
        checked=_equal(recorded, call.args),
    )


@facts("hr.worktime.notify", model=WorktimeFacts)
def worktime_facts(call: FactCall) -> WorktimeFacts:
    """The facts of a notice. Raises FactMissing: the employee was not read."""
    limits = hr_limits_of(call.limits)
    entries = tuple(Entry.model_validate(row, strict=False) for row in call.args["entries"])
    found = violations_of(entries, calendar_of(_employee(call), limits), limits)
    same = [v.model_dump(mode="json") for v in found] == list(call.args["violations"])
    names = {"employee_id", "entries", *(("violations",) if same else ())}
    return WorktimeFacts(
        broken=bool(found), sound=conflict_in(entries) is None, checked=frozenset(names)
    )


@facts("payroll.change.propose", "onboarding.create_tasks", model=ChangeFacts)
def change_facts(call: FactCall) -> ChangeFacts:
    """The facts of a request by text. Raises FactMissing: it was not looked up whom it names."""
    limits = hr_limits_of(call.limits)
    person = call.evidence.one(get_employee)
    request = Request(
        text=call.args["text"],
        sender=call.args["sender"],
        limits=limits,
        today=max(call.today, limits.today or call.today),
        named=_read(call, find_employees).value,
        known_cents=person.value.salary_cents if person and person.value else None,
    )
    make = onboarding_of if call.tool == "onboarding.create_tasks" else change_of
    # A day without a year is the next after the message came, which may be long before now.
    came = (replace(request, today=request.today - back) for back in (timedelta(0), _YEAR))
    made = [make(asked, health_removed=call.args["health_removed"]) for asked in came]
    topics = request.topics
    return ChangeFacts(
        bank_account="bank_account" in topics,
        pay=request.paid,
        contract="contract" in topics,
        pay_data="pay_data" in topics,
        profiling="profiling" in topics,
        fixed_term="fixed_term" in topics,
        written_form="written_form" in topics,
        probation="probation" in topics,
        onboarding="onboarding" in topics,
        understood=bool(topics - {"sick_note"}),
        delta_known=request.pay.known,
        outside=request.origin == "outside",
        approval_roles=limits.requests.pay_roles,
        approval_approvers=limits.requests.pay_approvers,
        checked=frozenset(name for one in made for name in _equal(one, call.args)),
    )


@facts("task.create", model=HrTaskFacts)
def hr_task_facts(call: FactCall) -> HrTaskFacts:
    """What of a task for people rests on HR's data; nothing where the case is another's."""
    person = call.evidence.one(get_employee)
    named = call.evidence.one(find_employees)
    if person is None and named is None and call.evidence.one(get_change) is None:
        return HrTaskFacts(checked=frozenset())
    limits = hr_limits_of(call.limits)
    own = person.value.id if person is not None and person.value is not None else ""
    titles = {title.format(employee=own) for title in limits.titles.values()}
    return HrTaskFacts(checked=frozenset(_of_task(call.args, limits, titles)))


def _of_task(args: Mapping[str, Any], limits: HrLimits, titles: set[str]) -> set[str]:
    good = {"rules"}
    if set(args["roles"]) <= limits.tasks.roles:
        good.add("roles")
    if args["title"] in titles:
        good.add("title")
    return good


def _employee(call: FactCall) -> Employee:
    found = _read(call, get_employee).value
    if found is None:
        raise FactMissing("HR knows no such employee", where=call.tool)
    return found


def _read(call: FactCall, tool: Tool[Any, R]) -> R:
    found = call.evidence.one(tool)
    if found is None:
        raise FactMissing(f"no reading of `{tool.name}`", where=call.tool)
    return found


def _day(call: FactCall, name: str) -> date:
    return date.fromisoformat(call.args[name])


def _equal(expected: Frozen | None, args: Mapping[str, Any]) -> frozenset[str]:
    known = expected.model_dump(mode="json") if expected is not None else {}
    return frozenset(n for n, value in args.items() if n in known and known[n] == value)
