"""The tutorial and the how-to pages, done to the letter in a fresh folder with a fresh state."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.walkthrough import Command, File, Walk, steps_of

PYTHON = re.compile(r"\*\*`(agents/\S+\.py)`\*\*\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def walk_in(folder: Path) -> Walk:
    """A terminal that stands in an empty folder."""
    for name in ("work", "home"):
        (folder / name).mkdir()
    return Walk(folder / "work", folder / "home")


@pytest.fixture(scope="session")
def walked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The tutorial, done from its first line to its last."""
    walk = walk_in(tmp_path_factory.mktemp("tutorial"))
    for step in steps_of((root / "docs" / "tutorial.md").read_text("utf-8")):
        walk.do(step)
    return walk


@pytest.mark.slow
def test_the_tutorial_ends_with_a_released_suite(walked: Walk) -> None:
    """Files and commands of the page, and nothing else, lead to two released cases (R30, R43)."""
    assert walked.here.name == "my-house"
    cases = walked.here / "evals" / "keys" / "cases"
    assert {p.name for p in cases.iterdir()} == {"office-key", "server-key"}
    assert (cases / "server-key" / "tape.jsonl").read_bytes()
    assert walked.run("leitstand eval keys").returncode == 0


@pytest.mark.slow
def test_what_is_recorded_names_nobody(walked: Walk) -> None:
    """The two cases hold pseudonyms, not the people of the world."""
    cases = (walked.here / "evals" / "keys").rglob("*.json*")
    told = b"".join(file.read_bytes() for file in cases)
    assert b"K-" in told
    assert not any(name in told for name in (b"Lindner", b"Brandt", b"kim.roth"))


@pytest.mark.slow
@pytest.mark.parametrize("page", ["role", "tool", "rule", "suite", "model"])
def test_a_how_to_page_goes_on_where_the_tutorial_ends(
    walked: Walk, root: Path, tmp_path: Path, page: str
) -> None:
    """Each page does what it says, in a copy of the tutorial's project (R42)."""
    walk = walk_in(tmp_path)
    shutil.copytree(walked.here, walk.folder, dirs_exist_ok=True)
    steps = list(steps_of((root / "docs" / "how-to" / f"{page}.md").read_text("utf-8")))
    assert {type(step) for step in steps} == {File, Command}
    for step in steps:
        walk.do(step)


def test_a_role_has_some_forty_lines(root: Path) -> None:
    """What the tutorial promises: lines of the role's module that hold code."""
    [(_, code)] = PYTHON.findall((root / "docs" / "tutorial.md").read_text("utf-8"))
    spoken = {
        line
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = [n for n, line in enumerate(code.splitlines(), 1) if line.strip() and n not in spoken]
    assert 30 <= len(lines) <= 45


@pytest.mark.parametrize(
    "page",
    [
        "```python\nprint()\n```\n",
        "```console\nleitstand check\n```\n",
        "```console\n```\n",
        "```console\n$ true\n",
    ],
    ids=["a file without a name", "no prompt", "no command", "not closed"],
)
def test_a_block_that_nobody_would_run_is_refused(page: str) -> None:
    """A page cannot hide anything from its test."""
    with pytest.raises(ValueError, match=r"block|command"):
        list(steps_of(page))


@pytest.mark.parametrize(
    "step", [Command("false"), Command("echo one", ("two",)), Command("cd /nowhere-at-all")]
)
def test_a_step_that_does_not_hold_fails(tmp_path: Path, step: Command) -> None:
    """A command that fails or prints something else is noticed."""
    with pytest.raises(AssertionError):
        walk_in(tmp_path).do(step)


def test_folder_and_variables_go_on(tmp_path: Path) -> None:
    """As at a terminal; files are written where the commands work by then."""
    walk = walk_in(tmp_path)
    for step in (Command("mkdir 'a b' && cd 'a b'"), Command("export X='1 2'"), File("c/d", "e")):
        walk.do(step)
    assert walk.run('echo "$X"; cat c/d').stdout == "1 2\ne"
