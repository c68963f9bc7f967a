"""A world: the environment of one recorded run, which every executed call changes and answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from leitstand.errors import CaseRefused


@dataclass(frozen=True, slots=True)
class Asked:
    """A recorded call: tool, arguments as JSON text, and what the recording says it did.

    `writes`: its tool changes something, or lets something out.
    """

    tool: str
    arguments: str
    writes: bool
    effects: Any = None


@dataclass(frozen=True, slots=True)
class Executed:
    """What a call came to: the text of its answer, and whether it has changed anything."""

    text: str
    changed: bool = False


class World(Protocol):
    """The environment of one run."""

    async def execute(self, asked: Asked) -> Executed:
        """Do what the call says. Raises CallFailed: the environment does not take it."""
        ...

    def verdict(self) -> dict[str, Any]:
        """What the set's own rules say of the run, from what the world has become."""
        ...

    def corrected(self) -> int | None:
        """How many effective writes a supervisor who knows the truth would have changed.

        None where the truth names goals or states, and no writes.
        """
        return None


class Setting(Protocol):
    """A format: what is common to all runs of a set, its databases, how its rows are read.

    A project names its formats in `recordings` of its table; each is made of the folder of a set.
    `answers`: fields of a row that hold somebody's verdict; no verdict of ours is made from them.
    """

    name: str = ""
    environment: str = "recorded"
    answers: frozenset[str] = frozenset()

    def calls(self, row: Mapping[str, Any]) -> list[Asked]:
        """The calls of a run with what they did, in order, as here where the row has both.

        Raises CaseRefused: the row is no run of this set.
        """
        try:
            return [
                Asked(
                    str(call.get("name", "")),
                    json.dumps(call["args"], sort_keys=True)
                    if "args" in call
                    else str(call["raw"]),
                    bool(call.get("write")),
                    call.get("effects"),
                )
                for call in row["calls"]
            ]
        except (AttributeError, KeyError, TypeError) as error:
            raise CaseRefused(f"no run of {self.name}: {error!r}") from error

    def world(self, row: Mapping[str, Any]) -> World:
        """The environment as it was when the run began."""
        ...

    def excluded(self, row: Mapping[str, Any]) -> bool:
        """Whether the run broke off with an error that was not the agent's; here none has."""
        del row
        return False

    def group(self, row: Mapping[str, Any]) -> str:
        """The task that several trials belong to; empty, as here, where a task has one."""
        del row
        return ""

    def reference(self, answers: Mapping[str, Any]) -> dict[str, Any] | None:
        """The verdict that came with the row, in the form of ours; None if none came."""
        ...
