"""The plugin of pytest: suites as items, only where a project asks for them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leitstand.evals.case import Expected
from leitstand.evals.shelf import put, take
from leitstand.evals.suite import load_suite

OURS = ("-p", "leitstand.pytest_plugin")
WAIVER = """\
[[{kind}]]
case = "r2"
who = "Carla Meyer"
date = 2026-01-01
why = "Known."
until = 2099-12-31
"""


@pytest.fixture
def asked(project: Path) -> Path:
    """A project that asks for its suite."""
    (project / "pytest.ini").write_text("[pytest]\nleitstand_suites = evals/buying\n")
    return project


def ran(root: Path, *plugin: str) -> tuple[int, str]:
    """Exit code and output of pytest in a project, with every warning an error.

    Only our own plugin is loaded, by name; without `plugin` all of this environment are.
    """
    surroundings = {**os.environ, **({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if plugin else {})}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "-rx", "-W", "error"]
    done = subprocess.run(
        [*command, *plugin, "evals"],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        env=surroundings,
    )
    return done.returncode, done.stdout + done.stderr


def spoil(root: Path, name: str) -> None:
    """Expect of a case what does not happen."""
    place = next(
        p for p in load_suite(root, root / "evals" / "buying").places if p.path.endswith(name)
    )
    case, recording = take(place)
    put(
        Path(place.path),
        case.model_copy(update={"expected": Expected(effects=())}),
        recording.lines,
    )


def test_a_case_is_an_item_and_the_gate_another(asked: Path) -> None:
    """Three cases and the gate pass, with nothing but the setting."""
    code, text = ran(asked)
    assert code == 0, text
    assert "suite.yaml::r1 PASSED" in text
    assert "suite.yaml::gate PASSED" in text
    assert "4 passed" in text


def test_without_the_setting_nothing_is_collected(project: Path) -> None:
    """Who asks for nothing gets nothing."""
    code, text = ran(project, *OURS)
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED, text


def test_a_failing_case_says_what_is_wrong(asked: Path) -> None:
    """The case and the gate fail with their reasons, and no trace of a replay."""
    spoil(asked, "r2")
    code, text = ran(asked, *OURS)
    assert code == 1
    assert "suite.yaml::r2 FAILED" in text
    assert "effect too many: shop.bill.post" in text
    assert "suite.yaml::gate FAILED" in text
    assert "Newly failing and not signed off: 1." in text
    assert "2 failed, 2 passed" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(("kind", "file"), [("signoff", "signoffs"), ("quarantine", "quarantine")])
def test_a_case_that_somebody_answers_for_fails_as_expected(
    asked: Path, kind: str, file: str
) -> None:
    """It is shown with the name of who answers; the gate still asks for the level."""
    spoil(asked, "r2")
    place = asked / "evals" / "buying"
    (place / f"{file}.toml").write_text(WAIVER.format(kind=kind))
    (place / "suite.yaml").write_text("role: buying\ngate:\n  level: 0.2\n")
    code, text = ran(asked, *OURS)
    assert code == 0, text
    assert "suite.yaml::r2 XFAIL" in text
    assert "Carla Meyer" in text


def test_a_suite_that_does_not_load_is_an_error(asked: Path) -> None:
    """With file and line, and never a pass."""
    (asked / "evals" / "buying" / "suite.yaml").write_text("role: buying\ncolour: red\n")
    code, text = ran(asked, *OURS)
    assert code == pytest.ExitCode.INTERRUPTED
    assert "suite.yaml:2: `colour`" in text


GRADERS = """\
from leitstand.evals.grader import grader


@grader
def in_time(case, result):
    return case.name != "r3"


@grader
def broken(case, result):
    return result.nothing
"""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("in_time", ("suite.yaml::r3 FAILED", "in_time: no", "2 failed, 2 passed")),
        ("broken", ("grader `broken` failed: AttributeError", "LS753", "4 failed")),
    ],
)
def test_graders_of_the_project_have_the_last_word(
    asked: Path, name: str, words: tuple[str, ...]
) -> None:
    """A grader that says no fails its case; one that raises is never a pass of anything."""
    place = asked / "evals" / "buying"
    (place / "graders.py").write_text(GRADERS)
    suite = place / "suite.yaml"
    suite.write_text(suite.read_text() + f"graders: ['evals.buying.graders:{name}']\n")
    code, text = ran(asked, *OURS)
    assert code == 1
    for word in words:
        assert word in text
