"""Sentences of errors and roles in the language of who reads them.

A journal keeps each as it was said: errors in English, a role's own sentences in its language.
Texts name such a sentence with its places (`no case {ulid}`) and how it is said in theirs.
"""

import re
from collections.abc import Callable, Mapping

_PLACE = re.compile(r"\{(\w+)\}")
_ERROR = re.compile(r"LS\d{3}(?: in \S+)?: (.*?)(?: \(([^()]*)\))?", re.DOTALL)
_FAULT = re.compile(r"`([^`]*)`: (.+)", re.DOTALL)
_FAULTS = re.compile(r"; (?=`[^`]+`: )")
_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-ZÄÖÜ`])")
Fill = Callable[[str, Mapping[str, str]], str]


class Phrases:
    """Sentences of one language by how they were said; of several that fit the most exact.

    `fill` puts values in their places, `field` names an argument.
    """

    def __init__(self, said: Mapping[str, str], fill: Fill, field: Callable[[str], str]) -> None:
        order = sorted(said, key=lambda text: -len(_PLACE.sub("", text)))
        self._forms = [(_form(text), said[text]) for text in order]
        self._fill, self._field = fill, field

    def told(self, text: str) -> str:
        """A text with all of it that is known in the words of this language; the rest stays."""
        if len(faults := _FAULTS.split(text)) > 1 and text.startswith("`"):
            return "; ".join(map(self.told, faults))
        for form, template in self._forms:
            if found := form.fullmatch(text):
                return self._fill(template, {n: self.told(v) for n, v in found.groupdict().items()})
        if error := _ERROR.fullmatch(text):
            return " ".join(_ended(self.told(part)) for part in error.groups() if part)
        if fault := _FAULT.fullmatch(text):
            return f"{self._field(fault[1])}: {self.told(fault[2])}"
        for parts, glue in ((text.split("; "), "; "), (_SENTENCE.split(text), " ")):
            if len(parts) > 1:
                return glue.join(map(self.told, parts))
        return text


def _form(text: str) -> re.Pattern[str]:
    """A sentence with its places; what one in backticks holds ends before another name does."""
    ends = re.split(_PLACE, text)
    inside = "(?:(?!`: `).)*?"
    parts = (
        f"(?P<{part}>{inside if ends[n - 1].endswith('`') else '.*?'})"
        if n % 2
        else re.escape(part)
        for n, part in enumerate(ends)
    )
    return re.compile("".join(parts), re.DOTALL)


def _ended(sentence: str) -> str:
    """A sentence with its stop."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
