"""What a model and the runtime say to each other, in a form of our own.

Digests and records are made over these, never over a library's serialisation (KERNEL no. 26): the
same conversation is the same bytes whatever provider it was held with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from leitstand.tool import Tool
from leitstand.values import Frozen

ANSWER = "answer"
"""The call by which a model that has tools gives its answer; tools have a dot in their names."""


class Proposed(Frozen):
    """A call that a model wants, at its place in the message. `fault`: why it cannot be one."""

    tool: str
    args: dict[str, Any] = {}
    fault: str = ""


class Message(Frozen):
    """What a model said: a text, calls in their order, or what was wrong with it."""

    text: str = ""
    calls: tuple[Proposed, ...] = ()
    fault: str = ""


class Told(Frozen):
    """What the model is told of a call, at the same place; `tool` is empty if it made none.

    `said` has one of `result` and `error` (code, kind, text), and `acted` where a person had other
    arguments carried out than the model proposed.
    """

    tool: str
    said: dict[str, Any]


class Exchange(Frozen):
    """A message of the model, and what it was told of it."""

    said: Message
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked: a prompt with its inputs, the form of the answer, and what was said.

    `role` is that of the case. With `tools` the model may call those, and gives its answer as a
    call of `ANSWER`. `address` is where the question stands in its case.
    """

    prompt: str
    inputs: Mapping[str, Any]
    answer: type[BaseModel]
    role: str = ""
    tools: Sequence[Tool[Any, Any]] = ()
    exchanges: tuple[Exchange, ...] = ()
    address: str = ""
