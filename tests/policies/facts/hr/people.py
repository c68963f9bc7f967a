"""Employees, requests and limits for the tests of HR's facts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from policies.facts.hr.leave import LeaveRequest
from policies.facts.hr.limits import HrLimits, hr_limits_of
from policies.facts.hr.sickness import SickNote
from tools.hr import Absence, Absences, Employee, Entry

__all__ = ["day", "entry", "limits", "note", "person", "request"]


def day(text: str) -> date:
    """A day as 2026-11-16."""
    return date.fromisoformat(text)


def limits(**own: Any) -> HrLimits:  # noqa: ANN401 - fields of several types
    """The settings of a company."""
    return hr_limits_of({"hr": own})


def person(**own: Any) -> Employee:  # noqa: ANN401 - fields of several types
    """An employee, five days a week in Bremen, for years."""
    usual: dict[str, Any] = {
        "id": "P1",
        "name": "Ada Roth",
        "department": "Werk",
        "entry": date(2015, 1, 1),
        "state": "HB",
        "days_per_week": 5,
        "contract_days": Decimal(30),
        "taken": Decimal(0),
        "insurance": "GKV",
    }
    return Employee(**{**usual, **own})


def request(
    start: str,
    end: str,
    who: Employee | None = None,
    *,
    came: str | None = "2026-01-02",
    **more: Any,  # noqa: ANN401 - fields of several types
) -> LeaveRequest:
    """A request for annual leave."""
    return LeaveRequest(
        employee=who or person(),
        away=Absences(
            department="Werk",
            staff=more.pop("staff", ("P1",)),
            absences=tuple(
                Absence(employee=e, start=day(a), end=day(b), kind=k)
                for e, a, b, k in more.pop("away", ())
            ),
        ),
        limits=limits(**more.pop("limits", {})),
        kind=more.pop("kind", "Erholungsurlaub"),
        start=day(start),
        end=day(end),
        requested_on=day(came) if came else None,
    )


def note(start: str, end: str, who: Employee | None = None, **own: Any) -> SickNote:  # noqa: ANN401 - fields of several types
    """A sick note."""
    return SickNote(who or person(), Absences(department=""), limits(**own), day(start), day(end))


def entry(start: str, end: str, break_min: int = 0) -> Entry:
    """Work from `start` to `end`."""
    return Entry(
        start=datetime.fromisoformat(start), end=datetime.fromisoformat(end), break_min=break_min
    )
