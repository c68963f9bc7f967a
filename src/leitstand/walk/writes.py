"""Writes: what the raw answer of a step writes into the state, and where it says to go.

The forms are those that roles deliver: None, a dict, a `Command` with one. Every other that
LangGraph takes, or drops with no more than a line in a log, is refused here.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeGuard, cast

from langgraph.errors import InvalidUpdateError
from langgraph.types import Command, Send

from leitstand.errors import RoleRefused
from leitstand.role import Update


class Writes(NamedTuple):
    """The writes of one task, and its gotos."""

    update: Update
    gotos: Sequence[str | Send] = ()


def writes_of(where: str, raw: object, channels: Mapping[str, object]) -> Writes:
    """Read a step's raw answer; keys that are no channels are left out, as LangGraph does.

    Raises InvalidUpdateError: no dict. Raises RoleRefused: a command to another graph, or to what
    is no step.
    """
    update, gotos = (raw.update, _gotos(where, raw)) if is_command(raw) else (raw, ())
    if not isinstance(update, dict | None):
        raise InvalidUpdateError(f"Expected dict, got {update!r}")
    found = cast("dict[str, object]", update or {})
    return Writes({key: value for key, value in found.items() if key in channels}, gotos)


def _gotos(where: str, command: Command[str]) -> Sequence[str | Send]:
    if command.graph is not None or command.resume is not None:
        raise RoleRefused("a command to another graph or to an interrupt", where=where)
    goto = command.goto
    targets: Sequence[object] = (goto,) if isinstance(goto, str | Send) else list[object](goto)
    if wrong := [target for target in targets if not isinstance(target, str | Send)]:
        raise RoleRefused(f"a goto to {wrong!r}, which names no step", where=where)
    return cast("Sequence[str | Send]", targets)


def is_command(value: object) -> TypeGuard[Command[str]]:
    """Whether a step's answer is a command."""
    return isinstance(value, Command)
