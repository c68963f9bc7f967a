"""Prompts as versioned files: `prompts/<name>.md`, with front matter, named by hash.

    ---
    version: 3
    owner: finance
    released: 2026-11-02
    budget: 6000
    inputs: subject, body
    ---
    You sort incoming mail ...

The text is the system message and never changes with the inputs: instructions and data do not mix.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from leitstand.digest import plain
from leitstand.errors import ModelRefused
from leitstand.values import Frozen, Identifier, Percent, Text

__all__ = ["Prompt"]

_FENCE = "---\n"


def _names(text: object) -> object:
    return tuple(n.strip() for n in text.split(",") if n.strip()) if isinstance(text, str) else text


class _Matter(Frozen):
    """The front matter. Everything in the file is text, so here alone it is read laxly."""

    model_config = ConfigDict(strict=False)

    version: Identifier
    owner: Text
    released: date
    budget: Annotated[int, Field(gt=0)]
    inputs: Annotated[tuple[Identifier, ...], BeforeValidator(_names)] = ()
    confidence: Annotated[int, Field(ge=0, le=100)] = 0


class Prompt(Frozen):
    """A prompt as it was released.

    `budget` is the most tokens that prompt and inputs may take, `inputs` the names of what it is
    given, `confidence` (whole percent) how often its answers were right where that was measured, 0
    where nobody has. `sha` is the hash of the whole file: another word is another prompt.
    """

    name: Identifier
    text: str
    version: Identifier
    owner: Text
    released: date
    budget: int
    inputs: tuple[Identifier, ...]
    confidence: Percent
    sha: str

    @staticmethod
    def load(path: Path) -> "Prompt":
        """The prompt of a file. Raises ModelRefused: absent, no front matter, an unknown entry."""
        try:
            whole = path.read_text(encoding="utf-8")
            _, matter, text = whole.split(_FENCE, 2)
            found = _Matter.model_validate(_entries(matter))
        except (OSError, ValueError, ValidationError) as error:
            raise ModelRefused(f"no usable prompt: {error}", where=path.name) from error
        if whole.index(_FENCE) or not text.strip():
            raise ModelRefused("a prompt begins with front matter and has a text", where=path.name)
        return Prompt(name=path.stem, text=text.strip(), sha=plain(whole.encode()), **dict(found))

    @property
    def source(self) -> str:
        """Which prompt it is, for readings and traces: `sort-mail@3#1f0c9a2b4d5e`."""
        return f"{self.name}@{self.version}#{self.sha[:12]}"


def _entries(matter: str) -> dict[str, str]:
    rows = [line.partition(":") for line in matter.splitlines() if line.strip()]
    found = {key.strip(): value.strip() for key, _, value in rows}
    if len(found) < len(rows):
        raise ModelRefused("an entry of the front matter stands there twice")
    return found
