"""A chat model that answers from a script: for tests and the demo."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

from leitstand.digest import canonical
from leitstand.errors import ModelRefused
from leitstand.values import Frozen


class Called(Frozen):
    """A call that a scripted model makes."""

    tool: str
    args: Mapping[str, Any] = {}


class Script(Frozen):
    """One message: to which prompt, for which inputs (those named must be equal), and what it says.

    `turn` is how often the model has spoken before; None fits always. `calls` are made in order.
    """

    prompt: str
    given: Mapping[str, Any] = {}
    turn: int | None = None
    answer: Mapping[str, Any] | str = ""
    calls: tuple[Called, ...] = ()


class ScriptedModel(BaseChatModel):
    """Answers by prompt and inputs, never by order: calls side by side get what is theirs.

    The first script that fits is taken. `model_name` tells two of them apart. Raises ModelRefused:
    none fits; nothing is made up.
    """

    scripts: tuple[Script, ...] = ()
    model_name: str = ""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_rest: object) -> Runnable[Any, AIMessage]:
        """A script knows what it calls."""
        del tools
        return self

    async def _agenerate(
        self, messages: list[BaseMessage], *_args: object, **_rest: object
    ) -> ChatResult:
        return self._generate(messages)

    def _generate(self, messages: list[BaseMessage], *_args: object, **_rest: object) -> ChatResult:
        prompt, inputs = messages[0].name or "", json.loads(str(messages[1].text))
        turn = sum(isinstance(m, AIMessage) for m in messages)
        for script in self.scripts:
            fits = script.turn in (None, turn) and script.given.items() <= inputs.items()
            if script.prompt == prompt and fits:
                return ChatResult(generations=[ChatGeneration(message=_message(script, turn))])
        raise ModelRefused("no scripted answer fits these inputs", where=prompt)


def _message(script: Script, turn: int) -> AIMessage:
    given = script.answer
    text = given if isinstance(given, str) else canonical(given).decode()
    calls = [
        {"name": c.tool.replace(".", "__"), "args": dict(c.args), "id": f"{turn}-{i}"}
        for i, c in enumerate(script.calls)
    ]
    return AIMessage(text, tool_calls=calls)
