"""The program: commands put together, errors made readable, exit codes given."""

import os
import sys
import tomllib
from collections.abc import Sequence
from importlib import import_module
from importlib.resources import files
from typing import Annotated

import typer
from typer.core import TyperGroup

import leitstand
from leitstand.cli.command import Group
from leitstand.cli.evals import Suites
from leitstand.cli.output import exit_code, fail, hint
from leitstand.errors import LeitstandError, UsageRefused, place_of

app = typer.Typer(
    name="leitstand",
    help="Back-office work under guard, checkpoints and replay.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 done, 1 refused or failed, 2 usage, 3 no project."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _open_ends()
    try:
        app(given, prog_name="leitstand")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except LeitstandError as error:
        fail(error, json="--json" in given)
        return exit_code(error)
    except KeyboardInterrupt:
        hint("interrupted; what was committed stays")
        return 130
    except Exception as error:
        if os.environ.get("LEITSTAND_TRACE"):
            raise
        fail(_readable(error), json="--json" in given)
        return 1
    return 0


def _open_ends() -> None:
    """Give a program that was started without an end (`>&-`) one that goes nowhere."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "w", encoding="utf-8"))


def _readable(error: Exception) -> LeitstandError:
    """What the machine refuses (a folder) in words; all else is a defect."""
    if isinstance(error, OSError) and error.filename:
        text, mend = error.strerror or str(error), "name a place that can be read and written"
        return UsageRefused(text, where=str(error.filename), mend=mend)
    text = f"{type(error).__name__}: {error}"
    mend = "a defect; set LEITSTAND_TRACE=1 to see where"
    return LeitstandError(text, where=place_of(error), mend=mend)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"{leitstand.__version__}\n")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """Back-office work under guard, checkpoints and replay."""


def _add_all() -> None:
    known = tomllib.loads(files("leitstand.cli").joinpath("commands.toml").read_text("utf-8"))
    groups = {"": app}
    for name, words in known["groups"].items():
        kind = {"corrections": Group, "eval": Suites}.get(name, TyperGroup)
        groups[name] = typer.Typer(
            help=words, no_args_is_help=True, rich_markup_mode=None, cls=kind
        )
        groups[name].callback()(lambda: None)
        app.add_typer(groups[name], name=name)
    for path, reference in known["commands"].items():
        group, _, name = path.rpartition(" ")
        module, _, work = reference.partition(":")
        groups[group].command(name)(getattr(import_module(f"leitstand.cli.{module}"), work))


_add_all()
