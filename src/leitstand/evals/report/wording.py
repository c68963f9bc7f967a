"""The words of reports: sentences as data in two languages, numbers as each writes them."""

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import floor
from typing import Any

from leitstand.evals.gate import Finding
from leitstand.values import Language

_GERMAN = str.maketrans(",.", ".,")


class Wording(string.Formatter):
    """The sentences of one language. `{x:percent}` is rounded down: nothing looks proven early."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.words = _words(language)

    def say(self, key: str, **values: object) -> str:
        """The sentence `section.name`, filled. Raises KeyError: there is none."""
        section, _, name = key.partition(".")
        return self.vformat(self.words[section][name], (), values)

    def finding(self, found: Finding) -> str:
        """What a part of the gate says."""
        said = self.say(f"finding.{found.key}", **found.values)
        uncovered = found.part == "coverage" and found.cases
        return f"{said} {self.say('finding.uncovered')}" if uncovered else said

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - any value
        """A value as this language writes it."""
        if format_spec == "percent":
            text = f"{floor(value * 1000 + 1e-9) / 10:.1f} %"
        elif isinstance(value, float):
            text = f"{value:,.{2 if value >= 1 else 4}f}".rstrip("0").rstrip(".")
        elif isinstance(value, int):
            text = f"{value:,}"
        else:
            text = str(value)
        number = isinstance(value, float | int)
        return text.translate(_GERMAN) if number and self.language == "de" else text


def plain(text: str) -> str:
    """One line without control characters: what a case holds may come from strangers."""
    return "".join(c if c.isprintable() else " " for c in text)


@cache
def _words(language: Language) -> Mapping[str, Mapping[str, str]]:
    text = files(__package__ or "").joinpath("texts", f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)
