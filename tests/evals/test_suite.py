"""Suites: what is wrong with one is said with file and line, and nothing of it ever passes."""

import re
from pathlib import Path

import pytest

from leitstand.errors import CaseRefused, NoVerdict, ProjectRefused, SuiteRefused
from leitstand.evals.case import RecordedCase
from leitstand.evals.grader import Grader, grader
from leitstand.evals.listing import read_yaml
from leitstand.evals.result import CaseResult, Grade
from leitstand.evals.shelf import put
from leitstand.evals.suite import Table, load_suite, suite_schema
from leitstand.evals.waiver import read_waivers
from tests.evals.sample import TODAY, good, suite_in

CASE = RecordedCase(
    name="AP-1", role="accounting", tenant="t", requester="anna", at=0.0, given={"file": "a.xml"}
)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    {
        "unknown key": ("role: a\ncolour: red\n", 2, "colour"),
        "level": ("role: a\ngate:\n  level: 1.5\n", 3, "gate.level"),
        "level as text": ("role: a\ngate:\n  level: high\n", 3, "gate.level"),
        "supervisor": ("role: a\n\nsupervisor: nobody\n", 3, "supervisor"),
        "miss rate": ("role: a\nsupervisor: fallible:1.5\n", 2, "supervisor"),
        "grader": ("role: a\ngraders:\n  - x:y\n  - no reference\n", 4, "graders.1"),
        "no yaml": ("role: a\ngate: [\n", 3, "no YAML"),
        "twice": ("role: a\ngate:\n  level: 0.5\n  level: 0.9\n", 4, "twice"),
        "budget": ("role: a\ngate:\n  budgets:\n    tokens: -1\n", 4, "tokens"),
        "role": ("cases: cases\n", 1, "role"),
        "repeat": ("role: a\nlive:\n  repeat: 0\n", 3, "live.repeat"),
        "tokens": ("role: a\nlive: {tokens: 0}\n", 2, "live.tokens"),
        "live": ("role: a\nlive: yes\n", 2, "live"),
        "models": ("role: a\nlive:\n  model: x\n", 3, "live.model"),
    }.values(),
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    """File, line and name of what cannot be meant."""
    with pytest.raises(SuiteRefused) as caught:
        suite_in(tmp_path, text)
    assert caught.value.where.endswith(f"suite.yaml:{line}")
    assert words in caught.value.text


def test_a_suite_is_found_by_name_folder_and_file(shop: Path) -> None:
    """All three are the same one."""
    folder = shop / "evals" / "buying"
    found = [load_suite(shop, p).file for p in (Path("buying"), folder, folder / "suite.yaml")]
    assert set(found) == {folder / "suite.yaml"}


def test_no_suite_is_refused(tmp_path: Path) -> None:
    """A folder without `suite.yaml`, and one that is no text."""
    with pytest.raises(SuiteRefused):
        load_suite(tmp_path, tmp_path)
    (tmp_path / "suite.yaml").write_bytes(b"role: \xff")
    with pytest.raises(SuiteRefused, match="cannot be read"):
        load_suite(tmp_path, tmp_path)


@pytest.mark.parametrize("supervisor", ["recorded", "oracle", "fallible:0.1", "fallible:1"])
def test_every_supervisor_can_be_named(tmp_path: Path, supervisor: str) -> None:
    """As the replay names them."""
    suite = suite_in(tmp_path, f"role: a\nsupervisor: {supervisor}\n")
    assert suite.table.supervisor == supervisor


def test_an_empty_suite_gives_no_verdict(tmp_path: Path) -> None:
    """No case is no verdict, and a shelf that is not there is refused."""
    suite = suite_in(tmp_path)
    with pytest.raises(CaseRefused):
        _ = suite.places
    suite.path("cases").mkdir()
    with pytest.raises(NoVerdict, match="empty"):
        _ = suite.places


