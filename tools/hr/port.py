"""The port of the HR system."""

from typing import Protocol

from leitstand.tool import Port
from tools.hr.absence import FoundAbsences, ListAbsences, RecordAbsence, RecordedAbsence
from tools.hr.change import (
    CreateOnboarding,
    EnteredChange,
    FoundChange,
    GetChange,
    Onboarding,
    ProposeChange,
)
from tools.hr.employee import FindEmployees, FoundEmployee, FoundEmployees, GetEmployee
from tools.hr.leave import EnteredLeave, ProposeLeave
from tools.hr.worktime import Notice, NotifyWorktime


class Hr(Port, Protocol):
    """An HR system. Every write takes the idempotency key. Raises only `CallFailed`."""

    async def get_employee(self, args: GetEmployee) -> FoundEmployee:
        """An employee by number or full name, with the groups of fields that were asked for."""
        ...

    async def find_employees(self, args: FindEmployees) -> FoundEmployees:
        """Who is named in a text."""
        ...

    async def list_absences(self, args: ListAbsences) -> FoundAbsences:
        """Who of a department is away."""
        ...

    async def get_change(self, args: GetChange) -> FoundChange:
        """A change of pay or contract by its number, with its state."""
        ...

    async def propose_leave(self, args: ProposeLeave, key: str) -> EnteredLeave:
        """A request for leave, decided by the manager."""
        ...

    async def record_absence(self, args: RecordAbsence, key: str) -> RecordedAbsence:
        """An inability to work."""
        ...

    async def notify_worktime(self, args: NotifyWorktime, key: str) -> Notice:
        """A notice to the manager."""
        ...

    async def propose_change(self, args: ProposeChange, key: str) -> EnteredChange:
        """A change of pay or contract that was decided on, for payroll to work with."""
        ...

    async def create_onboarding(self, args: CreateOnboarding, key: str) -> Onboarding:
        """The tasks for a new colleague."""
        ...

    async def leave_of(self, key: str) -> EnteredLeave | None:
        """The request that was entered under `key`, for reconciling."""
        ...

    async def absence_of(self, key: str) -> RecordedAbsence | None:
        """The absence that was recorded under `key`."""
        ...

    async def notice_of(self, key: str) -> Notice | None:
        """The notice that was given under `key`."""
        ...

    async def change_of(self, key: str) -> EnteredChange | None:
        """The change that was proposed under `key`."""
        ...

    async def onboarding_of(self, key: str) -> Onboarding | None:
        """The tasks that were created under `key`."""
        ...
