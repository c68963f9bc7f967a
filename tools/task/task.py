"""Tasks: what a person has to do before a case can go on."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.values import Frozen, Identifier, Kept, Text

TaskKind = Literal[
    "clarify", "onboard", "call_back", "compliance", "release", "master_data", "safety"
]
"""clarify a deviation, take on a new supplier, call back on the known number, decide a suspicion,
release a batch, correct a master record, see to somebody who is hurt or in danger."""


class CreateTask(Frozen):
    """Create a task for the people of `roles`; `rules` say why it is needed.

    `title` names the case for people, `due` is the day by which it should be done.
    """

    kind: TaskKind
    roles: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=16), Kept()]
    rules: Annotated[tuple[Identifier, ...], Field(max_length=64), Kept()] = ()
    title: Annotated[Text, Field(min_length=1, max_length=200)]
    due: date | None = None


class Task(Frozen):
    """A task as it was created."""

    task_no: Identifier
    kind: TaskKind
    roles: Annotated[tuple[Identifier, ...], Kept()]
    rules: Annotated[tuple[Identifier, ...], Kept()] = ()
    title: Text
    due: date | None = None
    state: Literal["open", "done"] = "open"
