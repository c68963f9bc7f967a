"""Groups of commands as the table has them; a command's module is imported when it is called."""

import ast
from importlib import import_module
from importlib.resources import files
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Named(TyperCommand):
    """A command by name and reference, `module:function` of this package: enough to list it."""

    def __init__(self, name: str, reference: str) -> None:
        super().__init__(name)
        self._module, _, self._work = reference.partition(":")

    def get_short_help_str(self, limit: int = 45) -> str:
        """What the function says of itself, read where it stands and not imported."""
        text = files("leitstand.cli").joinpath(f"{self._module}.py").read_text("utf-8")
        works = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.AsyncFunctionDef)}
        self.help = ast.get_docstring(works[self._work])
        return super().get_short_help_str(limit)

    def loaded(self) -> Any:  # noqa: ANN401 - typer's own
        """The command itself, with arguments and options."""
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        work = getattr(import_module(f"leitstand.cli.{self._module}"), self._work)
        alone.command(self.name)(work)
        return get_command(alone)


class Group(TyperGroup):
    """A group of named commands. `default` is meant where none is named: nothing, or options."""

    default: ClassVar[str] = ""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own
        """The words of the command line."""
        option = args[:1] and args[0].startswith("-") and args[0] not in ctx.help_option_names
        if self.default and (option or not args):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own
        """The command that a first word means."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.loaded() if isinstance(command, Named) else command, rest


class Corrections(Group):
    """No word at all lists them: `corrections --json` is `corrections list --json`."""

    default: ClassVar[str] = "list"


class Suites(Group):
    """A word that is no command is a suite: `eval accounting` is `eval run accounting`.

    No word at all means every suite: `eval --json` is `eval run --json`.
    """

    default: ClassVar[str] = "run"

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own
        """The command that a first word means."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["run", *args]
        return super().resolve_command(ctx, args)
