"""Saved runs: a folder with `run.json` and `results.jsonl`, the same bytes for the same state.

Times stand apart, in `times.json`: they are never compared.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from leitstand.errors import SuiteRefused
from leitstand.evals.result import CaseResult, Run
from leitstand.values import Frozen

__all__ = ["Mark", "Saved", "Times", "accept", "open_run", "saving"]

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
    """What a comparison keeps of a case: whether it was good, and what it is grouped by."""

    good: bool
    known: bool
    cluster: str


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
        return {r.case: mark_of(r) for r in self.results()}


def mark_of(result: CaseResult) -> Mark:
    """The mark of a result."""
    return Mark(result.good, result.certainty != "unknown", result.cluster)


def saving(folder: Path, run: Run, results: Iterable[CaseResult]) -> Iterator[CaseResult]:
    """Pass results on and keep them; `folder` holds the run once all have come through."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _HEAD).unlink(missing_ok=True)
    total, cases, ms = hashlib.sha256(), 0, 0.0
    with (folder / _RESULTS).open("wb") as file:
        for result in results:
            line = _line(result, {"ms"})
            file.write(line)
            total.update(line)
            cases, ms = cases + 1, ms + result.ms
            yield result
    times = Times(at=run.at, seconds=ms / 1000 / cases if cases else 0.0)
    (folder / _TIMES).write_bytes(times.model_dump_json().encode() + b"\n")
    head = Head(run=run.model_copy(update={"at": ""}), cases=cases, results=total.hexdigest())
    _write(folder / _HEAD, head)


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
    slim = (r.model_copy(update={"steps": (), "proposals": ()}) for r in saved.results())
    for _ in saving(baseline, saved.run, slim):
        pass
    (baseline / _TIMES).unlink()


def _line(result: CaseResult, exclude: set[str]) -> bytes:
    data = result.model_dump(mode="json", exclude=exclude, exclude_defaults=True)
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _write(file: Path, head: Head) -> None:
    part = file.with_suffix(".part")
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    part.write_bytes(orjson.dumps(head.model_dump(mode="json"), option=options))
    part.replace(file)
