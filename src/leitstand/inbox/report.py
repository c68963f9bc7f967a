"""The report: how often the automation ran, was corrected, and where it stopped (R14, R23).

Over the cases that began in a period, from projections alone. What tells something of people is
told of groups alone (works council).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, case, func, select

from leitstand.inbox.hours import Deadlines, deadlines_of
from leitstand.inbox.listing import Sought, conditions, unasked
from leitstand.inbox.sight import sight_of
from leitstand.records import Person
from leitstand.runtime import Leitstand
from leitstand.store.schema import approvals, cases, checkpoints, marks
from leitstand.values import Frozen

GROUP = 5
"""People below which no figure on how they decide is told (works council)."""
_ENDED = ("done", "rejected")


class RuleFigures(Frozen):
    """What became of one rule: in how many cases it applied, and of the cards that it made ask.

    `unchanged`, `changed`, `refused`: those that people approved so, edited, rejected.
    """

    rule: str
    fired: int
    asked: int
    unchanged: int
    changed: int
    refused: int


class StopFigures(Frozen):
    """In how many cases the automation stopped for a cause, and how many still stand there."""

    cause: str
    stopped: int
    open: int


class Report(Frozen):
    """The figures of a period.

    `alone`: done, and no person was asked. `hours` is the median from card to decision, in hours
    of work; None where fewer than `GROUP` people decided.
    """

    cases: int
    ended: int
    alone: int
    statuses: dict[str, int]
    answers: dict[str, int]
    rules: tuple[RuleFigures, ...]
    stops: tuple[StopFigures, ...]
    fields: dict[str, int]
    hours: float | None


async def report_of(leitstand: Leitstand, sought: Sought, person: Person | None = None) -> Report:
    """The figures over these cases; with `person` over those of them that they see."""
    seen = sight_of(leitstand, person)
    mine = (seen.where, *conditions(leitstand, sought))
    found = await leitstand.store.read(lambda c: _Asked(c, mine).all())
    spans, people = found.pop("spans"), found.pop("people")
    hours = None
    if people >= GROUP:
        rules = deadlines_of(leitstand.limits, leitstand.project.table.web)
        hours = round(median(worked(spans, rules, leitstand.zone)) / 3600, 2)
    return Report(**found, hours=hours)


def worked(spans: Sequence[tuple[float, float]], rules: Deadlines, zone: ZoneInfo) -> list[float]:
    """The seconds of work in each span of time; nights, weekends and holidays are none."""
    shifts = [*rules.shifts(min(a for a, _ in spans), max(b for _, b in spans), zone)]
    begins, sums = [begin for begin, _ in shifts], [0.0]
    for begin, end in shifts:
        sums.append(sums[-1] + end - begin)

    def until(moment: float) -> float:
        n = bisect_right(begins, moment)
        return sums[n] - max(0.0, shifts[n - 1][1] - moment) if n else 0.0

    return [until(end) - until(start) for start, end in spans]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions, of the cases that `mine` says."""

    conn: Connection
    mine: Sequence[ColumnElement[bool]]

    def all(self) -> dict[str, Any]:
        statuses = self._counts(select(cases.c.status, func.count()).where(*self.mine))
        alone = select(func.count()).where(*self.mine, cases.c.status == "done", unasked())
        decided = self._of_cards(approvals.c.answer, func.count())
        times = self._of_cards(checkpoints.c.opened, approvals.c.at, approvals.c.person)
        given: Any = self.conn.execute(times).all()
        return {
            "cases": sum(statuses.values()),
            "ended": sum(statuses.get(name, 0) for name in _ENDED),
            "alone": self.conn.execute(alone).scalar_one(),
            "statuses": statuses,
            "answers": self._counts(decided),
            "rules": tuple(self._rules()),
            "stops": tuple(self._stops()),
            "fields": self._counts(self._marks(marks.c.name, func.count(), kind=("field",))),
            "spans": [(row[0], row[1]) for row in given],
            "people": len({row[2] for row in given}),
        }

    def _rules(self) -> Iterable[RuleFigures]:
        """Of several answers on one card the gravest counts; of an open one none does."""
        fired = self._counts(
            self._marks(
                marks.c.name, func.count(marks.c.case_no.distinct()), kind=("asked", "fired")
            )
        )
        grave = case({"reject": 3, "edit": 2, "approve": 1}, value=approvals.c.answer, else_=0)
        said = select(approvals.c.checkpoint, func.max(grave).label("said"))
        said = said.group_by(approvals.c.checkpoint).subquery()
        query = self._marks(marks.c.name, said.c.said, func.count(), kind=("asked",))
        query = query.outerjoin(said, said.c.checkpoint == marks.c.checkpoint)
        asked: dict[str, Counter[int]] = {}
        rows: Any = self.conn.execute(query.group_by(marks.c.name, said.c.said)).all()
        for name, grade, count in rows:
            asked.setdefault(name, Counter())[grade or 0] += count
        for name, n in sorted(fired.items(), key=lambda item: (-item[1], item[0])):
            of = asked.get(name, Counter())
            grades = {"unchanged": of[1], "changed": of[2], "refused": of[3]}
            yield RuleFigures(rule=name, fired=n, asked=of.total(), **grades)

    def _stops(self) -> Iterable[StopFigures]:
        stopped = self._marks(
            marks.c.name,
            func.count(marks.c.case_no.distinct()),
            func.count(
                case((cases.c.reason == marks.c.name, marks.c.case_no), else_=None).distinct()
            ),
            kind=("stop",),
        )
        rows: Any = self.conn.execute(stopped.group_by(marks.c.name)).all()
        for name, n, still in rows:
            yield StopFigures(cause=name, stopped=n, open=still)

    def _marks(self, *columns: ColumnElement[Any], kind: Sequence[str]) -> Any:  # noqa: ANN401 - a question
        joined = marks.join(cases, cases.c.case_no == marks.c.case_no)
        return select(*columns).select_from(joined).where(marks.c.kind.in_(kind), *self.mine)

    def _of_cards(self, *columns: ColumnElement[Any]) -> Any:  # noqa: ANN401 - a question
        of_cases = checkpoints.join(cases, cases.c.case_no == checkpoints.c.case_no)
        joined = approvals.join(of_cases, checkpoints.c.id == approvals.c.checkpoint)
        return select(*columns).select_from(joined).where(*self.mine)

    def _counts(self, query: Any) -> dict[str, int]:  # noqa: ANN401 - a name and a count
        """Counts by name, the most first."""
        rows: Any = self.conn.execute(query.group_by(query.selected_columns[0])).all()
        return dict(sorted(rows, key=lambda row: (-row[1], row[0])))
