"""The HR system: employees, absences, leave, working time, changes of pay and contract."""

from leitstand.tool import tool
from tools.hr.absence import (
    Absence,
    Absences,
    FoundAbsences,
    ListAbsences,
    RecordAbsence,
    RecordedAbsence,
)
from tools.hr.change import (
    Change,
    ChangeState,
    CreateOnboarding,
    EnteredChange,
    FoundChange,
    GetChange,
    Onboarding,
    OnboardingTask,
    ProposeChange,
)
from tools.hr.employee import (
    Employee,
    EmployeeField,
    FindEmployees,
    FoundEmployee,
    FoundEmployees,
    GetEmployee,
    Granted,
    Named,
)
from tools.hr.leave import EnteredLeave, LeaveYear, ProposeLeave
from tools.hr.port import Hr
from tools.hr.worktime import Entry, Notice, NotifyWorktime, Violation, WorktimeRule

__all__ = [
    "Absence",
    "Absences",
    "Change",
    "ChangeState",
    "CreateOnboarding",
    "Employee",
    "EmployeeField",
    "EnteredChange",
    "EnteredLeave",
    "Entry",
    "FindEmployees",
    "FoundAbsences",
    "FoundChange",
    "FoundEmployee",
    "FoundEmployees",
    "GetChange",
    "GetEmployee",
    "Granted",
    "Hr",
    "LeaveYear",
    "ListAbsences",
    "Named",
    "Notice",
    "NotifyWorktime",
    "Onboarding",
    "OnboardingTask",
    "ProposeChange",
    "ProposeLeave",
    "RecordAbsence",
    "RecordedAbsence",
    "Violation",
    "WorktimeRule",
    "create_onboarding",
    "find_employees",
    "get_change",
    "get_employee",
    "list_absences",
    "notify_worktime",
    "propose_change",
    "propose_leave",
    "record_absence",
]


async def _leave(key: str, hr: Hr) -> EnteredLeave | None:
    return await hr.leave_of(key)


async def _absence(key: str, hr: Hr) -> RecordedAbsence | None:
    return await hr.absence_of(key)


async def _notice(key: str, hr: Hr) -> Notice | None:
    return await hr.notice_of(key)


async def _change(key: str, hr: Hr) -> EnteredChange | None:
    return await hr.change_of(key)


async def _onboarding(key: str, hr: Hr) -> Onboarding | None:
    return await hr.onboarding_of(key)


# Leave that is taken meanwhile changes the balance: it is read again before a signature counts.
@tool("hr.employee.get", watch=True)
async def get_employee(args: GetEmployee, hr: Hr) -> FoundEmployee:
    """Get an employee by number or full name; of the record only what is asked for."""
    return await hr.get_employee(args)


@tool("hr.employee.find")
async def find_employees(args: FindEmployees, hr: Hr) -> FoundEmployees:
    """Find the employees whom a text names."""
    return await hr.find_employees(args)


@tool("hr.absence.list", watch=True)
async def list_absences(args: ListAbsences, hr: Hr) -> FoundAbsences:
    """List who of an employee's department is away."""
    return await hr.list_absences(args)


# What was approved may be withdrawn: it is read again before a signature counts.
@tool("payroll.change.get", watch=True)
async def get_change(args: GetChange, hr: Hr) -> FoundChange:
    """Get a change of pay or contract, and whether it is approved."""
    return await hr.get_change(args)


@tool(
    "hr.leave.propose",
    writes="hr.leave",
    key=("employee_id", "kind", "start", "end"),
    idempotent=True,
    reconcile=_leave,
)
async def propose_leave(args: ProposeLeave, hr: Hr, key: str) -> EnteredLeave:
    """Enter a request for leave with its days and balances."""
    return await hr.propose_leave(args, key)


@tool(
    "hr.absence.record",
    writes="hr.absence",
    key=("employee_id", "start", "end"),
    idempotent=True,
    reconcile=_absence,
)
async def record_absence(args: RecordAbsence, hr: Hr, key: str) -> RecordedAbsence:
    """Record an inability to work, never its reason."""
    return await hr.record_absence(args, key)


# No business key: the same week may be looked at again.
@tool("hr.worktime.notify", writes="hr.notice", idempotent=True, reconcile=_notice)
async def notify_worktime(args: NotifyWorktime, hr: Hr, key: str) -> Notice:
    """Tell the manager which rules on working time were broken."""
    return await hr.notify_worktime(args, key)


# No business key: who asks twice has two requests, and people see both.
@tool("payroll.change.propose", writes="payroll.change", idempotent=True, reconcile=_change)
async def propose_change(args: ProposeChange, hr: Hr, key: str) -> EnteredChange:
    """Propose a change of pay, contract or account as somebody asks for it."""
    return await hr.propose_change(args, key)


@tool(
    "onboarding.create_tasks",
    writes="hr.onboarding",
    idempotent=True,
    reconcile=_onboarding,
)
async def create_onboarding(args: CreateOnboarding, hr: Hr, key: str) -> Onboarding:
    """Create the tasks for a new colleague."""
    return await hr.create_onboarding(args, key)
