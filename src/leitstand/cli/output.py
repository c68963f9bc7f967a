"""Output: data on stdout, everything else on stderr; JSON for programs, tables for people."""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

from leitstand.errors import LeitstandError

if TYPE_CHECKING:
    from rich.console import Console

    from leitstand.inbox import Texts


_WIDE = 200
"""Columns of a table that no terminal shows."""

_CODES = {
    "UsageRefused": 2,
    "ProjectRefused": 3,
    "PolicyRefused": 3,
    "RoleRefused": 3,
    "ToolDefined": 3,
    "WorldRefused": 3,
    "SuiteRefused": 3,
    "CaseRefused": 4,
    "NoVerdict": 4,
}


def line(data: object) -> None:
    """One JSON document on one line of stdout."""
    from leitstand.digest import plain_of

    raw = orjson.dumps(data, default=plain_of, option=orjson.OPT_SORT_KEYS)
    sys.stdout.write(raw.decode() + "\n")
    sys.stdout.flush()


def hint(text: str) -> None:
    """A remark for people, on stderr."""
    sys.stderr.write(f"{text}\n")


def printable(text: str) -> str:
    """`text` on one line, every character that does not print as `?`: names come from strangers."""
    return "".join(c if c.isprintable() else "?" for c in text)


def fail(error: LeitstandError, *, json: bool, texts: "Texts | None" = None) -> None:
    """An error on stderr: code, what, where, what to do; with `texts` in their language."""
    if json:
        sys.stderr.write(orjson.dumps({"error": said(error)}).decode() + "\n")
        return
    where = printable(error.where)
    at, do, told = "where:", "do:   ", str
    if texts is not None:
        at, do, told = texts.known("fail.where"), texts.known("fail.do"), texts.told
    rows = [f"{error.code}: {told(error.text)}"]
    rows += [f"  {at} {where}"] if where else []
    rows += [f"  {do} {told(error.advice)}"] if error.advice else []
    hint("\n".join(rows))


def filled(name: str, **values: object) -> str:
    """A template of this package with its values, in which nothing is a template again."""
    from jinja2 import Environment, PackageLoader

    pages = Environment(trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - no HTML
    pages.loader = PackageLoader("leitstand.cli")
    pages.filters["cell"] = lambda text: " ".join(str(text).replace("|", "\\|").split())
    return pages.get_template(name).render(values)


def said(error: LeitstandError) -> dict[str, str]:
    """An error as data: code, what, where, what to do."""
    where = printable(error.where)
    return {"code": error.code, "what": error.text, "where": where, "do": error.advice}


def exit_code(error: Exception) -> int:
    """1 refused or failed, 2 usage, 3 the project does not load, 4 no verdict."""
    names = (kind.__name__ for kind in type(error).__mro__)
    return next((_CODES[n] for n in names if n in _CODES), 1)


def interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty() and "CI" not in os.environ


def stdout() -> "Console":
    """A console on stdout: colour and width of the terminal; plain and wide where there is none."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDE
    return Console(width=width, highlight=False, soft_wrap=False, emoji=False, markup=False)


Told = Callable[..., None]
"""Hears how much is done, and of what where that changes: `told(3)`, `told(3, "read")`."""


@contextmanager
def progress(what: str, total: int) -> Generator[Told]:
    """A bar with rate and remaining time on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    speed = TaskProgressColumn("{task.percentage:>3.0f} %", show_speed=True)
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    columns += [speed, TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)

        def told(done: int, what: str = what) -> None:
            bar.update(task, completed=done, description=what)

        yield told


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people."""
    from rich import box
    from rich.table import Table

    table = Table(title=title or None, box=box.SIMPLE, title_justify="left", pad_edge=False)
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(_text(cell) for cell in row))
    stdout().print(table)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