def test_the_digest_names_all_that_measured(tmp_path: Path) -> None:
    """Another suite file or another case is another digest; the same state is the same one."""
    suite = suite_in(tmp_path)
    put(suite.path("cases") / "AP-1", CASE, ())
    first = suite.digest()
    assert suite.digest() == first
    put(suite.path("cases") / "AP-1", CASE.model_copy(update={"title": "other"}), ())
    second = suite.digest()
    suite.file.write_text(suite.file.read_text() + "\n")
    assert len({first, second, suite.digest()}) == 3


@grader
def says_yes(case: RecordedCase, result: CaseResult) -> bool:
    """A grader."""
    return case.name == result.case


@grader(least=80)
def scores(case: RecordedCase, result: CaseResult) -> int:
    """A grader with a score."""
    return int(result.tokens)


@grader
def explains(case: RecordedCase, result: CaseResult) -> Grade:
    """A grader with a text."""
    return Grade(name="", passed=False, text="too late")


@grader
def raises(case: RecordedCase, result: CaseResult) -> bool:
    """A grader with a defect."""
    return bool(result.exit and result.exit.result["due"])


@grader
def boasts(case: RecordedCase, result: CaseResult) -> int:
    """A grader beyond the scale."""
    return 101


def test_graders_have_the_last_word() -> None:
    """A no or a low score fails a case that was good; scores and texts are kept."""
    tokens = good("AP-1", tokens=79)
    assert says_yes.grade(CASE, tokens) == Grade(name="says_yes", passed=True)
    assert scores.grade(CASE, tokens) == Grade(name="scores", passed=False, score=79)
    assert scores.grade(CASE, good("AP-1", tokens=80)).passed
    assert explains.grade(CASE, tokens) == Grade(name="explains", passed=False, text="too late")


def test_a_suite_adds_grades_and_the_cost_of_decisions(tmp_path: Path) -> None:
    """Problems name the grader, and each ask costs what the suite says (R25)."""
    suite = suite_in(tmp_path, "role: accounting\nseconds_per_decision: 90\n")
    judged = type(suite)(suite.file, suite.table, (says_yes, explains)).judged(
        CASE, good("AP-1", asks=2)
    )
    assert not judged.passed
    assert judged.problems == ("explains: too late",)
    assert judged.supervisor_s == 180
    assert suite.judged(CASE, good("AP-1")).passed


@pytest.mark.parametrize("broken", [raises, boasts])
def test_a_broken_grader_is_no_verdict(broken: Grader) -> None:
    """A grader that raises or leaves its scale ends the run, and never passes a case."""
    with pytest.raises(NoVerdict, match=broken.name):
        broken.grade(CASE, good("AP-1"))


def test_graders_come_from_the_project_alone(root: Path, tmp_path: Path) -> None:
    """An unknown module, and a name that is no grader, are refused when the suite loads."""
    with pytest.raises(ProjectRefused, match="nowhere"):
        suite_in(tmp_path, "role: a\ngraders: ['nowhere_at_all:x']\n")
    file = suite_in(tmp_path, "role: a\n").file
    file.write_text("role: a\ngraders: ['tests.evals.sample:RUN']\n")
    with pytest.raises(SuiteRefused, match="no @grader"):
        load_suite(root, file)


def test_the_page_shows_what_can_be_read(root: Path, tmp_path: Path) -> None:
    """The suite, the grader and the signature of `docs/evals.md` are what the product takes."""
    page = (root / "docs" / "evals.md").read_text("utf-8")
    blocks = dict(re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL))
    (tmp_path / "suite.yaml").write_text(blocks["yaml"])
    assert read_yaml(tmp_path / "suite.yaml", Table).gate.level == 0.9
    (tmp_path / "signoffs.toml").write_text(blocks["toml"])
    assert set(read_waivers(tmp_path / "signoffs.toml", "signoff", TODAY)[0]) == {"AP-D07"}
    names: dict[str, Grader] = {}
    exec(blocks["python"], names)  # noqa: S102 - our own page
    assert names["in_time"].grade(CASE, good("AP-1", asks=3)).passed is False


def test_the_schema_beside_the_suites_is_the_form_of_today(root: Path) -> None:
    """Editors read it from `evals/suite.schema.json`; `make docs` writes it."""
    assert (root / "evals" / "suite.schema.json").read_bytes() == suite_schema()
