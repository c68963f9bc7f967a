"""Saved runs: a folder with `run.json` and `results.jsonl`, the same bytes for the same state.

Times stand apart, in `times.json`: they are never compared.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import orjson
from pydantic import ValidationError

from leitstand.errors import SuiteRefused
from leitstand.evals.result import CaseResult, Run
from leitstand.values import Frozen

_LEFT = ("steps", "proposals", "needs", "readings")
"""What no comparison looks at."""
_HEAD, _RESULTS, _TIMES = "run.json", "results.jsonl", "times.json"


class Times(Frozen):
    """When a run was made, and how many seconds of machine time a case took on average."""

    at: str = ""
    seconds: float = 0.0


class Head(Frozen):
    """What `run.json` holds: the run, how many results belong to it, and their SHA-256."""

    run: Run
    cases: int
    results: str


class Mark(NamedTuple):
    """What a comparison keeps of a case: whether it was good, known, critical; what it came to."""

    good: bool
    known: bool
    outcome: str = ""
    rules: tuple[str, ...] = ()
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A run in a folder, whole and as it was written."""

    folder: Path
    head: Head
    times: Times

    @property
    def run(self) -> Run:
        """What was measured."""
        return self.head.run

    def results(self) -> Iterator[CaseResult]:
        """Its results, read one after the other."""
        with (self.folder / _RESULTS).open("rb") as lines:
            for line in lines:
                yield CaseResult.model_validate_json(line)

    def marks(self) -> dict[str, Mark]:
        """Every case's mark."""
        return {
            r.case: Mark(r.good, r.certainty != "unknown", r.outcome, r.rules, r.critical)
            for r in self.results()
        }


class Saving:
    """A run on its way into a folder, result by result; whole once the `with` block has ended."""

    def __init__(self, folder: Path, run: Run) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _HEAD).unlink(missing_ok=True)
        self._folder, self._run = folder, run
        self._file = (folder / _RESULTS).open("wb")
        self._total, self._cases, self._ms = hashlib.sha256(), 0, 0.0

    def add(self, result: CaseResult) -> None:
        """Keep a result."""
        data = result.model_dump(mode="json", exclude={"ms"}, exclude_defaults=True)
        line = orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        self._file.write(line)
        self._total.update(line)
        self._cases, self._ms = self._cases + 1, self._ms + result.ms

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._finish()

    def _finish(self) -> None:
        seconds = self._ms / 1000 / self._cases if self._cases else 0.0
        times = Times(at=self._run.at, seconds=seconds)
        (self._folder / _TIMES).write_bytes(times.model_dump_json().encode() + b"\n")
        run = self._run.model_copy(update={"at": ""})
        head = Head(run=run, cases=self._cases, results=self._total.hexdigest())
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        raw = orjson.dumps(head.model_dump(mode="json"), option=options)
        (self._folder / _HEAD).write_bytes(raw)


def open_run(folder: Path) -> Saved:
    """A saved run. Raises SuiteRefused: it is not there, cut, or altered since it was saved."""
    try:
        head = Head.model_validate_json((folder / _HEAD).read_bytes())
        with (folder / _RESULTS).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        times = folder / _TIMES
        told = Times.model_validate_json(times.read_bytes()) if times.is_file() else Times()
    except (OSError, ValidationError) as error:
        raise SuiteRefused(f"no saved run: {error}", where=str(folder)) from error
    if found != head.results:
        raise SuiteRefused("the run is cut or was altered", where=str(folder / _RESULTS))
    return Saved(folder, head, told)


def accept(saved: Saved, baseline: Path) -> None:
    """Make a saved run the baseline: all that is compared, without tapes and times."""
    with Saving(baseline, saved.run) as slim:
        for result in saved.results():
            slim.add(result.model_copy(update=dict.fromkeys(_LEFT, ())))
    (baseline / _TIMES).unlink()
