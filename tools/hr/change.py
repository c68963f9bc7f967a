"""Changes that somebody asks for: of pay, of a contract, of an account; and new colleagues."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Kept, Money, Reading, Text, Word

ChangeState = Literal["requested", "approved", "withdrawn"]
"""Asked for and not decided; approved by those who may; taken back, whoever approved it."""

Request = Annotated[Text, Field(min_length=1, max_length=20_000)]


class ProposeChange(Frozen):
    """Propose what a request to HR asks for, to those who decide on such requests.

    `text` is the request without what tells of anybody's health, `sender` who asks. `old_cents` and
    `new_cents` are gross amounts of the same period, `delta_cents` the difference; with `once` it
    is paid a single time. Nothing is changed by it: payroll works with what was approved.
    """

    sender: Annotated[Text, Field(max_length=320)] = ""
    text: Request
    employee_id: Annotated[Identifier, Recorded("hr.employee.find", "value.*.id")] | None = None
    old_cents: Annotated[Money, Field(ge=0)] | None = None
    new_cents: Annotated[Money, Field(ge=0)] | None = None
    delta_cents: Money | None = None
    effective_on: date | None = None
    once: bool = False
    health_removed: bool = False


class EnteredChange(Frozen):
    """A proposed change as it was entered."""

    change_no: Identifier
    employee_id: Identifier | None = None
    delta_cents: Money | None = None


class GetChange(Frozen):
    """Get a change of pay or contract by its number."""

    change_no: Identifier


class Change(Frozen):
    """What payroll needs to know of a change, and no more: neither its words nor who asked.

    Amounts as in `ProposeChange`; None is what the request did not say.
    """

    change_no: Identifier
    employee_id: Identifier | None = None
    old_cents: Money | None = None
    new_cents: Money | None = None
    delta_cents: Money | None = None
    effective_on: date | None = None
    once: bool = False
    state: ChangeState


class FoundChange(Reading[Change | None]):
    """Reading of a change; None where none is of that number."""


class OnboardingTask(Frozen):
    """Something to be done for a new colleague: what, by which role, until when."""

    kind: Annotated[Word, Field(min_length=1, max_length=80)]
    role: Annotated[Identifier, Kept()]
    due: date


class CreateOnboarding(Frozen):
    """Create the tasks for a new colleague who starts on `starts_on`.

    They follow from the day of the start: what must be there before it (the works council's answer,
    BetrVG § 99), on it and after it (NachwG § 2).
    """

    sender: Annotated[Text, Field(max_length=320)] = ""
    text: Request
    starts_on: date
    tasks: Annotated[tuple[OnboardingTask, ...], Field(min_length=1, max_length=64)]
    health_removed: bool = False


class Onboarding(Frozen):
    """The tasks as they were created."""

    onboarding_no: Identifier
    starts_on: date
    tasks: tuple[OnboardingTask, ...]
