"""The program: commands put together, errors made readable, exit codes given."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import leitstand
from leitstand.cli import (
    batch,
    case,
    check,
    decision,
    demo,
    deploy,
    evals,
    graph,
    inbox,
    init,
    journal,
    login,
    people,
    policy,
    run,
    whatif,
)
from leitstand.cli.output import exit_code, fail, hint
from leitstand.errors import LeitstandError

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
    except BrokenPipeError:
        # Whoever read the data has enough: nothing is to be flushed into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("LEITSTAND_TRACE"):
            raise
        text = f"{type(error).__name__}: {error}"
        mend = "a defect; set LEITSTAND_TRACE=1 to see where"
        fail(LeitstandError(text, mend=mend), json="--json" in given)
        return 1
    return 0


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


app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("batch")(batch.batch)
app.command("login")(login.login)
app.command("logout")(login.logout)
app.command("inbox")(inbox.inbox)
app.command("show")(inbox.show)
app.command("approve")(decision.approve)
app.command("edit")(decision.edit)
app.command("reject")(decision.reject)
app.command("answer")(decision.answer)
app.add_typer(case.app, name="case")
app.add_typer(people.app, name="people")
app.add_typer(journal.app, name="journal")
app.command("rebuild")(journal.rebuild)
app.add_typer(policy.app, name="policy")
app.command("graph")(graph.graph)
app.command("deploy")(deploy.deploy)
app.command("check")(check.check)
app.add_typer(evals.app, name="eval")
app.command("whatif")(whatif.whatif)
app.command("init")(init.init)
