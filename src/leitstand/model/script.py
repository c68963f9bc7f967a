"""A chat model that answers from a script: for tests and the demo."""

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from leitstand.digest import canonical
from leitstand.errors import ModelRefused
from leitstand.values import Frozen

__all__ = ["Script", "ScriptedModel"]


class Script(Frozen):
    """One answer: to which prompt, for which inputs (those named must be equal), and its text."""

    prompt: str
    given: Mapping[str, Any] = {}
    answer: Mapping[str, Any] | str


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

    async def _agenerate(
        self, messages: list[BaseMessage], *_args: object, **_rest: object
    ) -> ChatResult:
        return self._generate(messages)

    def _generate(self, messages: list[BaseMessage], *_args: object, **_rest: object) -> ChatResult:
        prompt, inputs = messages[0].name or "", json.loads(str(messages[-1].text))
        for script in self.scripts:
            if script.prompt == prompt and script.given.items() <= inputs.items():
                given = script.answer
                text = given if isinstance(given, str) else canonical(given).decode()
                return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])
        raise ModelRefused("no scripted answer fits these inputs", where=prompt)
