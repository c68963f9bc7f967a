"""The library: a project's released prompts, and the model that they are put to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel

from leitstand.errors import ModelRefused
from leitstand.model.ask import ask
from leitstand.model.prompt import Prompt
from leitstand.model.tokens import Counter

__all__ = ["Library"]


@dataclass(frozen=True, slots=True)
class Library:
    """Prompts by name. Without a model nothing is asked, but what was asked can be compared."""

    prompts: Mapping[str, Prompt] = field(default_factory=dict[str, Prompt])
    model: BaseChatModel | None = None
    counter: Counter = field(default_factory=Counter.of)

    @staticmethod
    def open(folder: Path, model: BaseChatModel | None) -> "Library":
        """The prompts of a folder, `*.md` each. Raises ModelRefused: one cannot be used."""
        prompts = [Prompt.load(file) for file in sorted(folder.glob("*.md"))]
        return Library({prompt.name: prompt for prompt in prompts}, model)

    @property
    def releases(self) -> Mapping[str, str]:
        """What each prompt's answers are recorded with: model, version, and hash of its file.

        Another word in the file or another model is another release (KERNEL no. 26).
        """
        name = _name(self.model)
        return {p.name: f"{name}:{p.name}@{p.version}#{p.sha}" for p in self.prompts.values()}

    async def ask(self, prompt: str, inputs: Mapping[str, Any], answer: type[Any]) -> Any:  # noqa: ANN401 - a reading of `answer`
        """The model's answer as a reading.

        Raises ModelRefused: no such prompt or no model, and as `leitstand.model.ask` does.
        """
        if self.model is None or prompt not in self.prompts:
            raise ModelRefused("no such prompt, or no model to ask", where=prompt)
        known = self.prompts[prompt]
        return (await ask(self.model, known, inputs, answer, self.counter)).reading


def _name(model: BaseChatModel | None) -> str:
    """Kind of the model, and which one of that kind where its provider says so."""
    if model is None:
        return ""
    kind, told = model._llm_type, model._get_ls_params()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    return "/".join(filter(None, (kind, told.get("ls_model_name"))))
