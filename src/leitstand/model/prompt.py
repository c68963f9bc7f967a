"""Prompts as versioned files: `prompts/<name>.md`, front matter first, named by hash.

The text is the system message and never changes with the inputs: instructions and data do not mix.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from leitstand.digest import plain
from leitstand.errors import ModelRefused
from leitstand.values import Frozen, Identifier, Names, Percent, Text, faults_of

DRAFT = "draft"


class Prompt(Frozen):
    """A prompt as it was released; its file begins with `version: 3` and so on between `---` lines.

    `owner` answers for it, `purpose` says what it is for. `released` is the day on which it was, or
    `draft`: then it is not used in production. `budget` is the most tokens that prompt, inputs and
    what was said since may take, `inputs` names what it is given, `confidence` (whole percent) how
    often its answers were right where that was measured, 0 where nobody has. `sha` is the hash of
    the whole file: another word is another prompt.
    """

    name: Identifier
    text: Annotated[str, Field(min_length=1)]
    sha: Identifier
    version: Identifier
    owner: Text
    purpose: Annotated[Text, Field(min_length=1)]
    released: date | Literal["draft"]
    budget: Annotated[int, Field(gt=0)]
    inputs: Names = ()
    confidence: Percent = 0

    @staticmethod
    def load(path: Path) -> "Prompt":
        """The prompt of a file. Raises ModelRefused: absent, no front matter, an unknown entry."""
        try:
            whole = path.read_text(encoding="utf-8")
            before, matter, text = whole.split("---\n", 2)
            rows = [line.partition(":") for line in (*before.splitlines(), *matter.splitlines())]
            entries = {key.strip(): value.strip() for key, _, value in rows}
            if len(entries) < len(rows):
                raise ModelRefused("an entry stands there twice", where=path.name)
            entries |= {"name": path.stem, "text": text.strip(), "sha": plain(whole.encode())}
            return Prompt.model_validate_strings(entries)
        except (OSError, ValueError) as error:
            text = faults_of(error) if isinstance(error, ValidationError) else str(error)
            raise ModelRefused(f"no usable prompt: {text}", where=path.name) from error

    @property
    def draft(self) -> bool:
        """Whether nobody has released it yet."""
        return self.released == DRAFT

    @property
    def release(self) -> str:
        """Which release it is, by the hash of its whole file."""
        return f"{self.name}@{self.version}#{self.sha}"

    @property
    def source(self) -> str:
        """Which prompt it is, for readings and traces: `sort-mail@3#1f0c9a2b4d5e`."""
        return f"{self.name}@{self.version}#{self.sha[:12]}"
