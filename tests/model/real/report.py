"""The report of the runs: what was proposed, how much of it was wrong, and what stopped that."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from leitstand.records import Event
from tests.model.real.bench import Bench, Job
from tests.model.real.course import EFFECT, Proposal
from tests.model.real.errand import KINDS, Bill

__all__ = ["Effects", "Reading", "Report", "readings"]

STOPS = ("schema", "loop", "guard", "rule", "person", "waiting", "system", EFFECT)
"""In the order in which a call meets them; the last is none."""


@dataclass(frozen=True)
class Effects:
    """What came into the systems in one pass: right and wrong, of the wrong ones what and where."""

    right: int
    wrong: int
    rows: tuple[str, ...] = ()

    @staticmethod
    def of(bench: Bench) -> "Effects":
        """What stands there now."""
        found = list(bench.effects())
        wrong = tuple(f"{e.of} {e.id}: {dict(e.row)}" for e, right in found if not right)
        return Effects(len(found) - len(wrong), len(wrong), wrong)


@dataclass(frozen=True)
class Reading:
    """A value that the model read: the right one, and whether it stands where it was to be read."""

    field: str
    right: bool
    founded: bool


@dataclass(frozen=True)
class Report:
    """The figures of all passes over the same errands."""

    model: str
    seconds: float
    jobs: Sequence[Job]
    readings: Sequence[Reading]
    writes: Mapping[str, Sequence[Proposal]]
    effects: Mapping[str, Effects]
    ends: Mapping[str, str]

    @property
    def proposed(self) -> list[Proposal]:
        """Every write that was proposed."""
        return [p for found in self.writes.values() for p in found]

    @property
    def wrong(self) -> list[Proposal]:
        """Those that are wrong."""
        return [p for p in self.proposed if p.wrong]

    def data(self) -> dict[str, Any]:
        """The report as JSON data."""
        return {
            "model": self.model,
            "seconds": round(self.seconds, 1),
            "runs": len(self.jobs),
            "proposed": len(self.proposed),
            "right": len(self.proposed) - len(self.wrong),
            "wrong": len(self.wrong),
            "stopped": dict(Counter(f"{p.stopped}: {p.by}" for p in self.wrong).most_common()),
            "effects": {name: asdict(found) for name, found in self.effects.items()},
            "readings": dict(self._readings()),
            "writes": [
                {"errand": name, "end": self.ends[name], **asdict(p)}
                for name, found in self.writes.items()
                for p in found
            ],
        }

    def json(self) -> str:
        """The same as text."""
        return json.dumps(self.data(), indent=1, ensure_ascii=False) + "\n"

    def table(self) -> str:
        """The report as people read it."""
        return "\n".join(
            [*self._head(), "", *self._kinds(), "", *self._stops(), "", *self._passes()]
        )

    def _head(self) -> Iterator[str]:
        read = dict(self._readings())
        yield f"{self.model}: {len(self.jobs)} runs in {self.seconds:.0f} s"
        yield (
            f"values read by desk.ask: {read['right']} right, {read['flagged']} wrong and told so "
            f"(they stand nowhere), {read['wrong']} wrong that stand elsewhere in the text"
        )

    def _readings(self) -> Iterator[tuple[str, int]]:
        yield "right", sum(r.right for r in self.readings)
        yield "flagged", sum(not r.right and not r.founded for r in self.readings)
        yield "wrong", sum(not r.right and r.founded for r in self.readings)

    def _kinds(self) -> Iterator[str]:
        yield _row("errand", "runs", "writes", "right", "wrong", *STOPS)
        for kind in (*KINDS, ""):
            of = [j.name for j in self.jobs if j.kind == kind or not kind]
            found = [p for name in of for p in self.writes[name]]
            wrong = [p for p in found if p.wrong]
            stopped = Counter(p.stopped for p in wrong)
            counts = (len(of), len(found), len(found) - len(wrong), len(wrong))
            yield _row(kind or "all", *counts, *(stopped[s] for s in STOPS))

    def _stops(self) -> Iterator[str]:
        yield "wrong writes by what stopped them:"
        for (stopped, by), count in Counter((p.stopped, p.by) for p in self.wrong).most_common():
            yield f"  {count:4}  {stopped}: {by[:90]}"

    def _passes(self) -> Iterator[str]:
        yield "rows that came into the systems, by pass:"
        for name, found in self.effects.items():
            yield f"  {name:55} right {found.right:4}, wrong {found.wrong:4}"
        yield from (f"    {row}" for name in self.effects for row in _of_note(name, self.effects))


def readings(job: Job, events: Iterable[Event]) -> Iterator[Reading]:
    """The values that the model read in an errand, held against the truth."""
    for event in events:
        body: dict[str, Any] = orjson.loads(event.body) if event.kind == "answer" else {}
        if body.get("tool") != "ask" or "value" not in body:
            continue
        said: dict[str, Any] = body["value"]
        for name in Bill.model_fields:
            right = said["value"][name] == job.case.fields[name]
            yield Reading(name, right, name not in said["unfounded"])


def _of_note(name: str, effects: Mapping[str, Effects]) -> Sequence[str]:
    """Wrong rows are shown where there should be none."""
    return () if name.startswith("control") else effects[name].rows


def _row(first: str, *cells: object) -> str:
    return f"{first:8}" + "".join(f"{cell!s:>9}" for cell in cells)
