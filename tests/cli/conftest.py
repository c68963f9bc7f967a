"""What the tests of the command line share: running a command, a demo's state, a small project."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest
from typer import Typer
from typer.main import get_command

from leitstand.cli import main
from leitstand.project import Project, load_project

SHOP = Path(__file__).parent / "shop"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:  # noqa: ANN401 - whatever the command prints
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """A JSON document a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Command(Protocol):
    """Runs a command in this process; `person` signs with their passphrase."""

    def __call__(self, *arguments: object, person: str = "") -> Done:
        """What it printed and its exit code."""
        ...


@dataclass(frozen=True)
class Office:
    """A project with people and cases, in a state folder that belongs to one test."""

    state: Path
    command: Command
    passphrases: dict[str, str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(
        self, *arguments: object, person: str = "", env: dict[str, str] | None = None
    ) -> Done:
        """Run a command on this state; `person` decides with their own passphrase."""
        given = [*map(str, arguments), "--state", str(self.state)]
        with self.monkeypatch.context() as patch:
            if person:
                patch.setenv("LEITSTAND_PASSPHRASE", self.passphrases[person])
                given += ["--as", person]
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            return self.command(*given)

    def waiting(self, title: str) -> str:
        """The number of the checkpoint that the case with this title waits at."""
        queue = self("inbox", "--json").data
        [found] = [w["id"] for w in queue["waiting"] if w["title"] == title]
        return str(found)

    def case(self, title: str) -> dict[str, Any]:
        """A case's dossier."""
        return self("case", "show", title, "--json").data


@pytest.fixture(scope="session")
def loaded(root: Path) -> Project:
    """The repository's project, loaded once: compiling roles takes longer than most commands."""
    return load_project(root)


@pytest.fixture(scope="session")
def parser() -> Callable[[Typer], object]:
    """Makes the commands' parser once: making it takes longer than most commands."""
    return cache(get_command)


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    root: Path,
    loaded: Project,
    parser: Callable[[Typer], object],
) -> Command:
    """Commands run in the repository's own project."""

    def load(folder: Path) -> Project:
        return loaded if folder == root else load_project(folder)

    monkeypatch.setattr("leitstand.project.load_project", load)
    monkeypatch.setattr("typer.main.get_command", parser)
    monkeypatch.chdir(root)
    for name in ("LEITSTAND_STATE", "LEITSTAND_PASSPHRASE", "LEITSTAND_PROJECT", "LEITSTAND_LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, person: str = "") -> Done:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run


def passphrases_in(text: str) -> dict[str, str]:
    """Ids and passphrases as `leitstand demo` prints them."""
    rows = (line.split() for line in text.splitlines() if line.startswith("  "))
    return {row[0]: row[-1] for row in rows if "." in row[0]}


@dataclass(frozen=True)
class Demo:
    """What `leitstand demo` made, for all tests of a process."""

    state: Path
    done: Done


def demoed(project: Path, *options: str) -> Done:
    """What `leitstand demo` prints in a project, in a process of its own."""
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, "demo", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "250"},
    )
    assert ran.returncode == 0, ran.stderr
    return Done(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Demo:
    """The demo of the repository's project, run once."""
    state = tmp_path_factory.mktemp("demo") / "state"
    return Demo(state, demoed(root, "--state", str(state)))


@pytest.fixture(scope="session")
def shop_demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo of the small project, run once."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__", "var"))
    return Demo(folder / "var" / "demo", demoed(folder))


@pytest.fixture
def office(demo: Demo, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A copy of the demo's state: 35 invoices judged, five people."""
    state = tmp_path / "state"
    shutil.copytree(demo.state, state)
    return Office(state, command, passphrases_in(demo.done.err), monkeypatch)


@pytest.fixture
def shop_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the small project, free to be changed; commands run in it."""
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__", "var"))
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "shop" not in p])
    for name in ("shop", "buying"):
        sys.modules.pop(name, None)
    yield folder
    for name in ("shop", "buying"):
        sys.modules.pop(name, None)


@pytest.fixture
def shop(
    shop_folder: Path, shop_demo: Demo, command: Command, monkeypatch: pytest.MonkeyPatch
) -> Office:
    """A copy of the small project after its demo: five bills, four people."""
    monkeypatch.chdir(shop_folder)
    state = shop_folder / "var" / "demo"
    shutil.copytree(shop_demo.state, state)
    return Office(state, command, passphrases_in(shop_demo.done.err), monkeypatch)
