"""The plugin of pytest: suites as items, only where a project asks for them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leitstand.evals.case import Expected
from leitstand.evals.shelf import Place, put, take
from tests.evals.sample import SPAN

OURS = ("-p", "leitstand.pytest_plugin")
WAIVER = """\
[[{kind}]]
case = "r2"
who = "Carla Meyer"
why = "Known."
"""


GRADERS = """\
from leitstand.evals.grader import grader


@grader
def in_time(case, result):
    return case.name != "r3"


@grader
def broken(case, result):
    return result.nothing
"""
GRADED = "role: buying\ngate:\n  level: 0.4\ngraders: ['evals.buying.graders:{name}']\n"
SUITES = {
    "failing": "role: buying\ngate:\n  level: 0.4\n",
    "signoff": "role: buying\ngate:\n  level: 0.2\n  signoffs: waived.toml\n",
    "quarantine": "role: buying\ngate:\n  level: 0.2\n  quarantine: waived.toml\n",
    "in_time": GRADED.format(name="in_time"),
    "broken": GRADED.format(name="broken"),
}
"""Suites of the same three cases, by name; of the first three `r2` does not do what is expected."""
SPOILED = ("failing", "signoff", "quarantine")


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


def spoil(cases: Path, name: str) -> None:
    """Expect of a case what does not happen."""
    case, recording = take(Place(str(cases / name)))
    other = case.model_copy(update={"expected": Expected(effects=())})
    put(cases / name, other, recording.lines)


@pytest.fixture(scope="module")
def text(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of all of `SUITES`: starting it takes far longer than a suite."""
    root = Path(shutil.copytree(shop, tmp_path_factory.mktemp("asked") / "shop"))
    (root / "evals" / "buying" / "graders.py").write_text(GRADERS)
    for name, suite in SUITES.items():
        place = root / "evals" / name
        shutil.copytree(root / "evals" / "buying" / "cases", place / "cases")
        (place / "suite.yaml").write_text(suite)
        (place / "waived.toml").write_text(WAIVER.format(kind=name) + SPAN)
        if name in SPOILED:
            spoil(place / "cases", "r2")
    named = "".join(f"\n  evals/{name}" for name in SUITES)
    (root / "pytest.ini").write_text(f"[pytest]\nleitstand_suites ={named}\n")
    code, text = ran(root, *OURS)
    assert code == 1, text
    return text


def said(text: str, suite: str) -> str:
    """What became of the items of a suite, in their order."""
    return " ".join(re.findall(rf"evals/{suite}/suite\.yaml::(\w+ [A-Z]+)", text))


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_failing_case_says_what_is_wrong(text: str) -> None:
    """The case and the gate fail with their reasons, and no trace of a replay."""
    assert said(text, "failing") == "r1 PASSED r2 FAILED r3 PASSED gate FAILED"
    assert text.count("effect too many: shop.bill.post") == 1
    # So says the gate of the suite whose grader says no as well.
    assert text.count("Newly failing and not signed off: 1.") == 2
    assert "Traceback" not in text


@pytest.mark.parametrize("kind", ["signoff", "quarantine"])
def test_a_case_that_somebody_answers_for_fails_as_expected(text: str, kind: str) -> None:
    """It is shown with the name of who answers; the gate still asks for the level."""
    assert said(text, kind) == "r1 PASSED r2 XFAIL r3 PASSED gate PASSED"
    assert re.search(rf"XFAIL evals/{kind}/suite\.yaml::r2 - Carla Meyer", text)


@pytest.mark.slow
def test_a_suite_that_does_not_load_is_an_error(asked: Path) -> None:
    """With file and line, and never a pass."""
    (asked / "evals" / "buying" / "suite.yaml").write_text("role: buying\ncolour: red\n")
    code, text = ran(asked, *OURS)
    assert code == pytest.ExitCode.INTERRUPTED
    assert "suite.yaml:2: `colour`" in text


@pytest.mark.parametrize(
    ("name", "items", "words"),
    [
        ("in_time", "r1 PASSED r2 PASSED r3 FAILED gate FAILED", ("in_time: no",)),
        (
            "broken",
            "r1 FAILED r2 FAILED r3 FAILED gate FAILED",
            ("grader `broken` failed: AttributeError", "LS753"),
        ),
    ],
)
def test_graders_of_the_project_have_the_last_word(
    text: str, name: str, items: str, words: tuple[str, ...]
) -> None:
    """A grader that says no fails its case; one that raises is never a pass of anything."""
    assert said(text, name) == items
    assert all(word in text for word in words)
