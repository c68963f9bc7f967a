"""Which days somebody works: the pattern of the week, the public holidays of a Land, free days."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from leitstand.errors import Missing
from leitstand.holidays import Germany
from policies.facts.hr.limits import HrLimits
from tools.hr import Employee

_HALF = Decimal("0.5")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """The days on which somebody would work, and which of them are free.

    `weekdays` count from Monday, 0. `off` and `half` are days as `12-24`. `land` is the code of
    `holidays`, `kinds` the kinds of public holiday that hold there.
    """

    weekdays: frozenset[int]
    company: frozenset[int]
    land: str
    kinds: tuple[str, ...]
    off: frozenset[str]
    half: frozenset[str]

    def is_holiday(self, day: date) -> bool:
        """Whether `day` is a public holiday at the place of work."""
        return day in _holidays(self.land, self.kinds, day.year)

    def rests(self, day: date) -> bool:
        """Whether `day` is a Sunday or public holiday (ArbZG § 9)."""
        return day.isoweekday() == 7 or self.is_holiday(day)  # noqa: PLR2004 - Sunday

    def weight(self, day: date) -> Decimal:
        """How much of a day of leave `day` takes: 1, ½ or nothing."""
        if day.weekday() not in self.weekdays or self.is_holiday(day):
            return Decimal(0)
        shown = day.isoformat()[5:]
        if shown in self.off:
            return Decimal(0)
        return _HALF if shown in self.half else Decimal(1)

    def working_days(self, start: date, end: date) -> Decimal:
        """Days of leave from `start` to `end`, both included."""
        return sum((self.weight(day) for day in days_from(start, end)), Decimal(0))

    def holidays_inside(self, start: date, end: date) -> tuple[date, ...]:
        """Public holidays on days that would otherwise be working days."""
        days = days_from(start, end)
        return tuple(d for d in days if d.weekday() in self.weekdays and self.is_holiday(d))

    def next_company_day(self, day: date) -> date:
        """`day`, or the next on which the company works."""
        while day.weekday() not in self.company or self.is_holiday(day):
            day += _DAY
        return day


def calendar_of(employee: Employee, limits: HrLimits) -> WorkCalendar:
    """The calendar of an employee.

    Raises Missing: the record does not say how many days a week, or names a day or a Land that
    nobody knows.
    """
    if not employee.days_per_week and not employee.workdays:
        raise Missing("the record has no `days_per_week`", where=f"hr:employee/{employee.id}")
    names = employee.workdays or limits.weekdays[: employee.days_per_week or 0]
    return WorkCalendar(
        weekdays=_weekdays(names, limits, employee.id),
        company=_weekdays(limits.company_workdays, limits, "hr.json"),
        land=_land(employee, limits),
        kinds=tuple(sorted({"public", *_kinds(employee, limits)})),
        off=limits.days_off,
        half=limits.half_days,
    )


def days_from(start: date, end: date) -> Iterator[date]:
    """The days from `start` to `end`, both included."""
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


def _weekdays(names: Iterable[str], limits: HrLimits, where: str) -> frozenset[int]:
    """Numbers of weekdays; a name may be written out, or English: `Montag`, `Monday` are `Mo`."""
    known = [name.casefold() for name in limits.weekdays]
    found: set[int] = set()
    for name in names:
        said = name.casefold()
        begins = (day for start, day in limits.weekday_names.items() if said.startswith(start))
        meant = next(begins, name).casefold()
        numbers = [n for n, short in enumerate(known) if meant == short]
        numbers = numbers or [n for n, short in enumerate(known) if said.startswith(short)]
        if len(numbers) != 1:
            raise Missing(f"`{name}` is no weekday", where=where)
        found.update(numbers)
    return frozenset(found)


def _land(employee: Employee, limits: HrLimits) -> str:
    place = employee.state.strip()
    name = limits.places.get(place, place)
    code = Germany.subdivisions_aliases.get(name, name)
    bare = code.upper().removeprefix("DE-") if code not in Germany.subdivisions else code
    if bare not in Germany.subdivisions:
        said = f"`{place}` is no Land" if place else "the record has no `state`"
        raise Missing(said, where=f"hr:employee/{employee.id}")
    return bare


def _kinds(employee: Employee, limits: HrLimits) -> Iterable[str]:
    asked = (*employee.holidays, *limits.holidays)
    if unknown := [kind for kind in asked if kind not in Germany.supported_categories]:
        raise Missing(f"`{unknown[0]}` is no kind of holiday", where=f"hr:employee/{employee.id}")
    return asked


@lru_cache(maxsize=256)
def _holidays(land: str, kinds: tuple[str, ...], year: int) -> frozenset[date]:
    return frozenset(Germany(subdiv=land, years=year, categories=kinds))
