"""A suite: recorded cases, graders beside them, and the gate that a release has to pass.

`evals/<role>/suite.yaml` says all of it. The folder of cases holds a folder a case, with
`case.json` and the tape beside it.
"""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import Field, ValidationError

from leitstand.errors import CaseRefused, NoVerdict, SuiteRefused
from leitstand.evals.case import FORMAT, RecordedCase
from leitstand.evals.grader import Grader, load_graders
from leitstand.evals.listing import read_yaml
from leitstand.evals.result import CaseResult
from leitstand.values import Frozen

__all__ = ["Budgets", "Gate", "Shares", "Suite", "Table", "load_suite", "suite_schema"]

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

    rules: Share | None = Field(default=None, description="Rules of the policy bundle.")
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


class Table(Frozen):
    """`suite.yaml`. Paths are relative to it; graders are `module:name` of the project."""

    role: str = Field(min_length=1, description="The role that the cases belong to.")
    cases: str = Field(default="cases", description="Folder with a folder a case.")
    supervisor: str = Field(
        default="recorded", pattern=_SUPERVISOR, description="Who decides in replays."
    )
    graders: tuple[Annotated[str, Field(pattern=_REFERENCE)], ...] = ()
    gate: Gate = Gate()
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
    def folders(self) -> list[Path]:
        """The folders of all cases, in order. Raises NoVerdict: there is none."""
        place = self.path(self.table.cases)
        found = sorted(f.parent for f in place.glob("*/case.json"))
        if not found:
            raise NoVerdict("the suite is empty", where=str(place))
        return found

    def cases(self) -> Iterator[RecordedCase]:
        """All cases in order. Raises NoVerdict: none. Raises CaseRefused: one cannot be read."""
        return (read_case(folder) for folder in self.folders)

    def digest(self) -> str:
        """SHA-256 over suite, cases (which name their tapes) and graders: what measured."""
        modules = {Path(g.judge.__code__.co_filename) for g in self.graders}
        cases = (folder / "case.json" for folder in self.folders)
        total = hashlib.sha256()
        for file in itertools.chain([self.file], sorted(modules), cases):
            total.update(hashlib.sha256(file.read_bytes()).digest())
        return total.hexdigest()

    def judged(self, case: RecordedCase, result: CaseResult) -> CaseResult:
        """A replay's result with what the suite's graders say. Raises NoVerdict: one failed."""
        grades = tuple(g.grade(case, result) for g in self.graders)
        wrong = tuple(f"{g.name}: {_said(g.text, g.score)}" for g in grades if not g.passed)
        cost = result.asks * self.table.seconds_per_decision
        return result.model_copy(
            update={
                "role": case.role,
                "clean": case.expected.clean,
                "grades": (*result.grades, *grades),
                "problems": (*result.problems, *wrong),
                "passed": result.passed and not wrong,
                "supervisor_s": result.supervisor_s or cost,
            }
        )


def load_suite(root: Path, place: Path) -> Suite:
    """The suite in a folder or file of the project at `root`.

    Raises SuiteRefused with file and line, ProjectRefused: a grader is not there.
    """
    file = place / "suite.yaml" if place.is_dir() else place
    if not file.is_file():
        raise SuiteRefused("no such suite", where=str(file))
    table = read_yaml(file, Table)
    return Suite(file, table, load_graders(root, table.graders))


def read_case(folder: Path) -> RecordedCase:
    """The case in a folder; its tape is read when it is replayed.

    Raises CaseRefused: of a later format, cut, or named otherwise than its folder.
    """
    file = folder / "case.json"
    try:
        raw: Any = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise CaseRefused(f"the case cannot be read: {error}", where=str(file)) from error
    version: Any = raw.get("format") if isinstance(raw, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if isinstance(version, int) and version > FORMAT:
        text = f"the case has format {version}, this version reads up to {FORMAT}"
        raise CaseRefused(text, where=str(file), mend="update leitstand")
    try:
        case = RecordedCase.model_validate_json(orjson.dumps(raw))
    except ValidationError as error:
        first = error.errors()[0]
        text = f"`{'.'.join(map(str, first['loc']))}`: {first['msg']}"
        raise CaseRefused(text, where=str(file)) from error
    if case.name != folder.name:
        raise CaseRefused(f"the case is called `{case.name}`", where=str(file))
    return case


def suite_schema() -> bytes:
    """The JSON Schema of `suite.yaml`, for editors."""
    schema = Table.model_json_schema()
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _said(text: str, score: int | None) -> str:
    return text or ("no" if score is None else f"{score} of 100")
