"""`leitstand init`: a new project that runs and passes its tests, or one to build up.

It is the reference project as it stands in the wheel, or in the repository around it; an empty one
has of that only what every role can use.
"""

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import hint
from leitstand.errors import UsageRefused

FOLDERS = ("agents", "tools", "policies", "evals")
START = (
    *(f"tools/{name}.py" for name in ("database", "once", "register", "rows")),
    "policies/provenance.cedar",
)
"""What an empty project begins with."""
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@command()
async def init(
    place: Place,
    folder: Annotated[Path, typer.Argument(help="An empty or new folder.")] = Path(),
    *,
    empty: Annotated[
        bool, typer.Option("--empty", help="No roles: a system to begin with, and the table.")
    ] = False,
) -> None:
    """Write the reference project out: roles, tools, policies, a world, and a test."""
    written = _write(folder, empty=empty)
    data = {"folder": str(folder.resolve()), "files": written}
    place.emit(data, lambda: typer.echo(f"{written} files in {folder.resolve()}"))
    hint(
        f"next: cd {folder}, write a role and name it in leitstand.toml"
        if empty
        else f"next: cd {folder} && leitstand check && leitstand demo"
    )


def _write(folder: Path, *, empty: bool) -> int:
    """Write the project into `folder`; how many files. Raises UsageRefused: it is not empty."""
    if folder.exists() and any(p for p in folder.iterdir() if not p.name.startswith(".")):
        mend = "name a new folder, or an empty one"
        raise UsageRefused("the folder is not empty", where=str(folder.resolve()), mend=mend)
    source = _source()
    folder.mkdir(parents=True, exist_ok=True)
    for name in () if empty else FOLDERS:
        shutil.copytree(source / name, folder / name, ignore=_LEFT_OUT)
    for name in START if empty else ():
        _copy(source / name, folder / name)
    # What only a project of its own has: its table, its test, what git leaves alone.
    own = Path(str(files("leitstand.cli").joinpath("empty" if empty else "project")))
    for file in _files(own):
        _copy(file, folder / file.relative_to(own).with_suffix(""))
    (folder / ".gitignore").write_text("var/\n__pycache__/\n", encoding="utf-8")
    return sum(1 for _ in _files(folder))


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def _source() -> Path:
    """Where agents, tools, policies and evals lie: in the package, or beside `src`."""
    package = Path(str(files("leitstand")))
    for place in (package / "_scaffold", package.parents[1]):
        if all((place / name).is_dir() for name in FOLDERS):
            return place
    mend = "install `leitstand` anew"
    raise UsageRefused("no reference project in it", where=str(package), mend=mend)


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file())
