"""A chat model that answers from a script: for tests, the demo and the replay of recorded cases."""

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
    """One answer: to which prompt, for which inputs (those named must be equal), and what it says."""

    prompt: str
    given: Mapping[str, Any] = {}
    answer: Mapping[str, Any] | str


class ScriptedModel(BaseChatModel):
    """Answers by prompt and inputs, never by order: calls side by side get what is theirs.

    The first script that fits is taken. Raises ModelRefused: none fits; nothing is made up.
    """

    scripts: tuple[Script, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: object = None,
        **kwargs: object,
    ) -> ChatResult:
        system, *_, human = messages
        answer = self._find(system.name or "", json.loads(human.text))
        text = answer if isinstance(answer, str) else canonical(answer).decode()
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _find(self, prompt: str, inputs: Mapping[str, Any]) -> Mapping[str, Any] | str:
        for script in self.scripts:
            if script.prompt == prompt and script.given.items() <= inputs.items():
                return script.answer
        raise ModelRefused("no scripted answer fits these inputs", where=prompt)
