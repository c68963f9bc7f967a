"""A suite: recorded cases, graders beside them, and the gate that a release has to pass.

`evals/<role>/suite.yaml` says all of it; its cases lie on a shelf beside it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import orjson
from pydantic import Field

from leitstand.errors import NoVerdict, SuiteRefused
from leitstand.evals.case import RecordedCase
from leitstand.evals.grader import Grader, load_graders
from leitstand.evals.listing import read_yaml
from leitstand.evals.result import CaseResult
from leitstand.evals.shelf import Place, places
from leitstand.values import Frozen

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]
_SUPERVISOR = r"^(recorded|grant-all|refuse-all|oracle|fallible:(0|1|1\.0|0?\.[0-9]+))$"
_REFERENCE = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"


class Budgets(Frozen):
    """The most that a case may cost on average; what is not given is not limited."""

    corrections_per_100: Amount | None = Field(
        default=None, description="Proposals changed or refused."
    )
    asks_per_case: Amount | None = Field(default=None, description="Checkpoints a case.")
    seconds: Amount | None = Field(default=None, description="Seconds of machine time a case.")
    tokens: Amount | None = Field(default=None, description="Tokens of models a case.")
    supervisor_minutes: Amount | None = Field(default=None, description="Minutes of people a case.")


class Shares(Frozen):
    """The share of what could be covered that at least one case has to cover."""

    rules: Share | None = Field(
        default=None,
        description="Rules for tools of the role that decide in some case, grants aside.",
    )
    edges: Share | None = Field(default=None, description="Edges of the role's graph.")
    exits: Share | None = Field(default=None, description="Ways in which a case may end.")
    branches: Share | None = Field(
        default=None, description="Approved, edited and rejected, by tool."
    )


class Gate(Frozen):
    """What a release has to pass. Without a level there is never a verdict."""

    level: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="Share of good cases that must be proven (lower bound of 95 %)."
    )
    budgets: Budgets = Budgets()
    coverage: Shares = Shares()
    baseline: str = Field(default="", description="Folder of the run to compare with.")
    signoffs: str = Field(
        default="signoffs.toml", description="Newly failing cases that people answer for."
    )
    quarantine: str = Field(
        default="quarantine.toml", description="Flaky cases, with owner and date."
    )
    signed_days: int = Field(
        default=366, ge=1, description="Days that a sign-off or a quarantine lasts at most."
    )


class Models(Frozen):
    """How models are asked in a run with `--live`; without it all answers come from the tape."""

    repeat: int = Field(
        default=1, ge=1, le=100, description="How often each case is asked of the models."
    )
    tokens: int | None = Field(
        default=None, gt=0, description="The most tokens that a run may take, both ways."
    )


class Table(Frozen):
    """`suite.yaml`. Paths are relative to it; graders are `module:name` of the project."""

    role: str = Field(min_length=1, description="The role that the cases belong to.")
    cases: str = Field(default="cases", description="Folder with a folder a case.")
    supervisor: str = Field(
        default="recorded", pattern=_SUPERVISOR, description="Who decides in replays."
    )
    graders: tuple[Annotated[str, Field(pattern=_REFERENCE)], ...] = ()
    gate: Gate = Gate()
    live: Models | None = Field(
        default=None, description="Runs in which models are asked for real."
    )
    elsewhere: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(), description="Beginnings of names of settings that other departments answer for."
    )
    ignore: dict[str, tuple[str, ...]] = Field(
        default={}, description="Arguments not compared, by tool."
    )
    seconds_per_decision: Amount = Field(
        default=60, description="What a decision costs a supervisor."
    )


@dataclass(frozen=True, slots=True)
class Suite:
    """A loaded suite: its file, what it says, and its graders."""

    file: Path
    table: Table
    graders: tuple[Grader, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: its folder."""
        return self.file.parent.name

    def path(self, name: str) -> Path:
        """A file or folder that the suite names."""
        return self.file.parent / name

    @property
    def places(self) -> list[Place]:
        """Where its cases lie, in order. Raises NoVerdict: there is none. Raises CaseRefused."""
        shelf = self.path(self.table.cases)
        found = places(shelf)
        if not found:
            raise NoVerdict("the suite is empty", where=str(shelf))
        return found

    def digest(self) -> str:
        """SHA-256 over suite, graders and cases (which name their tapes): what measured."""
        graders = sorted({g.judge.__code__.co_filename for g in self.graders})
        cases = dict.fromkeys(p.path for p in self.places)
        total = hashlib.sha256()
        for file in (self.file, *map(Path, graders), *map(Path, cases)):
            found = file / "case.json" if file.is_dir() else file
            total.update(hashlib.sha256(found.read_bytes()).digest())
        return total.hexdigest()

    def judged(self, case: RecordedCase, result: CaseResult) -> CaseResult:
        """A replay's result with what the suite's graders say. Raises NoVerdict: one failed."""
        grades = tuple(g.grade(case, result) for g in self.graders)
        wrong = tuple(f"{g.name}: {_said(g.text, g.score)}" for g in grades if not g.passed)
        return result.model_copy(
            update={
                "grades": (*result.grades, *grades),
                "problems": (*result.problems, *wrong),
                "passed": result.passed and not wrong,
                "supervisor_s": result.supervisor_s
                or result.asks * self.table.seconds_per_decision,
            }
        )


def load_suite(root: Path, place: Path) -> Suite:
    """A suite of the project at `root`: by its name in `evals`, by its folder or its file.

    Raises SuiteRefused with file and line, ProjectRefused: a grader is not there.
    """
    places = (root / "evals" / place / "suite.yaml", place / "suite.yaml", place)
    file = next((p for p in places if p.is_file()), None)
    if file is None:
        mend = f"write evals/{place}/suite.yaml; `leitstand eval record` adds cases to it"
        raise SuiteRefused(f"no suite `{place}`", where=str(root / "evals"), mend=mend)
    table = read_yaml(file, Table)
    return Suite(file, table, load_graders(root, table.graders))


def suite_schema() -> bytes:
    """The JSON Schema of `suite.yaml`, for editors."""
    schema = Table.model_json_schema()
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _said(text: str, score: int | None) -> str:
    return text or ("no" if score is None else f"{score} of 100")
