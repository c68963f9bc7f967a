"""Writes: what the raw answer of a step writes into the state, and where it says to go.

The forms are LangGraph's: None, a dict, an object with annotated fields, a `Command`, a list with
commands, a `Send`. What LangGraph drops with no more than a line in a log is refused here.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard, cast

from langchain_core.runnables import Runnable
from langgraph.errors import InvalidUpdateError
from langgraph.types import Command, Send
from pydantic import BaseModel

from leitstand.errors import RoleRefused

Pair = tuple[str, object]
_ABSENT = object()


class Writes(NamedTuple):
    """The writes of one task in order, its gotos, and the raw answer that branches may see."""

    pairs: Sequence[Pair]
    gotos: Sequence[str | Send]
    raw: object

    def update(self) -> Mapping[str, object]:
        """The writes as one mapping; a second write to a field is kept as `field#2`."""
        found: dict[str, object] = {}
        for key, value in self.pairs:
            name, count = key, 1
            while name in found:
                count += 1
                name = f"{key}#{count}"
            found[name] = value
        return found


def writes_of(where: str, raw: object, channels: Mapping[str, object]) -> Writes:
    """Read a step's raw answer; keys that are no channels stay in `raw` alone.

    Raises InvalidUpdateError where LangGraph does, RoleRefused for what the walk does not cover.
    """
    pairs = [pair for pair in _pairs(where, raw, tuple(channels)) if pair[0] in channels]
    return Writes(pairs, () if isinstance(raw, dict) else _gotos(where, raw), raw)


def fields_of(value: object, keys: Sequence[str]) -> list[Pair]:
    """Those fields `keys` of an object that count as written.

    As in LangGraph: a None that is a pydantic field's default, and was not set, is no write.
    """
    kept: set[str] = set()
    defaults: dict[str, object] = {}
    if isinstance(value, BaseModel):
        kept = value.model_fields_set
        defaults = {key: info.default for key, info in type(value).model_fields.items()}
    held = [(key, getattr(value, key, _ABSENT)) for key in keys]
    return [
        (key, found)
        for key, found in held
        if found is not _ABSENT
        and (found is not None or defaults.get(key, _ABSENT) is not None or key in kept)
    ]


def _pairs(where: str, raw: object, channels: Sequence[str]) -> Sequence[Pair]:
    if raw is None:
        return ()
    if isinstance(raw, dict):
        return list(cast("dict[str, object]", raw).items())
    if is_command(raw):
        return _command(where, raw)
    if _is_list(raw) and any(is_command(part) for part in raw):
        return [pair for part in raw for pair in _pairs(where, part, channels)]
    if isinstance(raw, Runnable):
        raise RoleRefused("a step that answers with another runnable", where=where)
    if not _annotated(raw):
        raise InvalidUpdateError(f"Expected dict, got {raw!r}")
    return fields_of(raw, channels)


def _command(where: str, command: Command[str]) -> Sequence[Pair]:
    update: object = command.update
    if command.graph is not None or command.resume is not None:
        raise RoleRefused("a command to another graph or to an interrupt", where=where)
    if update is None:
        return ()
    if isinstance(update, dict):
        return list(cast("dict[str, object]", update).items())
    if _is_list(update) and all(_is_pair(part) for part in update):
        return cast("Sequence[Pair]", update)
    if keys := _annotated(update):
        return fields_of(update, keys)
    raise RoleRefused(f"a command with the update {update!r}, which has no fields", where=where)


def _gotos(where: str, raw: object) -> Sequence[str | Send]:
    if isinstance(raw, Send):
        return (raw,)
    if _is_list(raw):
        return [goto for part in raw if is_command(part) for goto in _gotos(where, part)]
    if not is_command(raw):
        return ()
    goto = raw.goto
    targets: Sequence[object] = (goto,) if isinstance(goto, str | Send) else list[object](goto)
    if wrong := [target for target in targets if not isinstance(target, str | Send)]:
        raise RoleRefused(f"a goto to {wrong!r}, which names no step", where=where)
    return cast("Sequence[str | Send]", targets)


def is_command(value: object) -> TypeGuard[Command[str]]:
    """Whether a step's answer is a command."""
    return isinstance(value, Command)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def _is_pair(value: object) -> bool:
    pair = cast("Sequence[Any]", value) if isinstance(value, tuple) else ()
    return len(pair) == 2 and isinstance(pair[0], str)  # noqa: PLR2004 a pair


def _annotated(value: object) -> list[str]:
    kinds = reversed(type(value).__mro__)
    return [name for kind in kinds for name in inspect.get_annotations(kind)]
