"""Graders: what an engineer checks beside effects, exits and decisions, as plain functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast, overload

from leitstand.errors import NoVerdict, SuiteRefused
from leitstand.evals.case import RecordedCase
from leitstand.evals.result import CaseResult, Grade
from leitstand.project import named

Judge = Callable[[RecordedCase, CaseResult], "bool | int | Grade"]
_FULL = 100


@dataclass(frozen=True, slots=True)
class Grader:
    """A grader by name; a score from 0 to 100 passes from `least` on."""

    name: str
    judge: Judge
    least: int = _FULL

    def grade(self, case: RecordedCase, result: CaseResult) -> Grade:
        """Its answer on a case. Raises NoVerdict: it failed, or answers what is no grade."""
        try:
            answer = cast("object", self.judge(case, result))
        except Exception as error:
            text = f"grader `{self.name}` failed: {type(error).__name__}: {error}"
            raise NoVerdict(text, where=case.name) from error
        if isinstance(answer, Grade):
            return answer.model_copy(update={"name": self.name})
        if isinstance(answer, bool):
            return Grade(name=self.name, passed=answer)
        if isinstance(answer, int) and 0 <= answer <= _FULL:
            return Grade(name=self.name, passed=answer >= self.least, score=answer)
        text = f"grader `{self.name}` answers {answer!r}: no bool, 0 to 100, or Grade"
        raise NoVerdict(text, where=case.name)


@overload
def grader(judge: Judge, /) -> Grader: ...
@overload
def grader(*, least: int) -> Callable[[Judge], Grader]: ...
def grader(judge: Judge | None = None, /, *, least: int = _FULL) -> Any:
    """Make a function `(case, result)` a grader, named as it is: `@grader`, `@grader(least=80)`."""
    if judge is None:
        return partial(_named, least=least)
    return _named(judge, least)


def _named(judge: Judge, least: int) -> Grader:
    return Grader(str(getattr(judge, "__name__", "grader")), judge, least)


def load_graders(root: Path, references: Sequence[str]) -> tuple[Grader, ...]:
    """The graders that a suite names as `module:name`.

    Raises ProjectRefused: no such module or name. Raises SuiteRefused: it is no grader.
    """
    found = tuple(named(root, reference) for reference in references)
    for reference, one in zip(references, found, strict=True):
        if not isinstance(one, Grader):
            raise SuiteRefused(f"`{reference}` is no @grader", where="graders")
    return found
