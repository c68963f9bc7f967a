"""The program: commands put together, errors made readable, exit codes given."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from typer.core import TyperGroup

import leitstand
from leitstand.cli import (
    batch,
    case,
    check,
    corrections,
    decision,
    demo,
    deploy,
    evals,
    graph,
    handling,
    inbox,
    init,
    journal,
    listen,
    people,
    policy,
    prompts,
    run,
    serve,
    session,
    whatif,
)
from leitstand.cli.command import Group
from leitstand.cli.output import exit_code, fail, hint
from leitstand.errors import LeitstandError, StoreFailed, UsageRefused

__all__ = ["app", "main"]

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
    """What the machine refuses (a folder, a database) in words; all else is a defect."""
    cause = getattr(error, "orig", None) or error
    if type(cause).__module__ == "sqlite3":
        return StoreFailed(f"a database cannot be used: {cause}")
    if isinstance(cause, OSError) and cause.filename:
        text, mend = cause.strerror or str(cause), "name a place that can be read and written"
        return UsageRefused(text, where=str(cause.filename), mend=mend)
    text = f"{type(error).__name__}: {error}"
    return LeitstandError(text, mend="a defect; set LEITSTAND_TRACE=1 to see where")


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"{leitstand.__version__}\n")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Print the version."),
    ] = False,
) -> None:
    """Back-office work under guard, checkpoints and replay."""


_GROUPS = {
    "case": "Cases: list, show, export, release; retry, supply, assign, close exceptions.",
    "people": "People: list, add.",
    "journal": "The journal: verify it.",
    "policy": "Rules: check, explain, release.",
    "corrections": "Corrections: list, decline, mended.",
}
_COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo.demo,
    "run": run.run,
    "batch": batch.batch,
    "login": session.login,
    "logout": session.logout,
    "inbox": inbox.inbox,
    "serve": serve.serve,
    "listen": listen.listen,
    "arrivals": listen.arrivals,
    "show": inbox.show,
    "approve": decision.approve,
    "edit": decision.edit,
    "reject": decision.reject,
    "answer": decision.answer,
    "rebuild": journal.rebuild,
    "graph": graph.graph,
    "deploy": deploy.deploy,
    "check": check.check,
    "prompts": prompts.prompts,
    "whatif": whatif.whatif,
    "init": init.init,
    "case list": case.listed,
    "case show": case.show,
    "case export": case.export,
    "case verifier": case.verifier,
    "case release": case.release,
    "case retry": handling.retry,
    "case supply": handling.supply,
    "case assign": handling.assign,
    "case close": handling.close,
    "people list": people.listed,
    "people add": people.add,
    "journal verify": journal.verify,
    "corrections list": corrections.listed,
    "corrections decline": corrections.decline,
    "corrections mended": corrections.mended,
    "policy check": policy.check,
    "policy explain": policy.explain,
    "policy release": policy.release,
}


def _add_all() -> None:
    groups = {"": app}
    for name, words in _GROUPS.items():
        kind = Group if name == "corrections" else TyperGroup
        groups[name] = typer.Typer(
            help=words, no_args_is_help=True, rich_markup_mode=None, cls=kind
        )
        groups[name].callback()(lambda: None)
        app.add_typer(groups[name], name=name)
    app.add_typer(evals.app, name="eval")
    for path, work in _COMMANDS.items():
        group, _, name = path.rpartition(" ")
        groups[group].command(name)(work)


_add_all()
