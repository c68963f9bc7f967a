"""The library: a project's prompts, and the models that they are put to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from leitstand.errors import LeitstandError, ModelRefused, SecretMissing
from leitstand.model.chat import Chat, Prepared
from leitstand.model.message import Question
from leitstand.model.prompt import Prompt
from leitstand.model.released import check_released, read_lock

Environment = Literal["dev", "test", "prod"]
EVERY = "*"
"""The entry of `uses` for whatever none is named for."""


@dataclass(frozen=True, slots=True)
class Library:
    """Prompts by name, models by name, and which is put to which.

    `uses` names a model for a prompt, for a role (of whose cases all prompts are put to it), or for
    `EVERY`; the first of these that is there counts. Without a model nothing is asked, but what was
    asked can be compared.
    """

    prompts: Mapping[str, Prompt] = field(default_factory=dict[str, Prompt])
    chats: Mapping[str, Chat] = field(default_factory=dict[str, Chat])
    uses: Mapping[str, str] = field(default_factory=dict[str, str])
    environment: Environment = "dev"

    @staticmethod
    def open(
        folder: Path,
        chats: Mapping[str, Chat] | None = None,
        uses: Mapping[str, str] | None = None,
        environment: Environment = "dev",
    ) -> "Library":
        """The prompts of a folder, `*.md` each.

        Raises ModelRefused: one cannot be used, or not here; `uses` names a model that there is
        not, or a name of it is neither prompt nor role.
        """
        prompts = [Prompt.load(file) for file in sorted(folder.glob("*.md"))]
        lock = read_lock(folder)
        for prompt in prompts:
            check_released(prompt, lock, production=environment == "prod")
        chats, uses = chats or {}, uses or {}
        if strange := sorted(set(uses.values()) - chats.keys()):
            text = f"no model is called `{'`, `'.join(strange)}`"
            raise ModelRefused(text, where="[tool.leitstand] uses")
        return Library({p.name: p for p in prompts}, chats, uses, environment)

    def releases_of(self, role: str) -> Mapping[str, str]:
        """What each prompt's answers are recorded with: model, version, and hash of its file.

        Another word in the file or another model is another release (KERNEL no. 26).
        """
        return {name: self.release(name, role) for name in self.prompts}

    def release(self, prompt: str, role: str) -> str:
        """The same for one prompt, empty if there is none of this name."""
        known, chat = self.prompts.get(prompt), self.chat(prompt, role)
        return f"{chat.kind if chat else ''}:{known.release}" if known else ""

    def lacking(self) -> Iterator[tuple[str, LeitstandError]]:
        """What keeps models from being asked: an `error`, or a `note` for a key that is absent."""
        for chat in self.chats.values():
            try:
                chat.model  # noqa: B018 - made to see whether it can be
            except ModelRefused as error:
                yield "error", error
            except SecretMissing as error:
                yield "note", error

    def prepare(self, question: Question) -> Prepared:
        """A question that can be sent.

        Raises ModelRefused: no such prompt, no model for it, or inputs other than the prompt names.
        """
        known, chat = self.prompts.get(question.prompt), self.chat(question.prompt, question.role)
        if known is None:
            raise ModelRefused("there is no such prompt", where=question.prompt)
        if chat is None:
            mend = "set `model`, or `models` and `uses`, in the project's table"
            raise ModelRefused("no model is configured", where=question.prompt, mend=mend)
        if wrong := set(question.inputs) ^ set(known.inputs):
            text = f"inputs missing or unknown: {', '.join(sorted(wrong))}"
            raise ModelRefused(text, where=known.source)
        return chat.prepare(known, question)

    def chat(self, prompt: str, role: str) -> Chat | None:
        """The model to which a prompt is put in a role's cases."""
        name = next((self.uses[n] for n in (prompt, role, EVERY) if n in self.uses), "")
        return self.chats.get(name)
