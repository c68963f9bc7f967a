"""The scaffold: the reference project as it stands in the wheel, or in the repository around it."""

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from leitstand.errors import UsageRefused

__all__ = ["write"]

FOLDERS = ("agents", "tools", "policies", "evals")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def write(folder: Path) -> list[Path]:
    """Write the project into `folder`; the files written. Raises UsageRefused: it is not empty."""
    if folder.exists() and any(p for p in folder.iterdir() if not p.name.startswith(".")):
        raise UsageRefused("the folder is not empty", where=str(folder.resolve()))
    source = _source()
    folder.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        shutil.copytree(source / name, folder / name, ignore=_LEFT_OUT)
    _write_own(Path(str(files("leitstand.cli").joinpath("project"))), folder)
    return list(_files(folder))


def _write_own(source: Path, folder: Path) -> None:
    """What only a project of its own has: its table, its test, what git leaves alone."""
    for file in _files(source):
        target = folder / file.relative_to(source).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    (folder / ".gitignore").write_text("var/\n__pycache__/\n", encoding="utf-8")


def _source() -> Path:
    """Where agents, tools, policies and evals lie: in the package, or beside `src`."""
    package = Path(str(files("leitstand")))
    for place in (package / "_scaffold", package.parents[1]):
        if all((place / name).is_dir() for name in FOLDERS):
            return place
    raise UsageRefused("this installation carries no reference project", where=str(package))


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file())
