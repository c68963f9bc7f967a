"""Write the page of commands from the commands themselves: `python docs/make_cli.py > docs/cli.md`.

What the page says of a command is what its `--help` says; a test holds the two together.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# Commands

Data go to stdout, everything else to stderr. Every command takes `--json`; an error is then a JSON
document on stderr. `NO_COLOR` is obeyed, and there is no progress bar without a terminal.

| exit | means |
|---|---|
| 0 | done |
| 1 | refused, failed, or something was found |
| 2 | the command or an argument cannot be used |
| 3 | the project, its rules or its world do not load |
| 4 | no verdict (`eval`): what was measured can tell neither yes nor no |

| variable | means |
|---|---|
| `LEITSTAND_STATE` | folder of cases, keys and embedded systems, as `--state` |
| `LEITSTAND_PROJECT` | folder of the project, instead of the one around the working folder |
| `LEITSTAND_LANG` | `de` or `en`: language of what supervisors read, as `--lang` |
| `LEITSTAND_PASSPHRASE` | passphrase for scripts, instead of being asked |
| `LEITSTAND_TRACE` | show the traceback of a defect |

This page is written by `make docs` from the commands themselves.
"""


def main() -> None:
    """Print the page."""
    sys.path[:0] = [str(ROOT / "src")]
    whole = importlib.import_module("leitstand.cli.program").program
    sections = "\n".join(commands(whole, "leitstand"))
    sys.stdout.write(f"{HEAD}\n{sections}")


def commands(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401 - the engine's own type
    """The section of a command, or those of a group's commands."""
    inner: dict[str, Any] = getattr(command, "commands", {})
    if not inner:
        yield section(command.loaded(), name)
    for key, value in inner.items():
        yield from commands(value, f"{name} {key}")


def section(command: Any, name: str) -> str:  # noqa: ANN401 - the engine's own type
    """One command: how it is called, what it does, its arguments and options."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    call = " ".join([name, *(shown(a) for a in arguments), "[OPTIONS]"])
    rows = [f"| `{shown(a)}` | {a.help} |" for a in arguments if getattr(a, "help", None)]
    rows += [f"| `{', '.join(o.opts)}` | {o.help} |" for o in options if o.help]
    return "\n".join([f"## {call}", "", command.help or "", "", "| | |", "|---|---|", *rows, ""])


def shown(argument: Any) -> str:  # noqa: ANN401 - the engine's own type
    """An argument as it is typed."""
    return str(argument.metavar or argument.name.upper())


if __name__ == "__main__":
    main()
