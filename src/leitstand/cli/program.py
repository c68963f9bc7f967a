"""The program: commands put together, errors made readable, exit codes given."""

import os
import sys
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated, cast

import typer
from typer.main import get_command

import leitstand
from leitstand.cli.group import Corrections, Group, Named, Suites
from leitstand.cli.output import exit_code, fail, hint
from leitstand.errors import LeitstandError, UsageRefused, place_of

app = typer.Typer(
    cls=Group,
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
        program(given, prog_name="leitstand")
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


def _whole() -> Group:
    """The program: the commands of the table, those of groups behind the others."""
    known = tomllib.loads(files("leitstand.cli").joinpath("commands.toml").read_text("utf-8"))
    groups = {"": cast("Group", get_command(app))}
    kinds = {"corrections": Corrections, "eval": Suites}
    for name, words in known["groups"].items():
        kind = kinds.get(name, Group)
        groups[name] = kind(name=name, help=words, no_args_is_help=True, rich_markup_mode=None)
    for path, reference in known["commands"].items():
        group, _, name = path.rpartition(" ")
        groups[group].add_command(Named(name, reference))
    for name in known["groups"]:
        groups[""].add_command(groups[name])
    return groups[""]


program = _whole()
