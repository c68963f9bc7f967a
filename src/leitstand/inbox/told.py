"""Sentences of errors and roles in the language of who reads them.

A journal keeps each as it was said: errors in English, a role's own sentences in its language.
Texts name such a sentence with its places (`no case {ulid}`) and how it is said in theirs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

__all__ = ["Phrase", "Phrases"]

_PLACE = re.compile(r"\{(\w+)\}")
_ERROR = re.compile(r"LS\d{3}(?: in (\S+))?: (.*?)(?: \(([^()]*)\))?", re.DOTALL)
_FAULT = re.compile(r"`([^`]*)`: (.+)", re.DOTALL)
_FAULTS = re.compile(r"; (?=`[^`]+`: )")
_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-ZÄÖÜ`])")


class Phrase(NamedTuple):
    """A sentence that was found: how it is said here, and what stands at its places."""

    template: str
    values: Mapping[str, str]


class Phrases:
    """Sentences of one language by how they were said; of several that fit the most exact."""

    def __init__(self, said: Mapping[str, str]) -> None:
        order = sorted(said, key=lambda text: -len(_PLACE.sub("", text)))
        self._forms = [(_form(text), said[text]) for text in order]

    def find(self, text: str) -> Phrase | None:
        """The sentence that was said, if it is one of these."""
        for form, template in self._forms:
            if found := form.fullmatch(text):
                return Phrase(template, found.groupdict())
        return None

    def told(self, text: str, fill: Callable[[Phrase], str], field: Callable[[str], str]) -> str:
        """A text with every sentence of it that is known here in the words of this language.

        `fill` puts values in their places, `field` names an argument. What is not known stays.
        """

        def said(part: str) -> str:
            return self.told(part, fill, field)

        if len(faults := _FAULTS.split(text)) > 1 and text.startswith("`"):
            return "; ".join(map(said, faults))
        if found := self.find(text):
            told = {name: said(value) for name, value in found.values.items()}
            return fill(Phrase(found.template, told))
        if error := _ERROR.fullmatch(text):
            return " ".join(_ended(said(part)) for part in (error[2], error[3]) if part)
        if fault := _FAULT.fullmatch(text):
            return f"{field(fault[1])}: {said(fault[2])}"
        for parts, glue in _split(text):
            if len(parts) > 1:
                return glue.join(map(said, parts))
        return text


def _form(text: str) -> re.Pattern[str]:
    ends = re.split(_PLACE, text)
    parts = (f"(?P<{p}>.*?)" if n % 2 else re.escape(p) for n, p in enumerate(ends))
    return re.compile("".join(parts), re.DOTALL)


def _split(text: str) -> Iterator[tuple[list[str], str]]:
    yield text.split("; "), "; "
    yield _SENTENCE.split(text), " "


def _ended(sentence: str) -> str:
    """A sentence with its stop."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
